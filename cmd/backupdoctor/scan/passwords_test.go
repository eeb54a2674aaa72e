package scan

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

const backupPassword = "open sesame"

// asker answers password prompts in order, and counts them.
type asker struct {
	answers []string
	asked   []string     // devices whose passwords were requested
	screen  bytes.Buffer // what the person saw
}

func (a *asker) passwords(given ...string) *Passwords {
	return &Passwords{
		Given:  given,
		Screen: terminal.NewScreen(&a.screen, func(string) string { return "" }),
		Ask: func(_ context.Context, whose string) (string, error) {
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

// lockedBackups returns two encrypted backups of one device, and one of another.
func lockedBackups(t *testing.T) BackupSet {
	t.Helper()
	dir := t.TempDir()
	archive(t, writeBackup(t, dir, backuptest.Backup{Password: backupPassword}))
	writeBackup(t, dir, backuptest.Backup{Password: backupPassword})
	writeBackup(t, dir, backuptest.Backup{Password: backupPassword, UDID: "00008110-001A2B3C4D5E6F70"})
	set := FindBackups(t.Context(), []backup.Place{{Path: dir}})
	if len(set.Stored) != 3 {
		t.Fatalf("%d backups", len(set.Stored))
	}
	return set
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
			for _, st := range lockedBackups(t).Stored {
				keys, err := p.open(t.Context(), st.Folder, st.Backup)
				if err != nil && !errors.Is(err, keybag.ErrWrongPassword) {
					t.Error(err)
				}
				if keys != nil {
					open++
				}
			}
			if open != c.open || len(a.asked) != c.asked || bytes.Count(a.screen.Bytes(), []byte("\n")) != c.warned {
				t.Errorf("%d open, asked %v, warned %d times; want %d, %d, %d", open, a.asked, bytes.Count(a.screen.Bytes(), []byte("\n")), c.open, c.asked, c.warned)
			}
		})
	}
}

func TestNoPasswordForAnOpenBackup(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t, dir, backuptest.Backup{})
	a := &asker{}
	set := FindBackups(t.Context(), []backup.Place{{Path: dir}})
	keys, err := a.passwords().open(t.Context(), set.Stored[0].Folder, set.Stored[0].Backup)
	if keys != nil || err != nil || len(a.asked) != 0 {
		t.Errorf("keys %v, error %v, asked %v", keys, err, a.asked)
	}
}

// A device's name is untrusted text that goes to a terminal.
func TestQuotedOwner(t *testing.T) {
	for name, want := range map[string]string{
		"Ann's iPhone":      `"Ann's iPhone"`,
		"\x1b[31m\u202ered": `"\x1b[31m\u202ered"`,
		"":                  `"some-udid"`,
	} {
		b := device.Backup{Device: device.Identity{UDID: "some-udid", Name: device.Known(name)}}
		if got := quotedOwner(b); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}
