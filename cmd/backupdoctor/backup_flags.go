package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/urfave/cli/v2"
)

// backupFlags is the heading of these flags in a help text.
const backupFlags = "Backups"

// placeFlags say where backups lie.
func placeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "backups", Category: backupFlags, Usage: "look in `DIR`, not in the usual folders; repeatable"},
	}
}

// passwordFlags say where the passwords of encrypted backups come from. None is ever an
// argument: other users of the computer can read those.
func passwordFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "password-file", Category: backupFlags, Usage: "open backups with the first line of `FILE`; repeatable"},
		&cli.StringFlag{Name: "password-command", Category: backupFlags, Usage: "open them with the first line that `COMMAND` prints"},
	}
}

// placesOf is where to look for backups: where the flags say, else where Apple's programs
// keep them on this system, which is nowhere on Linux.
func (s surroundings) placesOf(ctx *cli.Context) ([]backup.Place, error) {
	var named []string
	for _, c := range ctx.Lineage() { // a flag may stand before a subcommand or behind it
		named = append(named, c.StringSlice("backups")...)
	}
	if len(named) == 0 {
		return s.usualPlaces(runtime.GOOS), nil
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

// usualPlaces are the places of an operating system that this user has.
func (s surroundings) usualPlaces(goos string) []backup.Place {
	places := backup.DefaultPlaces(goos, cmp.Or(s.getenv("HOME"), s.getenv("USERPROFILE")), s.getenv("APPDATA"))
	return slices.DeleteFunc(places, func(p backup.Place) bool { return !filepath.IsAbs(p.Path) })
}

// namedPlace is a folder that a person named. That it is there is looked up, since a
// mistyped name must not read as "no backups"; that it may not be read is not an error here.
func namedPlace(path string) (backup.Place, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return backup.Place{}, usageError("", "there is no folder %q", path)
	case err == nil && !info.IsDir():
		return backup.Place{}, usageError("name the folder that it is in", "%q is no folder", path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return backup.Place{}, err
	}
	return backup.Place{Path: absolute}, nil
}
