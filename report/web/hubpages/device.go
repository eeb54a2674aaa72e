package hubpages

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
)

type devicePage struct {
	frame
	web.DeviceView // of the newest report
	Story          ledger.Story
	AtTheBench     string // what the newest report has only at its bench; "" if nothing
	NoReport       bool   // the newest report cannot be read
	Query          url.Values
	First          bool
}

func (s *site) device(w http.ResponseWriter, r *http.Request) {
	story, err := s.Store.Story(r.Context(), r.FormValue("id"), pageOf(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := devicePage{
		frame: s.frame("device", web.Label(cmp.Or(story.Device.Name, story.Device.UDID)), "/devices"),
		Story: story, Query: kept(r, "id"), First: r.FormValue("after") == "",
	}
	newest := slices.IndexFunc(story.Visits.Rows, func(v report.Visit) bool { return v.TakenAt.Equal(story.Device.TakenAt) })
	if p.First && newest >= 0 {
		visit := story.Visits.Rows[newest]
		p.DeviceView, err = s.viewOf(r.Context(), visit.ReportID, story.Device)
		p.NoReport, p.AtTheBench = err != nil, atTheBench(visit.Cut)
	}
	s.show(w, "device", p)
}

// viewOf returns what a report says about a device.
func (s *site) viewOf(ctx context.Context, id string, of ledger.Device) (view web.DeviceView, err error) {
	document, err := s.Store.Report(ctx, id)
	var whole report.Report
	if err == nil {
		whole, err = report.Read(bytes.NewReader(document))
	}
	if err != nil {
		s.Log.Error("a report cannot be read", "report", id, "error", err)
		return view, err
	}
	at := slices.IndexFunc(whole.Devices, func(d report.Device) bool { return device.SameUDID(d.UDID, of.UDID) })
	if at < 0 {
		return view, nil
	}
	view = web.NewDeviceView(&whole.Devices[at])
	for i := range view.Causes {
		view.Causes[i].Link = linkOf(view.Causes[i].Check, of.Causes)
	}
	return view, nil
}

// linkOf returns the link to all devices with a cause, or "" for a cause that the database does
// not have: there is no list of its devices.
func linkOf(check string, known []ledger.DeviceCause) string {
	if !slices.ContainsFunc(known, func(c ledger.DeviceCause) bool { return c.Check == check }) {
		return ""
	}
	return web.Link("/devices", url.Values{"cause": {check}})
}

// atTheBench names what was left out of a report that was too long to be sent; cut is
// [report.Visit.Cut].
func atTheBench(cut string) string {
	switch cut {
	case "":
		return ""
	case "evidence":
		return "Its evidence, remedies and steps"
	}
	return "Its evidence, remedies, steps and other findings"
}
