package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// ledCourses lead from plugging in to a new iCloud backup. The person does what the cards say and
// presses Enter.
var ledCourses = []struct {
	name    string
	device  string
	answers string                   // what the person has seen, as with --answers
	person  string                   // what happens to the device when it is asked; see sim.Person
	does    map[remedies.ID]string   // what the person does with the device on a card; see sim.Person
	types   map[remedies.ID][]string // on a card, instead of Enter
	acts    [][]string               // what treat may ask the device for besides reading and listening
	ticket  []string                 // what the ticket says, in order
}{
	{
		name: "storage full", device: "icloud-full",
		person: awaitsListener + "\nback-up 303 CKErrorDomain(25)\n" + awaitsListener + "\nback-up",
		types:  map[remedies.ID][]string{remedies.ComputerBackup: {"s", "a copy is at home"}},
		ticket: []string{"iCloud backup failed: MBErrorDomain/303, CKErrorDomain/25", "(“a copy is at home”)", "Get more iCloud storage", "backed up"},
	},
	{
		name: "Wi-Fi lost", device: "stale-23-days",
		person: awaitsListener + "\nback-up wifi-lost\n" + awaitsListener + "\nback-up",
		does:   map[remedies.ID]string{remedies.JoinWiFi: "wifi on"},
		ticket: []string{"iCloud backup failed: MBErrorDomain/202", "Join a Wi-Fi network: seen on the device", "backed up"},
	},
	{
		name: "a restart cures", device: "backupd-crashing",
		person: "await boot\nunlock\n" + awaitsListener + "\nback-up",
		types:  map[remedies.ID][]string{remedies.Restart: {"r", "y"}},
		acts:   [][]string{usb.PermittedRestart},
		ticket: []string{"Restart the device: seen on the device", "backed up"},
	},
	{
		name: "backup in iCloud damaged", device: "stale-23-days",
		answers: "corrupt-previous-backup: yes",
		person:  awaitsListener + "\nback-up",
		types:   map[remedies.ID][]string{remedies.Restart: {"s", "done at home"}, remedies.TurnBackupOffAndOn: {"s", ""}},
		acts:    [][]string{usb.PermittedBackup},
		ticket: []string{"backup in iCloud damaged", "skipped: Restart the device (“done at home”)", "copy on a computer proved whole",
			"Delete this device's old iCloud backup and start over", "backed up"},
	},
}

// TestLedCourses leads through whole repairs over the wire, and reads their tickets. The course of
// a device on which iCloud Backup is off is TestTreatSwitchedOff.
func TestLedCourses(t *testing.T) {
	t.Parallel()
	for _, c := range ledCourses {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := loadDevice(t.Fatalf, c.device)
			d.Log, d.Away = nil, 100*time.Millisecond
			address, tray := attach(t, d)
			played := tray.Start(t.Context(), d.UDID(), person(t, c.person))
			data := t.TempDir()
			ticket, args := filepath.Join(data, "ticket.txt"), []string{"--by", "K.", "-o", "json"}
			args = append(args, "-o", "ticket="+ticket)
			if c.answers != "" {
				answers := filepath.Join(data, "answers.txt")
				if err := os.WriteFile(answers, []byte(c.answers), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--answers", answers)
			}
			p := treated(t, address, data, args...)
			p.isLed(func(title string) {
				for remedy, script := range c.does {
					if title == titleOf(t, remedy) {
						if err := tray.Play(t.Context(), d.UDID(), person(t, script)); err != nil {
							t.Fatal(err)
						}
					}
				}
				for remedy, lines := range c.types {
					if title == titleOf(t, remedy) {
						for _, line := range lines {
							p.types(line)
						}
						return
					}
				}
				p.types("")
			})
			if err := <-played; err != nil {
				t.Error(err)
			}
			if repair := p.record(); repair.EndedAt.IsZero() || repair.NewBackup().Before(repair.StartedAt.Truncate(time.Second)) {
				t.Errorf("the repair is %+v\n%s", repair, p.stderr.all())
			}
			written, err := os.ReadFile(ticket)
			if err != nil {
				t.Fatal(err)
			}
			inOrder(t, string(written), slices.Concat([]string{"Found"}, c.ticket, []string{"Proof new iCloud backup of", "By “K.”"})...)
			if open := openRepairs(t, data); len(open) != 0 {
				t.Errorf("still open: %+v", open)
			}
			onlyPermitted(t, tray, d, c.acts...)
		})
	}
}

// inOrder fails for each text that does not follow the one before it. Lines may break anywhere.
func inOrder(t *testing.T, all string, texts ...string) {
	t.Helper()
	rest := strings.Join(strings.Fields(all), " ")
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Errorf("it does not say %q after what comes before:\n%s", text, all)
			return
		}
		rest = after
	}
}

// cardHeading matches the heading of a card: its title, and its number at the right margin, or
// below a title that is too long. No title is a question, and the line above may be one that the
// person has answered.
var cardHeading = regexp.MustCompile(`(?m)^([^\s?][^?\n]*(?:\n[^\s?][^?\n]*)*?)\s+\d+ of \d+$`)

// backUpNow is the title of the card on which treat listens.
const backUpNow = "Back Up Now"

// isLed answers each card, by its title, until treat ends with a new backup. It does nothing while
// treat listens.
func (p *patient) isLed(answer func(title string)) {
	p.t.Helper()
	for {
		switch title, ended := p.title(); {
		case ended:
			p.reads("✓ Backed up ")
			return
		case title != backUpNow:
			answer(title)
		}
	}
}

// title waits for the next card, or for the end of treat, and returns the title of the card.
func (p *patient) title() (title string, ended bool) {
	p.t.Helper()
	card, ended, _ := p.card(time.After(3 * time.Minute))
	if ended {
		return "", true
	}
	headings := cardHeading.FindAllStringSubmatch(card, -1)
	if len(headings) == 0 {
		p.t.Fatalf("no card: %s", card)
	}
	return strings.Join(strings.Fields(headings[len(headings)-1][1]), " "), false
}
