// Package hubpages shows a fleet in a browser: an overview, the devices, the changes to their
// causes, how often remedies helped, the visits of each device, and the benches. The pages use no
// scripts and load nothing from other addresses.
//
// [New] returns the handler. Everything except /healthz requires signing in, with the token or
// through a proxy in front.
package hubpages

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/metrics"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A Config configures the pages.
type Config struct {
	Store *ledger.Store
	Guard web.Guard
	Token string                 // lets people sign in; at least 16 bytes, or "" if only the proxy signs people in
	Code  string                 // one-time sign-in code, for the link /in/CODE; "" for none
	Proxy web.Proxy              // the proxy that signs people in
	Also  []prometheus.Collector // metrics besides those of the fleet
	// States returns the states of benches, in words by name, and the benches known to the
	// database; nil if unknown.
	States  func(context.Context) (words map[string]string, heard map[string]bool, err error)
	Failing func() []string  // names of the parts of the hub that do not work; nil checks only the database
	Now     func() time.Time // the clock
	Log     *slog.Logger     // logs errors
}

// pages holds the templates and assets, which are parsed when the first page is shown.
var pages = sync.OnceValue(func() *web.Site {
	return web.NewSite("Fleet", templates, functions,
		web.Part{Path: "/", Name: "Overview"}, web.Part{Path: "/devices", Name: "Devices"},
		web.Part{Path: "/changes", Name: "Changes"}, web.Part{Path: "/remedies", Name: "Remedies"}, web.Part{Path: "/benches", Name: "Benches"})
})

// site serves the pages.
type site struct {
	Config
	auth *web.Auth
}

// sessionFor is the session lifetime. Sessions survive a restart, and are valid on all nodes of
// a hub that share the token.
const sessionFor = 12 * time.Hour

// New returns the handler of the pages.
func New(config Config) (http.Handler, error) {
	auth, err := web.NewAuth(web.AuthConfig{
		Site: pages(), Token: config.Token, Code: config.Code, Hint: "The token is in the file token of the hub's data folder, unless another was set.",
		For: sessionFor, Secure: config.Guard.Secure, Proxy: config.Proxy, Now: config.Now, Log: config.Log,
	})
	switch {
	case err != nil:
		return nil, err
	case !auth.Required():
		return nil, errors.New("the pages of the hub have neither a token nor a proxy that signs people in")
	}
	s := &site{Config: config, auth: auth}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.Collector{Store: config.Store, Log: config.Log})
	registry.MustRegister(config.Also...)

	inside := http.NewServeMux()
	inside.HandleFunc("GET /{$}", s.overview)
	inside.HandleFunc("GET /devices", s.devices)
	inside.HandleFunc("GET /device", s.device)
	inside.HandleFunc("GET /changes", s.changes)
	inside.HandleFunc("GET /remedies", s.remedies)
	inside.HandleFunc("GET /benches", s.benches)
	inside.HandleFunc("GET /report", s.report)
	inside.HandleFunc("GET /export/{view}/{format}", s.export)
	inside.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(config.Log.Handler(), slog.LevelError)}))

	all := http.NewServeMux()
	all.HandleFunc("GET /healthz", s.health) // monitoring may use any address of the hub
	all.Handle("/", config.Guard.Handler(auth.Protect(inside)))
	return all, nil
}

// health reports whether the hub works, and nothing else, because it is open to everyone.
func (s *site) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if failing := s.failing(r.Context()); len(failing) > 0 {
		http.Error(w, "does not work: "+strings.Join(failing, ", "), http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok\n"))
}

func (s *site) failing(ctx context.Context) []string {
	if s.Config.Failing != nil {
		return s.Config.Failing()
	}
	if err := s.Store.Ping(ctx); err != nil {
		s.Log.Error("the fleet's database does not answer", "error", err)
		return []string{"database"}
	}
	return nil
}

// show writes a page, either completely or not at all.
func (s *site) show(w http.ResponseWriter, name string, data any) {
	if err := pages().Show(w, http.StatusOK, name, data); err != nil {
		s.Log.Error("a page cannot be written", "page", name, "error", err)
	}
}

// fail answers with an error. Details of internal errors go to the hub's log only.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, words := http.StatusInternalServerError, "The database did not answer. Try again in a moment."
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		status, words = http.StatusNotFound, "There is no such device or report."
	case errors.Is(err, ledger.ErrPage):
		status, words = http.StatusBadRequest, "This address is not a place in the list."
	case errors.Is(err, ledger.ErrFilter):
		status, words = http.StatusBadRequest, "This address asks for something that does not exist: "+err.Error()+"."
	case r.Context().Err() != nil:
		return // the client is gone
	default:
		s.Log.Error("a question to the fleet failed", "path", r.URL.Path, "error", err)
	}
	title := cmp.Or(http.StatusText(status), "Error")
	if err := pages().ShowMessage(w, status, pages().Frame("message", title), words); err != nil {
		s.Log.Error("a page cannot be written", "page", "message", "error", err)
	}
}
