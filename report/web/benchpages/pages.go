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

// site is the templates and files of the pages, which are parsed when the first page is shown:
// no other command needs them.
var site = sync.OnceValue(func() *web.Site {
	return web.NewSite("Bench", files, template.FuncMap{"page": pageOf})
})

// live is what the script of a page needs.
type live struct {
	Picture string // id of the picture that the page shows
	UDID    string // of the device that the page is about; "" for the tray
	Changes bool   // the run goes on
}

// frame is what surrounds a page with a picture of the tray.
func (s *Pages) frame(page, title string, p picture, udid string) web.Frame {
	frame := site().Frame(page, title)
	frame.SignOut, frame.Live = s.auth.Required(), live{p.id, udid, !p.over}
	return frame
}

// pageOf is the address of a device's page.
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
	Changed   string // how it was at the visit before, if that was otherwise
	History   []report.Visit
	NoHistory string // why there is none; "" if there is, or nobody keeps it
}

// historyIn is how long the earlier visits of a device may take to find.
const historyIn = 3 * time.Second

func (s *Pages) showDevice(w http.ResponseWriter, r *http.Request) {
	p := s.tray.picture()
	t, known := s.tray.tile(r.PathValue("udid"))
	if !known {
		site().ShowMessage(w, http.StatusNotFound, site().Frame("message", "No such device"), "None of that name has been on the tray in this run.")
		return
	}
	view := newTileView(t)
	page := devicePage{Frame: s.frame("device", cmp.Or(view.Name, view.UDID), p, t.UDID), DeviceView: web.NewDeviceView(t.Found), Tile: view}
	if s.config.History != nil {
		ctx, stop := context.WithTimeout(r.Context(), historyIn)
		defer stop()
		visits, err := s.config.History(ctx, t.UDID)
		if t.Found != nil { // this visit may be in the history already
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

// changed says how a device was at the newest of its earlier visits, or "" if that is not known or
// it was no different.
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

// maxVisits is how many earlier visits of a device are shown.
const maxVisits = 50
