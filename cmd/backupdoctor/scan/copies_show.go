package scan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// sayPlan prints the plan before anything is done.
func (c *copying) sayPlan(ctx context.Context) {
	c.say("%s", strings.Join(c.title(), " · "))
	if c.failure != nil {
		return
	}
	c.say("  To      %s", c.place())
	c.say("  Last    %s", c.lastCopy())
	live := c.snapshot.Live.ComputerBackup
	encrypted, err := live.WillEncrypt.Get()
	required, _ := live.RequiresEncryption.Get()
	switch {
	case err == nil && encrypted:
		c.say("  Kind    encrypted: a backup password is set on this device")
	case err == nil && required:
		c.say("  Kind    none yet: management demands a backup password, and none is set (see below)")
	case err == nil:
		c.say("  Kind    not encrypted: no backup password is set on this device, so saved passwords, Health\n" +
			"          and Wi-Fi are not in the copy, and anyone who can read this disk can read it")
	default:
		c.say("  Kind    not known: %v", device.GapOf(err))
	}
	c.say("  Never in it: what is in iCloud already (Photos, Messages, Drive)")
	if err == nil && required && !encrypted {
		c.failure = &refusedBackup{mobilebackup.Outcome{Code: 207}}
	}
}

// title describes the device.
func (c *copying) title() []string {
	title := []string{c.name()}
	if model, err := c.snapshot.Device.ModelName.Get(); err == nil {
		title = append(title, model)
	}
	if version, err := c.snapshot.Device.ProductVersion.Get(); err == nil {
		title = append(title, "iOS "+device.Token(version))
	}
	return title
}

// place says where the copy goes and how much room is free.
func (c *copying) place() string {
	free, err := host.FreeBytes(c.Library.Path)
	if err != nil {
		return c.Library.Path + "   (room not known)"
	}
	return fmt.Sprintf("%s   %s free", c.Library.Path, words.Size(free))
}

// lastCopy describes the newest existing copy.
func (c *copying) lastCopy() string {
	copies := c.copiesNow()
	if len(copies) == 0 {
		return "no copy in this library yet, so everything is sent; --plan asks the device how much that is"
	}
	newest := copies[0]
	state := "not proved"
	switch {
	case newest.Proof.Counts():
		state = fmt.Sprintf("proved whole, %s", words.Size(newest.Proof.Proof.StoredBytes))
	case newest.Proof.Broken():
		state = "broken"
	}
	if c.Full {
		state += "; --full: everything is sent again"
	}
	return fmt.Sprintf("%s, %s", day(newest.Made), state)
}

func (c *copying) copiesNow() []library.Copy {
	shelf, err := c.Library.Device(c.snapshot.Device.UDID)
	if err != nil {
		return nil
	}
	defer shelf.Close()
	copies, _ := shelf.Copies()
	return copies
}

// sayBegin says what the new copy starts from.
func (c *copying) sayBegin(p *library.Partial) {
	switch {
	case p.Resumed && p.Dropped > 0:
		c.say("%s: resuming the interrupted copy; %s of %s will be sent again", c.name(), words.Count(p.Dropped, "file"), words.Size(uint64(p.DroppedBytes)))
	case p.Resumed:
		c.say("%s: resuming the interrupted copy", c.name())
	case p.Shared == library.SharesNone:
		c.say("%s: this disk cannot share files between copies, so each takes room of its own", c.name())
	}
}

// sayArrived says what was sent.
func (c *copying) sayArrived(o mobilebackup.Outcome) {
	c.say("%s: %s in %s arrived", c.name(), words.Size(uint64(o.Bytes)), words.Count(o.Files, "file"))
}

// keptBefore describes the other existing copies.
func (c *copying) keptBefore() string {
	if copies := c.copiesNow(); len(copies) > 1 {
		return fmt.Sprintf("; the copy of %s was kept", day(copies[1].Made))
	}
	return ""
}

// sayUnproved says how many copies there are if none is proved: then two that may be whole are kept.
func (c *copying) sayUnproved() {
	copies := c.copiesNow()
	if len(copies) > 1 && !slices.ContainsFunc(copies, func(one library.Copy) bool { return one.Proof.Counts() }) {
		c.say("%s: none of its %d copies is proved; the newest two that may be whole are kept until one is", c.name(), len(copies))
	}
}

// provedBefore says which other copy of the device is known to be good.
func (c *copying) provedBefore() string {
	for _, other := range c.copiesNow() {
		if other.Proof.Counts() {
			return fmt.Sprintf("the proved copy of %s was kept", day(other.Made))
		}
	}
	return "there is no proved copy of this device"
}

// provedAt says when the new copy was proved, and since when files that it shares with the copy
// before were not read.
func (c *copying) provedAt() string {
	text := day(c.proof.ProvedAt)
	if since := c.proof.Since(); day(since) != text {
		text += fmt.Sprintf("; some files were last read %s, and not sent since", day(since))
	}
	return text
}

// sayEnd prints how the copy ended and what to do next.
func (c *copying) sayEnd() {
	switch {
	case c.failure != nil:
		text, hint := copyFailure(c.failure, c.name())
		c.say("%s: %s", c.name(), text)
		if hint != "" {
			c.say("hint: %s", hint)
		}
	case c.Plan:
	case c.verdict == device.Whole:
		c.say("%s: whole, proved %s%s", c.name(), c.provedAt(), c.keptBefore())
	case c.verdict == device.Broken:
		c.say("%s: the copy is broken; %s", c.name(), c.provedBefore())
		c.say("hint: backupdoctor backup --full --udid %s sends everything again", c.attached.UDID)
	case len(c.notSent) > 0:
		c.say("%s: not proved: it lacks %s that the device could not read%s", c.name(), words.Count(len(c.notSent), "file"), c.keptBefore())
		for n, f := range c.notSent {
			if n == 3 {
				c.say("  … and %d more", len(c.notSent)-n)
				break
			}
			c.say("  %s", device.Quoted(strings.TrimSpace(f.Domain+" "+f.Path)))
		}
		c.say("hint: restart the device and run the same command again")
		c.sayUnproved()
	case c.unrecorded:
		c.say("%s: complete, but not proved: what arrived of some files is not known, as the records of the copy before are lost or damaged", c.name())
		c.say("hint: backupdoctor backup --full --udid %s sends everything again", c.attached.UDID)
		c.sayUnproved()
	default:
		c.say("%s: complete, but not proved; backupdoctor verify with its password proves it later", c.name())
		c.sayUnproved()
	}
}
