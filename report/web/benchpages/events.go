package benchpages

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	beatEvery = 15 * time.Second       // heartbeat, so that a browser notices a lost connection
	paceOf    = 150 * time.Millisecond // changes closer together than this are sent together
	writeIn   = 10 * time.Second       // slower browsers are disconnected
)

// A change is the difference between a browser's picture of the tray and the current one.
type change struct {
	Whole    bool     `json:"whole"`    // replaces everything that the browser has
	Over     bool     `json:"over"`     // the run is over, and nothing follows
	Tiles    []placed `json:"tiles"`    // to be put in place one after the other
	Overview string   `json:"overview"` // HTML of the part above the tiles
}

// placed is a tile and its position.
type placed struct {
	UDID   string `json:"udid"`
	List   string `json:"list"`   // here or gone
	Before string `json:"before"` // UDID of the tile behind it; "" if it is the last
	HTML   string `json:"html"`
	Says   string `json:"says"` // what became of it, to be read out; "" if that is not known yet
}

// tellEvents sends changes to a browser until the run is over or the browser disconnects.
func (s *Pages) tellEvents(w http.ResponseWriter, r *http.Request) {
	select {
	case s.seats <- struct{}{}:
		defer func() { <-s.seats }()
	default:
		w.Header().Set("Retry-After", "30")
		http.Error(w, "too many browsers follow this page", http.StatusServiceUnavailable)
		return
	}
	to := stream{w: w, control: http.NewResponseController(w)}
	to.control.SetReadDeadline(time.Time{}) // no read deadline: nothing more is read
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	seen, known := s.tray.versionOf(cmp.Or(r.Header.Get("Last-Event-ID"), r.FormValue("after")))
	for told := false; ; told = true {
		p := s.tray.picture()
		known = known && p.dropped <= seen && seen <= p.version
		var err error
		if !told || seen != p.version {
			err = s.tellChange(to, p, seen, known)
		} else {
			err = to.send("event: beat\ndata:\n\n")
		}
		if err != nil || p.over {
			return
		}
		seen, known = p.version, true
		if !await(r, p, beat) {
			return
		}
	}
}

// await returns true when there is something to send, and false if the browser is gone.
func await(r *http.Request, p picture, beat *time.Ticker) bool {
	select {
	case <-beat.C:
		return true
	case <-r.Context().Done():
		return false
	case <-p.changed:
	}
	select {
	case <-time.After(paceOf):
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Pages) tellChange(to stream, p picture, seen uint64, known bool) error {
	c, err := changeSince(p, seen, known)
	if err != nil {
		return err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return to.send(fmt.Sprintf("id: %s\nevent: change\ndata: %s\n\n", p.id, data))
}

// changeSince returns the changes to the tray since a version, or the whole tray if the version
// is not known.
func changeSince(p picture, seen uint64, known bool) (c change, err error) {
	c = change{Whole: !known, Over: p.over, Tiles: []placed{}}
	for name, list := range map[string][]tile{"here": p.here, "gone": p.gone} {
		before := ""
		for _, t := range slices.Backward(list) { // backward, so that the tile after it is already in place
			if !known || t.version > seen {
				html, err := t.html()
				if err != nil {
					return c, err
				}
				c.Tiles = append(c.Tiles, placed{t.UDID, name, before, html, sayingOf(t)})
			}
			before = t.UDID
		}
	}
	c.Overview, err = site().Render("overview", newOverview(p))
	return c, err
}

// A stream sends events to one browser.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s stream) send(text string) error {
	s.control.SetWriteDeadline(time.Now().Add(writeIn))
	defer s.control.SetWriteDeadline(time.Time{}) // HTTP/2 ends a stream at its write deadline even if it is idle
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
