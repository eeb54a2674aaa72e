package scan

import (
	"context"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// examineAgain examines a device again within its visit, now that more of it can be read.
func (w *watching) examineAgain(ctx context.Context, s *session, readable bool) {
	if !readable || !s.here || s.busy || !s.finished || ctx.Err() != nil {
		return
	}
	s.finished, s.busy, s.paired = false, true, false
	s.tries, s.spent, s.cut = 0, 0, nil
	w.send(ctx, s, report.Reading)
}

// awaitsTrust reports whether more could be read if the device trusted this computer.
func awaitsTrust(s device.Snapshot) bool {
	if s.Live == nil {
		return false
	}
	_, err := s.Live.Trusted.Get()
	switch device.GapOf(err).Reason {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.TrustForbidden, device.Locked:
		return true
	}
	return false
}

// awaitsUnlock reports whether the device was locked.
func awaitsUnlock(s device.Snapshot) bool {
	if s.Live == nil {
		return false
	}
	locked, _ := s.Live.LockedNow.Get()
	return locked
}

// send starts an examination; its result goes to w.examined. All tries together take no longer
// than the time limit of one device.
func (w *watching) send(ctx context.Context, s *session, state string) {
	w.sent++
	s.tries++
	a, number := s.attached, s.number
	client := w.Client.Over(a.Connection)
	client.Timeout = client.Limit() - s.spent
	go w.workers.Send(func() device.Reason {
		set := FindBackups(ctx, w.Places)
		set.Keep(func(st *StoredBackup) bool { return st.IsOfOne([]string{a.UDID}) })
		var refused error
		attached := []usb.Attached{a}
		if w.Pair {
			w.askForTrust(ctx, w.untrusted(ctx, attached), func(_ untrustedDevice, refusal error) { refused = refusal })
		}
		w.run.Tell(number, report.DeviceState, w.Labels.labelled(attached[0]), state)
		began := time.Now()
		snapshot := w.read(ctx, client, attached[0])
		w.complete(ctx, number, &snapshot, set)
		explainDistrust(&snapshot, refused)
		w.examined <- examined{s, snapshot, time.Since(began)}
		return snapshot.Live.Ended.Reason
	})
}

// took handles the result of an examination. An interrupted one is decided by the next event:
// the device may be being unplugged.
func (w *watching) took(ctx context.Context, e examined) {
	w.sent--
	s, snapshot := e.session, e.snapshot
	s.busy = false
	s.spent += e.spent
	if s.cut != nil {
		snapshot = better(*s.cut, snapshot)
	}
	if !e.snapshot.Live.Ended.Reason.Transient() || ctx.Err() != nil {
		w.finish(s, snapshot)
		w.examineAgain(ctx, s, s.paired && awaitsTrust(snapshot)) // paired during the examination
		return
	}
	s.cut = &snapshot
	w.run.Tell(s.number, report.DeviceState, snapshot, report.Waiting)
}

// again retries interrupted examinations of devices that are still attached. A device
// interrupted twice without being touched is finished with what it returned.
func (w *watching) again(ctx context.Context) {
	if w.lost {
		return
	}
	for _, s := range w.sessions.waiting() {
		if s.tries >= 2 || s.spent >= w.Client.Over(s.attached.Connection).Limit() {
			w.finish(s, *s.cut)
			continue
		}
		s.busy = true
		w.send(ctx, s, report.Retrying)
	}
}

// finish hands a device over. Visits that finish after Until is reached are dropped.
func (w *watching) finish(s *session, snapshot device.Snapshot) {
	if w.enough() {
		return
	}
	w.run.Replace(snapshot.Device.UDID)
	if s.last.Device.UDID == "" { // not examined again within this visit
		w.finished++
	}
	s.finished, s.last = true, snapshot
	w.run.Done(s.number, snapshot)
	w.invite()
}

// endSessions ends the visits of devices that have been away too long.
func (w *watching) endSessions(now time.Time) {
	for _, s := range w.sessions.over(now) {
		w.end(s)
		w.run.Tell(s.number, report.DeviceDetached, s.last, "")
	}
}

// end hands over a device that was interrupted and did not return.
func (w *watching) end(s *session) {
	s.endObservation()
	if !s.finished && s.cut != nil {
		w.finish(s, *s.cut)
	}
}
