// Package hubpages shows a fleet in a browser: how it stands, its devices, what became of their
// causes, the story of each device, and the benches. The pages are written here and need
// nothing else: no script, and nothing from another address.
//
// [New] makes the handler. Nobody sees anything who has not signed in, with the token or by a
// proxy in front; /healthz alone is open to all.
package hubpages

import (
	"bytes"
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/backupdoctor/backupdoctor/report/fleet"
	"github.com/backupdoctor/backupdoctor/report/fleet/metrics"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A Config is what pages are made of.
type Config struct {
	Store *fleet.Store
	Guard web.Guard
	Token string                 // who has it may sign in; at least 16 bytes, or "" if only the proxy lets people in
	Proxy Proxy                  // that signs people in
	Also  []prometheus.Collector // metrics beside those of the fleet
	Now   func() time.Time       // the clock
	Log   *slog.Logger           // where errors go
}

// A Proxy is one in front of the pages that knows who asks.
type Proxy struct {
	Header string         // in which it names the person: X-Forwarded-User; "" if there is no proxy
	From   []netip.Prefix // its addresses; from others the header means nothing
}

// minToken is how long a token must be, so that it cannot be guessed.
const minToken = 16

// site is the pages, as they are served.
type site struct {
	Config
	door *door
}

// New makes the handler of the pages.
func New(config Config) (http.Handler, error) {
	switch {
	case config.Token != "" && len(config.Token) < minToken:
		return nil, errors.New("the token of the fleet's pages is shorter than 16 bytes")
	case config.Token == "" && config.Proxy.Header == "":
		return nil, errors.New("the fleet's pages have neither a token nor a proxy that signs people in")
	case config.Proxy.Header != "" && len(config.Proxy.From) == 0:
		return nil, errors.New("the proxy of the fleet's pages has no address")
	}
	s := &site{Config: config, door: newDoor(config)}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.Collector{Store: config.Store, Log: config.Log})
	registry.MustRegister(config.Also...)

	inside := http.NewServeMux()
	inside.HandleFunc("GET /{$}", s.overview)
	inside.HandleFunc("GET /devices", s.devices)
	inside.HandleFunc("GET /device", s.device)
	inside.HandleFunc("GET /changes", s.changes)
	inside.HandleFunc("GET /benches", s.benches)
	inside.HandleFunc("GET /report", s.report)
	inside.HandleFunc("GET /export/{view}/{format}", s.export)
	inside.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(config.Log.Handler(), slog.LevelError)}))

	outside := http.NewServeMux()
	outside.Handle("GET /assets/", assetsHandler())
	outside.HandleFunc("GET /signin", s.signInForm)
	outside.HandleFunc("POST /signin", s.signIn)
	outside.HandleFunc("POST /signout", s.signOut)
	outside.Handle("/", s.signedIn(inside))

	all := http.NewServeMux()
	all.HandleFunc("GET /healthz", s.health) // whoever watches it may know the hub by any address
	all.Handle("/", config.Guard.Handler(outside))
	return all, nil
}

// health tells whether the database answers, and nothing else.
func (s *site) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.Store.Ping(r.Context()); err != nil {
		s.Log.Error("the fleet's database does not answer", "error", err)
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok\n"))
}

// show writes a page, as a whole or not at all.
func (s *site) show(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		s.Log.Error("a page cannot be written", "page", name, "error", err)
		http.Error(w, "this page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(page.Bytes())
}

// fail answers with an error. What went wrong in the hub is in its log.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, words := http.StatusInternalServerError, "The database did not answer. Try again in a moment."
	switch {
	case errors.Is(err, fleet.ErrUnknown):
		status, words = http.StatusNotFound, "There is no such device or report."
	case errors.Is(err, fleet.ErrPage):
		status, words = http.StatusBadRequest, "This address leads nowhere in the list."
	case r.Context().Err() != nil:
		return // nobody waits for the answer
	default:
		s.Log.Error("a question to the fleet failed", "path", r.URL.Path, "error", err)
	}
	s.show(w, status, "error", errorPage{frame{Title: cmp.Or(http.StatusText(status), "Error")}, words})
}

type errorPage struct {
	frame
	Words string
}
