package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hook"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// passwordVariable is where a password may stand in the environment.
const passwordVariable = "BACKUPDOCTOR_BACKUP_PASSWORD"

// maxPassword bounds what is read of a file or command. Apple's programs take far less.
const maxPassword = 64 << 10

// attempts is how often a person is asked for the password of one backup.
const attempts = 3

// passwords open encrypted backups. They are kept for as long as the program runs, since
// the backups of a device mostly share one, and go nowhere else: not to a file, a log, the
// report or the programs that this one starts.
type passwords struct {
	given []string            // by the flags, or else by the environment
	right map[string][]string // those that opened a backup, by the UDID of its device
	ask   func(ctx context.Context, whose string) (string, error)
	warn  func(text string) // tells a person that a password was wrong
	line  *statusLine
}

// passwordsOf reads passwordFlags. Nobody is asked unless prompting follows.
func (s surroundings) passwordsOf(ctx *cli.Context) (*passwords, error) {
	p := &passwords{right: map[string][]string{}, line: s.statusLine(), warn: func(text string) { fmt.Fprintln(s.stderr, text) }}
	for _, path := range ctx.StringSlice("password-file") {
		password, err := passwordIn(path)
		if err != nil {
			return nil, err
		}
		p.given = append(p.given, password)
	}
	if command := ctx.String("password-command"); command != "" {
		password, err := s.passwordBy(ctx.Context, command)
		if err != nil {
			return nil, err
		}
		p.given = append(p.given, password)
	}
	if password := s.getenv(passwordVariable); len(p.given) == 0 && password != "" {
		p.given = append(p.given, password)
	}
	return p, nil
}

// prompting makes it ask a person, if there is one: if both stdin and stderr are terminals.
func (p *passwords) prompting(s surroundings) {
	fd, ok := terminalOf(s.stdin)
	if _, shown := terminalOf(s.stderr); !ok || !shown {
		return
	}
	p.ask = func(ctx context.Context, whose string) (string, error) {
		fmt.Fprintf(s.stderr, "password of the encrypted backup of %s (empty to go without): ", whose)
		defer fmt.Fprintln(s.stderr)
		return hiddenLine(ctx, fd)
	}
}

// hiddenLine reads a line from a terminal without showing it. If ctx ends before that, the
// terminal shows again what is typed.
func hiddenLine(ctx context.Context, fd int) (string, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type answer struct {
		text []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		return string(a.text), a.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}

// open derives the keys of a backup. Without a password that opens it they are nil; the
// error then says why, and is nil if there was no password to try or none is needed. A
// keybag of which only a part opens comes with its keys and an error.
func (p *passwords) open(ctx context.Context, folder backup.Folder, b device.Backup) (*keybag.Keys, error) {
	if encrypted, err := b.Encrypted.Get(); err != nil || !encrypted {
		return nil, nil
	}
	udid := b.Device.UDID
	var refusal error
	for _, password := range slices.Concat(p.right[udid], p.given) {
		keys, err := p.try(ctx, folder, udid, password)
		if !errors.Is(err, keybag.ErrWrongPassword) {
			return keys, err
		}
		refusal = err
	}
	for range attempts {
		if p.ask == nil {
			break
		}
		password, err := p.ask(ctx, whose(b))
		if err != nil || password == "" {
			break
		}
		keys, err := p.try(ctx, folder, udid, password)
		if !errors.Is(err, keybag.ErrWrongPassword) {
			return keys, err
		}
		refusal = err
		p.warn(err.Error())
	}
	return nil, refusal
}

// try derives keys from one password, and remembers it if it opened anything.
func (p *passwords) try(ctx context.Context, folder backup.Folder, udid, password string) (*keybag.Keys, error) {
	defer p.line.show("")
	keys, err := backup.Unlock(ctx, folder, password, func(done, total int) {
		p.line.show(fmt.Sprintf("trying the password: %d %%", 100*done/max(1, total)))
	})
	if keys != nil && !slices.Contains(p.right[udid], password) {
		p.right[udid] = append(p.right[udid], password)
	}
	return keys, err
}

// whose tells a person which device a backup is of. Its name is a stranger's text, so it is
// quoted and cut.
func whose(b device.Backup) string {
	name, _ := b.Device.Name.Get()
	return fmt.Sprintf("%.40q", cmp.Or(name, b.Device.UDID, filepath.Base(b.Folder)))
}

// passwordIn is the first line of a file.
func passwordIn(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxPassword))
	if err != nil {
		return "", err
	}
	password := firstLine(text)
	if password == "" {
		return "", usageError("", "the first line of %s is empty", path)
	}
	return password, nil
}

// environForPrograms is the environment of every program that this one starts: without the
// variable that may hold a password. On Windows its name may be written in any case.
func (s surroundings) environForPrograms() []string {
	return slices.DeleteFunc(s.environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.EqualFold(name, passwordVariable)
	})
}

// passwordBy is the first line that a command prints. The shell runs it.
func (s surroundings) passwordBy(ctx context.Context, command string) (string, error) {
	var printed bytes.Buffer
	c := hook.Shell(ctx, command)
	c.Stdin, c.Stdout, c.Stderr = s.stdin, &printed, s.stderr
	c.Env = s.environForPrograms()
	if err := c.Run(); err != nil {
		return "", usageError("", "the command of --password-command failed: %w", err)
	}
	password := firstLine(printed.Bytes()[:min(printed.Len(), maxPassword)])
	if password == "" {
		return "", usageError("", "the command of --password-command printed no password")
	}
	return password, nil
}

// firstLine is the text before the first line break. Blanks belong to a password.
func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return string(bytes.TrimSuffix(line, []byte("\r")))
}
