package scan

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// sameVisit is how long a device may be away and still be on the same visit: cables are
// touched, and a device that is paired again or updated comes back under another number.
const sameVisit = 5 * time.Second

// A session is the visit of one device to the tray.
type session struct {
	number   int          // of the visit in the run, from 0
	attached usb.Attached // as usbmuxd knows it now
	here     bool         // it is on a cable
	left     time.Time    // when it was unplugged; says nothing while it is here
	busy     bool         // it is being examined, or waits for its turn
	finished bool         // what was found on it has been told

	paired  bool      // it was paired while it was examined
	asked   bool      // whether it can be read by now; it has not answered
	askedAt time.Time // when it was

	stopObserving func() // its trust; nil while that is not observed
	observedAs    uint32 // DeviceID of the connection on which it is

	spent time.Duration // of the time for the device

	tries int              // examinations since it was plugged in, or listed again by usbmuxd
	cut   *device.Snapshot // what examinations that were cut off told; nil if none was
	last  device.Snapshot  // what the visit found, once it is finished
}

// endObservation stops observing the trust of a device.
func (s *session) endObservation() {
	if s.stopObserving != nil {
		s.stopObserving()
		s.stopObserving = nil
	}
}

// sessions are the visits to a tray, by UDID, and know when a visit begins and ends. They wait
// for nothing and read no clock.
type sessions struct {
	open  map[string]*session
	count int // that have begun
}

// arrives takes in that a device was plugged in. first is true if a visit begins with it,
// and examine if the device is to be examined: on a new visit, or because it was cut off
// before.
func (all *sessions) arrives(a usb.Attached, now time.Time) (s *session, first, examine bool) {
	s, known := all.open[device.UDIDKey(a.UDID)]
	if first = !known || !s.here && now.Sub(s.left) > sameVisit; first {
		s = &session{number: all.count}
		all.count++
		all.open[device.UDIDKey(a.UDID)] = s
	}
	if s.attached.DeviceID != a.DeviceID {
		s.tries, s.spent = 0, 0 // what cut it off may have been the cable
	}
	s.attached, s.here = a, true
	examine = !s.busy && !s.finished
	s.busy = s.busy || examine
	return s, first, examine
}

// leaves takes in that a device was unplugged.
func (all *sessions) leaves(udid string, now time.Time) {
	if s, known := all.open[device.UDIDKey(udid)]; known && s.here {
		s.here, s.left = false, now
	}
}

// waiting lists the sessions of devices that were cut off and are still attached.
func (all *sessions) waiting() []*session {
	var list []*session
	for _, s := range all.open {
		if s.here && !s.busy && !s.finished && s.cut != nil {
			list = append(list, s)
		}
	}
	return list
}

// over drops the sessions that are over, and returns them by UDID.
func (all *sessions) over(now time.Time) map[string]*session {
	gone := map[string]*session{}
	for udid, s := range all.open {
		if !s.here && !s.busy && now.Sub(s.left) > sameVisit {
			gone[udid] = s
			delete(all.open, udid)
		}
	}
	return gone
}
