package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/urfave/cli/v2"
)

func labelFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "assets", Category: deviceFlags, Usage: "label devices by the inventory in `FILE`: CSV, with a column UDID or Serial"},
	}
}

// labelsOf reads labelFlags and the learned slots.
func (e env) labelsOf(ctx *cli.Context) (scan.Labels, error) {
	l := scan.Labels{USB: scan.USBDevices()}
	var err error
	if l.Slots, err = e.slots(); err != nil {
		return l, err
	}
	path := ctx.String("assets")
	read := func(from io.Reader) error {
		inventory, err := labels.ReadInventory(from)
		if err != nil {
			return command.Usage("an inventory is a CSV table with a header row that has UDID or Serial", "%s: %w", path, err)
		}
		l.Inventory = &inventory
		return nil
	}
	switch {
	case path == "":
		return l, nil
	case !e.isConfigured("assets"):
		return l, e.readNamed(ctx, path, read)
	}
	err = readUsual(path, "--assets FILE reads it all the same", read)
	if errors.Is(err, fs.ErrNotExist) {
		err = command.Usage("", "%w", err)
	}
	return l, err
}

const slotsVariable = "BACKUPDOCTOR_SLOTS"

// slotsPath returns the path of the file of slot names.
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

// slots returns the learned slot names.
func (e env) slots() (labels.Slots, error) {
	path, err := e.slotsPath()
	if err != nil {
		return labels.Slots{}, nil // no folder, so no names
	}
	const hint = "move the file away, and learn the slots again: backupdoctor slots learn"
	var slots labels.Slots
	err = readUsual(path, hint, func(from io.Reader) (err error) {
		if slots, err = labels.ReadSlots(from); err != nil {
			return command.Usage(hint, "%s: %w", path, err)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return labels.Slots{}, nil
	}
	return slots, err
}

// keepSlots writes the slot names.
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
