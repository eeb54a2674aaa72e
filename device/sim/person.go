package sim

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Person lists the steps that a person takes with one device, in order. Each step is a line:
//
//	wait SECONDS                      do nothing
//	await request SERVICE NAME        until the device has received this Request, since the previous step
//	await boot                        until the device has restarted, since the previous step
//	await word WORD                   until Tray.Say says this word; one said earlier counts, once
//	switch on|off                     iCloud Backup
//	back-up                           tap Back Up Now: it completes
//	back-up ERROR...                  it fails with this chain of errors: 303, CKErrorDomain(25)
//	back-up wifi-lost                 it is cancelled, and Wi-Fi stays off
//	free BYTES                        delete something, which frees this much
//	wifi on|off                       join a Wi-Fi network, or switch Wi-Fi off
//	account on|off                    sign in or out
//	trust, dont-trust                 answer the Trust dialog; needs the fault trust-pending, or
//	                                  paired-by-mux, where usbmuxd has asked for trust
//	clock SECONDS                     set the clock this far ahead of the tray's
//	unlock, lock                      with the passcode
//	update VERSION BUILD              install an update: the device leaves and returns
//	restart                           the same, without an update
//	remove-profile [IDENTIFIER]       a configuration profile, or all
//	unplug, plug                      pull the cable and plug it in again
//	set DOMAIN KEY VALUE              a lockdown value; DOMAIN - is the root, VALUE none removes it
//
// Lines that are empty or begin with # are ignored.
type Person []step

// A step is one line of a Person.
type step struct {
	do   string
	args []string
}

// maxPersonLine limits a line, in bytes.
const maxPersonLine = 1 << 10

// ParsePerson parses the steps of a person.
func ParsePerson(text string) (Person, error) {
	var person Person
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, maxPersonLine)
	for number := 1; lines.Scan(); number++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		s := step{words[0], words[1:]}
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		person = append(person, s)
	}
	return person, lines.Err()
}

// check reports whether a step can be carried out.
func (s step) check() error {
	a, known := acts[s.do]
	if !known {
		return fmt.Errorf("a person cannot %q", s.do)
	}
	if len(s.args) < a.least || a.most >= 0 && len(s.args) > a.most {
		return fmt.Errorf("%s has the wrong number of arguments", s.do)
	}
	if len(a.first) > 0 && !slices.Contains(a.first, s.args[0]) {
		return fmt.Errorf("%s does not take %q", s.do, s.args[0])
	}
	if s.do == "wait" || s.do == "clock" {
		_, err := strconv.ParseFloat(s.args[0], 64)
		return err
	}
	if s.do == "free" {
		_, err := strconv.ParseUint(s.args[0], 10, 63)
		return err
	}
	return nil
}
