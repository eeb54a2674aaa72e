package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// asker answers questions for passwords one after the other, and counts them.
type asker struct {
	answers []string
	asked   []string // whose password was asked for
	warned  int
}

func (a *asker) passwords(given ...string) *passwords {
	return &passwords{
		given: given,
		right: map[string][]string{},
		line:  &statusLine{w: io.Discard},
		warn:  func(string) { a.warned++ },
		ask: func(_ context.Context, whose string) (string, error) {
			a.asked = append(a.asked, whose)
			if len(a.answers) == 0 {
				return "", nil
			}
			answer := a.answers[0]
			a.answers = a.answers[1:]
			return answer, nil
		},
	}
}

// lockedShelf has two encrypted backups of one device, and one of another.
func lockedShelf(t *testing.T) shelf {
	t.Helper()
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir, "encrypted", "archived")
	writeBackup(t.Fatalf, dir, "encrypted")
	writeBackup(t.Fatalf, dir, "encrypted", "udid=00008110-001A2B3C4D5E6F70")
	place, err := namedPlace(dir)
	if err != nil {
		t.Fatal(err)
	}
	sh := shelfIn([]backup.Place{place})
	if len(sh.stored) != 3 {
		t.Fatalf("%d backups", len(sh.stored))
	}
	return sh
}

func TestPasswords(t *testing.T) {
	for _, c := range []struct {
		name    string
		given   []string
		answers []string
		open    int // backups that open
		asked   int
		warned  int
	}{
		{"one for all, given", []string{backupPassword}, nil, 3, 0, 0},
		{"the right one among others", []string{"guess", backupPassword}, nil, 3, 0, 0},
		{"asked once for each device", nil, []string{backupPassword, backupPassword}, 3, 2, 0},
		{"a wrong one, then the right one", nil, []string{"guess", backupPassword, backupPassword}, 3, 3, 1},
		{"asked where the given one is wrong", []string{"guess"}, []string{backupPassword, backupPassword}, 3, 2, 0},
		{"nobody knows", nil, nil, 0, 3, 0},
		{"three attempts each", nil, slices.Repeat([]string{"guess"}, 20), 0, 9, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &asker{answers: c.answers}
			p := a.passwords(c.given...)
			open := 0
			for _, st := range lockedShelf(t).stored {
				keys, err := p.open(t.Context(), st.folder, st.backup)
				if err != nil && !errors.Is(err, keybag.ErrWrongPassword) {
					t.Error(err)
				}
				if keys != nil {
					open++
				}
			}
			if open != c.open || len(a.asked) != c.asked || a.warned != c.warned {
				t.Errorf("%d open, asked %v, warned %d times; want %d, %d, %d", open, a.asked, a.warned, c.open, c.asked, c.warned)
			}
		})
	}
}

func TestNoPasswordForAnOpenBackup(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir)
	a := &asker{}
	sh := shelfIn([]backup.Place{{Path: dir}})
	keys, err := a.passwords().open(t.Context(), sh.stored[0].folder, sh.stored[0].backup)
	if keys != nil || err != nil || len(a.asked) != 0 {
		t.Errorf("keys %v, error %v, asked %v", keys, err, a.asked)
	}
}

// A device's name is a stranger's text, and goes to a terminal.
func TestWhose(t *testing.T) {
	for name, want := range map[string]string{
		"Ann's iPhone":      `"Ann's iPhone"`,
		"\x1b[31m\u202ered": `"\x1b[31m\u202ered"`,
		"":                  `"some-udid"`,
	} {
		b := device.Backup{Device: device.Identity{UDID: "some-udid", Name: device.Known(name)}}
		if got := whose(b); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"secret":        "secret",
		"secret\n":      "secret",
		"secret\r\n":    "secret",
		" a b \nsecond": " a b ",
		"\nsecond":      "",
		"":              "",
	} {
		if got := firstLine([]byte(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// No program that is started sees the password, however its name is written.
func TestEnvironForPrograms(t *testing.T) {
	s := surroundings{environ: func() []string {
		return []string{"HOME=/root", passwordVariable + "=secret", "BackupDoctor_Backup_Password=secret", passwordVariable + "_HINT=pet"}
	}}
	want := []string{"HOME=/root", passwordVariable + "_HINT=pet"}
	if got := s.environForPrograms(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
