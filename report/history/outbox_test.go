package history

import (
	"errors"
	"testing"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/outbox"
)

func letter(t testing.TB, text string) outbox.Item {
	t.Helper()
	id, err := envelope.NewID()
	must(t, err)
	return outbox.Item{ID: id, Report: []byte(text)}
}

// A device and what leaves of it are kept together, or neither is.
func TestADeviceIsKeptWithWhatLeaves(t *testing.T) {
	s, devices := fresh(t), tray(t)
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	first, second := letter(t, `{"first":1}`), letter(t, `{"second":2}`)
	must(t, s.AddAndSend(t.Context(), runID(1), devices[0], first))
	must(t, s.AddAndSend(t.Context(), runID(1), devices[1], second))
	for name, broken := range map[string]outbox.Item{
		"no JSON": letter(t, "{"), "no id": {ID: "7", Report: []byte("{}")}, "the same id": {ID: first.ID, Report: []byte("{}")},
	} {
		if err := s.AddAndSend(t.Context(), runID(1), devices[2], broken); err == nil {
			t.Errorf("%s: it is kept", name)
		}
	}
	if err := s.AddAndSend(t.Context(), runID(2), devices[2], letter(t, "{}")); !errors.Is(err, ErrNoRun) {
		t.Errorf("in a run that has not begun: %v", err)
	}
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	if count, err := s.ToSend(t.Context()); err != nil || count != 2 || list.Runs[0].Devices != 2 {
		t.Errorf("%d items and %d devices, %v; want 2 of each", count, list.Runs[0].Devices, err)
	}

	items, err := s.NextToSend(t.Context(), 10)
	must(t, err)
	if len(items) != 2 || items[0].ID != first.ID || string(items[1].Report) != `{"second":2}` {
		t.Errorf("to send are %+v", items)
	}
	must(t, s.Sent(t.Context(), []string{first.ID}))
	if items, err = s.NextToSend(t.Context(), 10); err != nil || len(items) != 1 || items[0].ID != second.ID {
		t.Errorf("after the first was sent, to send are %+v, %v", items, err)
	}
}

// Where what leaves cannot be made, the device is kept, and it is told.
func TestADeviceIsKeptWithoutWhatLeaves(t *testing.T) {
	s := fresh(t)
	r := NewRecorder(s, Run{})
	devices := tray(t)
	tooLong := errors.New("it is too long")
	for _, e := range told(runID(1), monday, devices...) {
		r.HearAndSend(e, func() (outbox.Item, error) {
			if e.UDID == devices[0].UDID {
				return outbox.Item{}, tooLong
			}
			return letter(t, `"`+e.UDID+`"`), nil
		})
	}
	if !errors.Is(r.Err(), tooLong) {
		t.Errorf("told %v", r.Err())
	}
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	count, err := s.ToSend(t.Context())
	must(t, err)
	if list.Runs[0].Devices != len(devices) || count != len(devices)-1 {
		t.Errorf("%d devices and %d items of %d", list.Runs[0].Devices, count, len(devices))
	}
}
