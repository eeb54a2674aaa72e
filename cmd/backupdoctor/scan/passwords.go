package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// attempts is how often a person is asked for the password of one backup.
const attempts = 3

// Passwords opens encrypted backups. Passwords are kept until the program ends, since the
// backups of a device usually share one. They never go to a file, a log, the report or a child
// process.
type Passwords struct {
	Given  []string                                                // from flags, or else the environment
	Ask    func(ctx context.Context, whose string) (string, error) // asks a person; nil to never ask
	Screen *terminal.Screen

	asking sync.Mutex // held while a person is asked: one device at a time
	mu     sync.Mutex
	right  map[string][]string // passwords that opened a backup, by UDID
}

// known returns the passwords to try on a backup of a device.
func (p *Passwords) known(udid string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Concat(p.right[udid], p.Given)
}

// open derives the keys of a backup. If no password opens it, the keys are nil and the error
// says why; the error is nil if there was no password to try, or none is needed. A keybag that
// opens only in part returns its keys and an error.
func (p *Passwords) open(ctx context.Context, folder backup.Folder, b device.Backup) (*keybag.Keys, error) {
	if encrypted, err := b.Encrypted.Get(); err != nil || !encrypted {
		return nil, nil
	}
	udid := b.Device.UDID
	var refusal error
	for _, password := range p.known(udid) {
		keys, err := p.try(ctx, folder, udid, password)
		if !errors.Is(err, keybag.ErrWrongPassword) {
			return keys, err
		}
		refusal = err
	}
	if p.Ask == nil {
		return nil, refusal
	}
	p.asking.Lock()
	defer p.asking.Unlock()
	for range attempts {
		password, err := p.Ask(ctx, quotedOwner(b))
		if err != nil || password == "" {
			break
		}
		keys, err := p.try(ctx, folder, udid, password)
		if !errors.Is(err, keybag.ErrWrongPassword) {
			return keys, err
		}
		refusal = err
		fmt.Fprintln(p.Screen, err)
	}
	return nil, refusal
}

// want asks a person for the password of a backup that is about to be made. Whether it is right
// shows at the end.
func (p *Passwords) want(ctx context.Context, udid, whose string) {
	if p.Ask == nil || len(p.known(udid)) > 0 {
		return
	}
	if password, err := p.Ask(ctx, whose); err == nil && password != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.Given = append(p.Given, password)
	}
}

// try derives keys from one password, and remembers it if it opened anything.
func (p *Passwords) try(ctx context.Context, folder backup.Folder, udid, password string) (*keybag.Keys, error) {
	defer p.Screen.Status("")
	keys, err := backup.Unlock(ctx, folder, password, p.Screen.UnlockProgress())
	p.mu.Lock()
	defer p.mu.Unlock()
	if keys != nil && !slices.Contains(p.right[udid], password) {
		if p.right == nil {
			p.right = map[string][]string{}
		}
		p.right[udid] = append(p.right[udid], password)
	}
	return keys, err
}

// quotedOwner returns the name of a backup's device for display. The name is untrusted, so it
// is quoted and cut.
func quotedOwner(b device.Backup) string {
	name, _ := b.Device.Name.Get()
	return fmt.Sprintf("%.40q", cmp.Or(name, b.Device.UDID, filepath.Base(b.Folder)))
}
