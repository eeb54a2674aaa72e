package scan

import (
	"context"
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/report"
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
		c.failure = device.CopyNoPassword
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
	copies, ok := c.copiesNow()
	if !ok {
		return "whether there is a copy in this library is not known"
	}
	if len(copies) == 0 {
		return "no copy in this library yet, so everything is sent; --plan asks how much"
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

// copiesNow returns the device's copies, newest first. ok is false if they could not be listed.
func (c *copying) copiesNow() (copies []library.Copy, ok bool) {
	copies, err := c.Library.Copies(c.snapshot.Device.UDID)
	return copies, err == nil
}

// sayBegin says what the new copy starts from.
func (c *copying) sayBegin(p *library.Partial) {
	switch {
	case p.Resumed && p.Dropped > 0:
		c.say("%s: resuming the interrupted copy; %s of %s will be sent again", c.name(), words.Count(p.Dropped, "file"), words.Size(uint64(p.DroppedBytes)))
	case p.Resumed:
		c.say("%s: resuming the interrupted copy", c.name())
	case p.Shared == library.SharesNone:
		c.remark("this disk cannot share files between copies, so each takes room of its own")
	}
}

// sayArrived says what was sent.
func (c *copying) sayArrived() {
	files, _ := c.copy.Files.Get()
	bytes, _ := c.copy.Bytes.Get()
	text := fmt.Sprintf("%s in %s arrived", words.Size(bytes), words.Count(int(files), "file"))
	if again, err := c.copy.BytesAgain.Get(); err == nil && again > 0 {
		text += fmt.Sprintf("; %s of that had arrived before", words.Size(again))
	}
	c.say("%s: %s", c.name(), text)
}

// remark says something about the copy, and keeps it for the report.
func (c *copying) remark(text string) {
	c.say("%s: %s", c.name(), text)
	c.copy.Notes = append(c.copy.Notes, text)
}

// sayEnd prints how the copy ended and what to do next.
func (c *copying) sayEnd() {
	made := report.NewCopy(c.attached.UDID, &c.copy)
	text, hint := report.CopyWords(c.attached.UDID, *made, day)
	c.say("%s: %s", c.name(), text)
	if n := len(c.copy.NotSent); n > 0 && c.copy.Reason != "not-sent" {
		c.say("  the device could not read %s:", words.Count(n, "file"))
	}
	for n, f := range c.copy.NotSent {
		if n == 3 {
			c.say("  … and %d more", len(c.copy.NotSent)-n)
			break
		}
		c.say("  %s", device.Quoted(strings.TrimSpace(f.Domain+" "+f.Path)))
	}
	if hint != "" {
		c.say("hint: %s", hint)
	}
}
