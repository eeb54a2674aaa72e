package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/urfave/cli/v2"
)

const assetsVariable = "BACKUPDOCTOR_ASSETS"

func labelFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "assets", Category: deviceFlags, Usage: "label devices by the inventory in `FILE`: CSV, with a column UDID or Serial"},
	}
}

// labelsOf reads labelFlags, and the slots that were learned.
func (e env) labelsOf(ctx *cli.Context) (scan.Labels, error) {
	l := scan.Labels{USB: scan.USBDevices()}
	var err error
	if l.Slots, err = e.slots(); err != nil {
		return l, err
	}
	path := cmp.Or(ctx.String("assets"), e.Getenv(assetsVariable))
	if path == "" {
		return l, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return l, command.Usage("", "%w", err)
	}
	defer file.Close()
	inventory, err := labels.ReadInventory(file)
	if err != nil {
		return l, command.Usage("an inventory is a table as CSV, with heads, of which one is UDID or Serial", "%s: %w", path, err)
	}
	l.Inventory = &inventory
	return l, nil
}

const slotsVariable = "BACKUPDOCTOR_SLOTS"

// slotsPath is where the names of places are kept.
func (e env) slotsPath() (string, error) {
	if path := e.Getenv(slotsVariable); path != "" {
		return path, nil
	}
	folder, err := e.ConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "backupdoctor", "slots.json"), nil
}

// slots are the names of places that were learned.
func (e env) slots() (labels.Slots, error) {
	path, err := e.slotsPath()
	if err != nil {
		return labels.Slots{}, nil // no folder, hence no names
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return labels.Slots{}, nil
	}
	if err != nil {
		return labels.Slots{}, err
	}
	defer file.Close()
	slots, err := labels.ReadSlots(file)
	if err != nil {
		return slots, command.Usage("move the file away, and learn the slots anew: backupdoctor slots learn", "%s: %w", path, err)
	}
	return slots, nil
}

// keepSlots writes the names of places.
func (e env) keepSlots(slots labels.Slots) error {
	path, err := e.slotsPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := wholefile.Write(path, slots.Write); err != nil {
		return fmt.Errorf("the slots could not be kept: %w", err)
	}
	return nil
}
