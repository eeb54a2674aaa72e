package scan

import (
	"context"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/treat"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// copy makes a copy of the device on this computer and proves it.
func (w *walk) copy(ctx context.Context) error {
	if !w.refind(ctx) {
		return nil
	}
	shelf, err := w.Library()
	if err != nil {
		return err
	}
	c := Copies{Examination: w.Examination, Library: shelf, Keep: w.Keep}
	c.Inspection.Limit = 0 // the copy was just proved, and its file list is read for evidence
	c.Inspection.Passwords.Ask = w.AskPassword
	c.Places = withPlace(c.Places, shelf.Path)
	w.Places = c.Places
	w.visitor.Places = c.Places
	m := c.making(w.run, []usb.Attached{w.attached})
	m.make(ctx)
	for _, one := range m.copies {
		one.sayEnd()
	}
	w.read(ctx)
	kind := device.RepairNotCopied
	if _, proved := treat.Proved(w.judged); proved {
		kind = device.RepairCopied
	}
	w.event(device.RepairEvent{Kind: kind, Remedy: string(remedies.ComputerBackup)})
	return nil
}

// withPlace adds the library of copies to the folders in which backups are looked for.
func withPlace(places []backup.Place, path string) []backup.Place {
	for _, p := range places {
		if p.Path == path {
			return places
		}
	}
	return append(places[:len(places):len(places)], backup.Place{Path: path, Program: "backupdoctor"})
}
