// Package benchpages shows a tray of devices in a browser while they are examined: one tile per
// device, and a page for each with its findings.
//
// [Pages.Hear] feeds the events of a run to [Pages], which serves them to browsers. The pages
// are read-only: they answer GET and HEAD, and POST only to sign in with the token, if there is
// one. They are complete without scripts; with scripts they update by themselves. They load
// nothing from elsewhere. Text from a device or its owner is cleaned and escaped.
//
// A slow browser does not slow down the run: nothing is kept for it except the last version it
// saw, and it is sent what has changed since.
package benchpages

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/web"
)

// A Config configures the pages.
type Config struct {
	Hosts   []string                                                       // names and addresses that the pages may be requested by, without ports
	Secure  bool                                                           // served over HTTPS only
	Token   string                                                         // required to sign in; "" makes the pages public
	History func(ctx context.Context, udid string) ([]report.Visit, error) // earlier visits of a device, newest first; nil if there is no history
}

// Pages show one run. They are safe for concurrent use.
type Pages struct {
	config Config
	auth   *web.Auth
	tray   *tray
	seats  chan struct{} // one per browser that receives updates
	pages  http.Handler
}

// signedInFor is the session lifetime: in practice the length of the run, because all sessions
// end with it.
const signedInFor = 30 * 24 * time.Hour

// maxWatching is the number of browsers that receive updates. Others can still load pages.
const maxWatching = 64

// New returns the pages of an empty tray.
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

// ServeHTTP implements [http.Handler].
func (s *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.pages.ServeHTTP(w, r) }

// Hear handles an event of the run. It never waits for browsers.
func (s *Pages) Hear(e report.Event) { s.tray.hear(e) }

// Say shows a line of text above the tray, replacing the previous one; "" removes it.
func (s *Pages) Say(line string) { s.tray.say(line) }

// Warn shows a warning above the tray for as long as the pages are served.
func (s *Pages) Warn(line string) { s.tray.warn(line) }

// Use shows what by says of each device on the tray: which command is using it, or "".
func (s *Pages) Use(by func(udid string) string) { s.tray.use(by) }

// Close tells all browsers that the run is over, and disconnects them.
func (s *Pages) Close() { s.tray.close() }
