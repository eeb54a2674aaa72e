package benchpages

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

//go:embed assets templates
var files embed.FS

// templates are the pages. What a device or its owner wrote goes through label where a name
// is expected, and through quoted elsewhere; sentences of this program go through clean. They
// are parsed when the first page is shown: no other command needs them.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"clean": report.Clean, "label": label, "quoted": quoted, "mark": markOf, "because": because, "moment": words.Moment, "ago": words.Ago,
		"count": words.Count, "short": shortOf, "link": pageOf, "backup": backupMark,
	}).ParseFS(files, "templates/*.html"))
})

func label(text string) string { return device.Label(report.Clean(text)) }

func quoted(text string) string { return device.Quoted(report.Clean(text)) }

// rendered is a part of a page.
func rendered(name string, data any) (string, error) {
	var text bytes.Buffer
	err := templates().ExecuteTemplate(&text, name, data)
	return text.String(), err
}

// show writes a page, as a whole or not at all.
func show(w http.ResponseWriter, status int, name string, data any) {
	page, err := rendered(name, data)
	if err != nil {
		http.Error(w, "this page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(page))
}

func showAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := files.ReadFile("assets/" + name)
	kind, served := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}[path.Ext(name)]
	if err != nil || !served {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Write(data)
}

// pageOf is the address of a device's page.
func pageOf(udid string) string { return "/device/" + url.PathEscape(udid) }

type trayPage struct {
	ID       string // of the picture
	Live     bool
	Overview overview
	Here     []tileView
	Gone     []tileView
}

func (s *Station) showTray(w http.ResponseWriter, _ *http.Request) {
	p := s.tray.picture()
	show(w, http.StatusOK, "tray", trayPage{p.id, !p.over, newOverview(p), tileViews(p.here), tileViews(p.gone)})
}

func tileViews(tiles []tile) []tileView {
	views := make([]tileView, len(tiles))
	for i, t := range tiles {
		views[i] = newTileView(t)
	}
	return views
}

type devicePage struct {
	ID        string // of the picture
	Live      bool
	Tile      tileView
	Device    *report.Device // nil until it is examined
	Causes    []causeView
	Others    []otherFindings
	History   []Visit
	NoHistory string // why there is none; "" if there is, or nobody keeps it
}

// historyIn is how long the earlier visits of a device may take to find.
const historyIn = 3 * time.Second

func (s *Station) showDevice(w http.ResponseWriter, r *http.Request) {
	p := s.tray.picture()
	t, known := s.tray.tile(r.PathValue("udid"))
	if !known {
		show(w, http.StatusNotFound, "unknown", nil)
		return
	}
	page := devicePage{ID: p.id, Live: !p.over, Tile: newTileView(t), Device: t.Found}
	if t.Found != nil {
		page.Causes, page.Others = causesOf(*t.Found), othersOf(*t.Found)
	}
	if s.config.History != nil {
		ctx, stop := context.WithTimeout(r.Context(), historyIn)
		defer stop()
		visits, err := s.config.History(ctx, t.UDID)
		if t.Found != nil { // this visit may be in the history already
			visits = slices.DeleteFunc(visits, func(v Visit) bool { return v.At.Unix() == t.Found.TakenAt.Unix() })
		}
		page.History = visits[:min(len(visits), maxVisits)]
		switch {
		case err != nil:
			page.NoHistory = "Earlier visits could not be read."
		case len(visits) == 0:
			page.NoHistory = "No earlier visit is known."
		}
	}
	show(w, http.StatusOK, "device", page)
}

// maxVisits is how many earlier visits of a device are shown.
const maxVisits = 50

// title names a device in the window of a browser.
func (p devicePage) Title() string {
	return cmp.Or(report.Clean(p.Tile.Name), report.Clean(p.Tile.UDID))
}
