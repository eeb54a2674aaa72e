// Package benchpages shows a tray of devices in a browser while they are examined, one tile for
// each, and what was found on each on a page of its own.
//
// [Pages] are fed with the events of a run by [Pages.Hear], and answer requests of browsers.
// They only ever tell: they answer GET and HEAD, and the POST of the token where there is one. Its pages are whole without scripts; with them they change by themselves. They load
// nothing from elsewhere. What a device or its owner wrote is cleaned and escaped.
//
// A browser that is slow costs the run nothing: nothing is kept for it but which state it saw
// last, and it is sent what has changed since.
package benchpages

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/web"
)

// A Config is what the pages are made with.
type Config struct {
	Hosts   []string                                                       // by which they may be asked for, without ports
	Secure  bool                                                           // they are reached by HTTPS only
	Token   string                                                         // who has it may look; "" lets everybody look who reaches it
	History func(ctx context.Context, udid string) ([]report.Visit, error) // earlier visits of a device, newest first; nil if nobody knows
}

// Pages show one run. They are safe for use by several goroutines.
type Pages struct {
	config Config
	auth   *web.Auth
	tray   *tray
	seats  chan struct{} // one for each browser that is told what changes
	pages  http.Handler
}

// signedInFor is how long a browser may look: in practice until the run is over, with which
// all sessions end.
const signedInFor = 30 * 24 * time.Hour

// maxWatching is how many browsers are told what changes. More can look, and ask again.
const maxWatching = 64

// New makes the pages of an empty tray.
func New(c Config) (*Pages, error) {
	auth, err := web.NewAuth(web.AuthConfig{
		Site: site(), Token: c.Token, Hint: "The token is in the address that the bench printed, or in its --token-file.",
		Salt: rand.Text(), For: signedInFor, Secure: c.Secure, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	s := &Pages{config: c, auth: auth, tray: newTray(), seats: make(chan struct{}, maxWatching)}

	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", s.showTray)
	pages.HandleFunc("GET /device/{udid}", s.showDevice)
	pages.HandleFunc("GET /events", s.tellEvents)

	guard := web.Guard{Hosts: c.Hosts, Scripts: true, Secure: c.Secure}
	s.pages = guard.Handler(auth.Protect(pages))
	return s, nil
}

// ServeHTTP answers a browser.
func (s *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.pages.ServeHTTP(w, r) }

// Hear takes in what happens in the run. It waits for no browser.
func (s *Pages) Hear(e report.Event) { s.tray.hear(e) }

// Say shows a line of text above the tray, in place of the one that was said before; "" shows
// none.
func (s *Pages) Say(line string) { s.tray.say(line) }

// Warn shows above the tray that something is amiss, for as long as the pages are served.
func (s *Pages) Warn(line string) { s.tray.warn(line) }

// Close tells all browsers that the run is over, and lets go of them.
func (s *Pages) Close() { s.tray.close() }
