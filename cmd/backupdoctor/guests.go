package main

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// sameVisit is how long a device may be away and still be on the same visit: cables are
// touched, and a device that is trusted anew or updated comes back under another number.
const sameVisit = 5 * time.Second

// A guest is a device that is on a visit to the tray, or was.
type guest struct {
	number   int          // of the visit in the run, from 0
	attached usb.Attached // as usbmuxd knows it now
	here     bool         // it is on a cable
	left     time.Time    // when it was unplugged; says nothing while it is here
	busy     bool         // it is being examined, or waits for its turn
	finished bool         // what was found on it has been told

	tries int              // examinations since it was plugged in, or told anew by usbmuxd
	cut   *device.Snapshot // what the first examination told that was cut off; nil if none was
}

// A guestBook knows the devices on a tray by UDID, and when a visit begins and ends. It
// waits for nobody, and asks nobody for the time.
type guestBook struct {
	guests map[string]*guest
	visits int // that have begun
}

// arrives takes in that a device was plugged in. first is true if a visit begins with it,
// and examine if the device is to be examined: on a new visit, or because it was cut off
// before.
func (b *guestBook) arrives(a usb.Attached, now time.Time) (g *guest, first, examine bool) {
	g, known := b.guests[a.UDID]
	if first = !known || !g.here && now.Sub(g.left) > sameVisit; first {
		g = &guest{number: b.visits}
		b.visits++
		b.guests[a.UDID] = g
	}
	if g.attached.DeviceID != a.DeviceID {
		g.tries = 0 // what cut it off may have been the cable
	}
	g.attached, g.here = a, true
	examine = !g.busy && !g.finished
	g.busy = g.busy || examine
	return g, first, examine
}

// leaves takes in that a device was unplugged.
func (b *guestBook) leaves(udid string, now time.Time) {
	if g, known := b.guests[udid]; known && g.here {
		g.here, g.left = false, now
	}
}

// waiting lists the guests that were cut off, and wait on their cables for what becomes of
// that.
func (b *guestBook) waiting() []*guest {
	var list []*guest
	for _, g := range b.guests {
		if g.here && !g.busy && !g.finished && g.cut != nil {
			list = append(list, g)
		}
	}
	return list
}

// over strikes off the guests whose visits are over, and returns them by UDID.
func (b *guestBook) over(now time.Time) map[string]*guest {
	gone := map[string]*guest{}
	for udid, g := range b.guests {
		if !g.here && !g.busy && now.Sub(g.left) > sameVisit {
			gone[udid] = g
			delete(b.guests, udid)
		}
	}
	return gone
}
