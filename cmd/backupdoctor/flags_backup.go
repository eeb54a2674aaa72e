package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/hook"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/input"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/urfave/cli/v2"
)

// placeFlags select where to look for backups.
func placeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "backups", Category: backupFlags, Usage: "look in `DIR`, not in the usual folders; repeatable"},
	}
}

// limitFlags limit the time for inspecting backups.
func limitFlags() []cli.Flag {
	return []cli.Flag{
		&cli.DurationFlag{Name: "deadline", Category: backupFlags, Usage: "`TIME` for all backups together; 0 is no limit", DefaultText: "0"},
		&cli.DurationFlag{Name: "timeout", Category: backupFlags, Usage: "`TIME` for one backup", DefaultText: "no limit"},
	}
}

// limitsOf reads limitFlags. It also limits ctx to --deadline until stop is called.
func limitsOf(ctx *cli.Context) (timeout time.Duration, stop func(), err error) {
	if ctx.IsSet("timeout") && ctx.Duration("timeout") <= 0 {
		return 0, nil, command.Usage("", "--timeout must be positive")
	}
	if ctx.Duration("deadline") < 0 {
		return 0, nil, command.Usage("", "--deadline must not be negative")
	}
	stop = func() {}
	if limit := ctx.Duration("deadline"); limit > 0 {
		ctx.Context, stop = context.WithTimeoutCause(ctx.Context, limit, device.OutOfTime)
	}
	return ctx.Duration("timeout"), stop, nil
}

// passwordFlags are the sources of passwords for encrypted backups. A password is never an
// argument, which other users of the computer could read.
func passwordFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "password-file", Category: backupFlags, Usage: "open backups with the first line of `FILE`; repeatable"},
		&cli.StringFlag{Name: "password-command", Category: backupFlags, Usage: "open them with the first line that `COMMAND` prints"},
	}
}

// placesOf returns where to look for backups: the folders in the flags, or else the default
// folders of Apple's programs on this system (none on Linux) and the library of this program.
func (e env) placesOf(ctx *cli.Context) ([]backup.Place, error) {
	var named []string
	for _, c := range ctx.Lineage() { // a flag may come before or after a subcommand
		named = append(named, c.StringSlice("backups")...)
	}
	if len(named) == 0 {
		return append(e.usualPlaces(runtime.GOOS), e.libraryPlaces()...), nil
	}
	var places []backup.Place
	for _, path := range named {
		place, err := namedPlace(path)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places, nil
}

// usualPlaces returns the default backup folders of an operating system for this user.
func (e env) usualPlaces(goos string) []backup.Place {
	places := backup.DefaultPlaces(goos, cmp.Or(e.Getenv("HOME"), e.Getenv("USERPROFILE")), e.Getenv("APPDATA"))
	return slices.DeleteFunc(places, func(p backup.Place) bool { return !filepath.IsAbs(p.Path) })
}

// namedPlace returns a folder given by the user. The folder must exist, since a mistyped name
// must not read as "no backups"; missing permission to read it is not an error here.
func namedPlace(path string) (backup.Place, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return backup.Place{}, command.Usage("", "there is no folder %q", path)
	case err == nil && !info.IsDir():
		return backup.Place{}, command.Usage("name the folder that it is in", "%q is not a folder", path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return backup.Place{}, err
	}
	return backup.Place{Path: absolute}, nil
}

// maxPassword bounds what is read from a file or command. Apple's programs accept far less.
const maxPassword = 64 << 10

// passwordsOf reads passwordFlags. It never prompts.
func (e env) passwordsOf(ctx *cli.Context) (*scan.Passwords, error) {
	p := &scan.Passwords{Screen: e.screen}
	for _, path := range ctx.StringSlice("password-file") {
		var password string
		err := e.readNamed(ctx, path, func(from io.Reader) (err error) {
			password, err = passwordIn(from, path)
			return err
		})
		if err != nil {
			return nil, err
		}
		p.Given = append(p.Given, password)
	}
	if line := ctx.String("password-command"); line != "" {
		limited, stop := limitedInput(ctx)
		defer stop()
		password, err := e.passwordBy(limited, line)
		if err := endedInput(limited, "the command of --password-command", err); err != nil {
			return nil, err
		}
		p.Given = append(p.Given, password)
	}
	if password := firstLine([]byte(e.Getenv(command.PasswordVariable))); len(p.Given) == 0 && password != "" {
		p.Given = append(p.Given, password)
	}
	return p, nil
}

// askPassword returns a function that prompts for passwords, or nil unless both stdin and
// stderr are terminals.
func (e env) askPassword() func(ctx context.Context, whose string) (string, error) {
	fd, ok := terminal.Of(e.Stdin)
	if !ok || !e.screen.IsTerminal() {
		return nil
	}
	return func(ctx context.Context, whose string) (string, error) {
		fmt.Fprintf(e.screen, "password of the encrypted backup of %s (empty to go without): ", whose)
		defer fmt.Fprintln(e.screen)
		return terminal.Password(ctx, fd)
	}
}

// passwordIn returns the first line of a file.
func passwordIn(from io.Reader, path string) (string, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxPassword))
	if err != nil {
		return "", err
	}
	password := firstLine(text)
	if password == "" {
		return "", command.Usage("", "the first line of %s is empty", path)
	}
	return password, nil
}

// passwordBy returns the first line that a shell command prints.
func (e env) passwordBy(ctx context.Context, line string) (string, error) {
	var printed bytes.Buffer
	c := hook.Shell(ctx, line)
	c.Stdin, c.Stdout, c.Stderr = e.Stdin, &printed, e.Stderr
	c.Env = e.ChildEnviron()
	c.WaitDelay = time.Second // a process that it left behind, such as an agent, may keep its output open
	if err := c.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return "", command.Usage("", "the command of --password-command failed: %w", err)
	}
	password := firstLine(printed.Bytes()[:min(printed.Len(), maxPassword)])
	if password == "" {
		return "", command.Usage("", "the command of --password-command printed no password")
	}
	return password, nil
}

// firstLine returns the text before the first line break, as UTF-8. Spaces belong to a
// password; a byte order mark does not.
func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(input.PlainText(text), []byte("\n"))
	return string(bytes.TrimSuffix(line, []byte("\r")))
}
