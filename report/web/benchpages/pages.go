package benchpages

import (
	"cmp"
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/web"
)

//go:embed assets templates
var files embed.FS

// site holds the templates and assets. They are parsed when the first page is shown, because
// other commands do not need them.
var site = sync.OnceValue(func() *web.Site {
	return web.NewSite("Bench", files, template.FuncMap{"page": pageOf})
})

// live is the data for a page's script.
type live struct {
	Picture string // id of the picture shown
	UDID    string // device of the page; "" for the tray
	Changes bool   // the run is in progress
}

// frame returns the frame of a page with a picture of the tray.
func (s *Pages) frame(page, title string, p picture, udid string) web.Frame {
	frame := site().Frame(page, title)
	frame.SignOut, frame.Live = s.auth.Required(), live{p.id, udid, !p.over}
	return frame
}

// pageOf returns the path of a device's page.
func pageOf(udid string) string { return "/device/" + url.PathEscape(udid) }

type trayPage struct {
	web.Frame
	Overview overview
	Here     []tileView
	Gone     []tileView
}

func (s *Pages) showTray(w http.ResponseWriter, _ *http.Request) {
	p := s.tray.picture()
	site().Show(w, http.StatusOK, "tray", trayPage{s.frame("tray", "The tray", p, ""), newOverview(p), tileViews(p.here), tileViews(p.gone)})
}

func tileViews(tiles []tile) []tileView {
	views := make([]tileView, len(tiles))
	for i, t := range tiles {
		views[i] = newTileView(t)
	}
	return views
}

type devicePage struct {
	web.Frame
	web.DeviceView
	Tile      tileView
	Changed   string // state at the previous visit, if different
	History   []report.Visit
	NoHistory string // why the history is missing; "" if it is not, or is not kept
}

// historyIn limits the time to look up the earlier visits of a device.
const historyIn = 3 * time.Second

func (s *Pages) showDevice(w http.ResponseWriter, r *http.Request) {
	p := s.tray.picture()
	t, known := s.tray.tile(r.PathValue("udid"))
	if !known {
		site().ShowMessage(w, http.StatusNotFound, site().Frame("message", "No such device"), "It was not on the tray in this run, or it was unplugged long ago. The history has its visits.")
		return
	}
	view := newTileView(t)
	page := devicePage{Frame: s.frame("device", cmp.Or(view.Name, view.UDID), p, t.UDID), DeviceView: web.NewDeviceView(t.Found), Tile: view}
	if s.config.History != nil {
		ctx, stop := context.WithTimeout(r.Context(), historyIn)
		defer stop()
		visits, err := s.config.History(ctx, t.UDID)
		if t.Found != nil { // this visit may already be in the history
			visits = slices.DeleteFunc(visits, func(v report.Visit) bool { return v.TakenAt.Unix() == t.Found.TakenAt.Unix() })
		}
		page.Changed = changed(visits, t.Found)
		page.History = visits[:min(len(visits), maxVisits)]
		switch {
		case err != nil:
			page.NoHistory = "Earlier visits could not be read."
		case len(visits) == 0:
			page.NoHistory = "No earlier visit is known."
		}
	}
	site().Show(w, http.StatusOK, "device", page)
}

// changed describes the state of a device at its newest earlier visit, or returns "" if that is
// unknown or no different.
func changed(visits []report.Visit, d *report.Device) string {
	if d == nil {
		return ""
	}
	before := slices.IndexFunc(visits, func(v report.Visit) bool { return v.Subject == report.OfDevices && v.TakenAt.Before(d.TakenAt) })
	if before < 0 {
		return ""
	}
	return report.Clean(format.Change(visits[before], *d, time.Local))
}

// maxVisits is the number of earlier visits shown for a device.
const maxVisits = 50
