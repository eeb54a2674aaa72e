// Package benchpages shows a tray of devices in a browser while they are examined, one tile for
// each, and what was found on each on a page of its own.
//
// A [Station] is fed with the events of a run by [Station.Hear], and answers requests of
// browsers. It only ever tells: it answers GET and HEAD, and the POST of the token where there
// is one. Its pages are whole without scripts; with them they change by themselves. They load
// nothing from elsewhere. What a device or its owner wrote is cleaned and escaped.
//
// A browser that is slow costs the run nothing: nothing is kept for it but which state it saw
// last, and it is sent what has changed since.
package benchpages

import (
	"context"
	"net/http"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/web"
)

// A Config is what a station is made of.
type Config struct {
	Hosts   []string                                                // by which it may be asked for, without ports
	Secure  bool                                                    // it is reached by HTTPS only
	Token   string                                                  // who has it may look; "" lets everybody look who reaches it
	History func(ctx context.Context, udid string) ([]Visit, error) // earlier visits of a device, newest first; nil if nobody knows
}

// A Visit is one earlier visit of a device.
type Visit struct {
	At         time.Time
	Verdict    string    // one of checks.Verdicts
	Causes     []string  // ids of checks
	LastBackup time.Time // zero if none is known
}

// A Station shows one run. It is safe for use by several goroutines.
type Station struct {
	config Config
	tray   *tray
	seats  chan struct{} // one for each browser that is told what changes
	pages  http.Handler
}

// maxWatching is how many browsers are told what changes. More can look, and ask again.
const maxWatching = 64

// New makes a station whose tray is empty.
func New(c Config) *Station {
	s := &Station{config: c, tray: newTray(), seats: make(chan struct{}, maxWatching)}
	d := newDoor(c)

	inside := http.NewServeMux()
	inside.HandleFunc("GET /{$}", s.showTray)
	inside.HandleFunc("GET /device/{udid}", s.showDevice)
	inside.HandleFunc("GET /events", s.tellEvents)

	outside := http.NewServeMux()
	outside.HandleFunc("GET /assets/{name}", showAsset)
	if c.Token != "" {
		outside.HandleFunc("GET /enter", d.ask)
		outside.HandleFunc("POST /enter", d.enter)
	}
	outside.Handle("GET /", d.guards(inside))

	guard := web.Guard{Hosts: c.Hosts, Scripts: true, Secure: c.Secure}
	s.pages = guard.Handler(fromHere(outside))
	return s
}

// ServeHTTP answers a browser.
func (s *Station) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.pages.ServeHTTP(w, r) }

// Hear takes in what happens in the run. It waits for no browser.
func (s *Station) Hear(e report.Event) { s.tray.hear(e) }

// Say shows a line of text above the tray, in place of the one that was said before; "" shows
// none.
func (s *Station) Say(line string) { s.tray.say(line) }

// Warn shows above the tray that something is amiss, for as long as the station is served.
func (s *Station) Warn(line string) { s.tray.warn(line) }

// Close tells all browsers that the run is over, and lets go of them.
func (s *Station) Close() { s.tray.close() }

// fromHere refuses what another site asks for, but for a link to a page: it could not read the
// answer, but could tell from it that there is a station, or take all the seats.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site, follows := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode") == "navigate"
		if (site == "cross-site" || site == "same-site") && !follows {
			http.Error(w, "another site asks for this", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); r.Method == http.MethodGet && origin != "" && !sameOrigin(origin, r.Host) {
			http.Error(w, "another site asks for this", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func sameOrigin(origin, host string) bool {
	return origin == "http://"+host || origin == "https://"+host
}
