package scan

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// sameVisit is how long a device may be away within one visit: a cable is touched, or a device
// is paired or updated and returns under a new number.
const sameVisit = 5 * time.Second

// A session is one device's visit to the tray.
type session struct {
	number   int          // of the visit in the run, from 0
	attached usb.Attached // as usbmuxd knows it now
	here     bool         // attached by cable
	left     time.Time    // when it was unplugged; meaningless while it is here
	busy     bool         // being examined, or queued for it
	finished bool         // its result was handed over

	paired  bool      // paired during its examination
	asked   bool      // asked whether it can be read now; not yet answered
	askedAt time.Time // when it was last asked

	stopObserving func() // stops observing its trust; nil if not observed
	observedAs    uint32 // DeviceID of the connection that observes it

	spent time.Duration // time already spent on the device

	tries int              // examinations since it was plugged in or relisted by usbmuxd
	cut   *device.Snapshot // the result of interrupted examinations; nil if none
	last  device.Snapshot  // the visit's result, once finished
}

// endObservation stops observing the trust of a device.
func (s *session) endObservation() {
	if s.stopObserving != nil {
		s.stopObserving()
		s.stopObserving = nil
	}
}

// sessions tracks visits to a tray by UDID, and decides when a visit begins and ends. It never
// blocks and reads no clock.
type sessions struct {
	open  map[string]*session
	count int // visits begun
}

// arrives records that a device was plugged in. first reports whether this begins a visit;
// examine, whether to examine the device: on a new visit, or after an interrupted examination.
func (all *sessions) arrives(a usb.Attached, now time.Time) (s *session, first, examine bool) {
	s, known := all.open[device.UDIDKey(a.UDID)]
	if first = !known || !s.here && now.Sub(s.left) > sameVisit; first {
		s = &session{number: all.count}
		all.count++
		all.open[device.UDIDKey(a.UDID)] = s
	}
	if s.attached.DeviceID != a.DeviceID {
		s.tries, s.spent = 0, 0 // the cable may have caused the interruption
	}
	s.attached, s.here = a, true
	examine = !s.busy && !s.finished
	s.busy = s.busy || examine
	return s, first, examine
}

// leaves records that a device was unplugged.
func (all *sessions) leaves(udid string, now time.Time) {
	if s, known := all.open[device.UDIDKey(udid)]; known && s.here {
		s.here, s.left = false, now
	}
}

// waiting returns the sessions of attached devices whose examination was interrupted.
func (all *sessions) waiting() []*session {
	var list []*session
	for _, s := range all.open {
		if s.here && !s.busy && !s.finished && s.cut != nil {
			list = append(list, s)
		}
	}
	return list
}

// over removes and returns the ended sessions, by UDID.
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
