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
	beatEvery = 15 * time.Second       // so that a browser notices that nobody is there any more
	paceOf    = 150 * time.Millisecond // changes that come closer to each other are told together
	writeIn   = 10 * time.Second       // a browser that takes longer to read is let go
)

// A change is what has become of the tray since a picture that a browser has.
type change struct {
	Whole    bool     `json:"whole"`    // all that the browser has is to be thrown away
	Over     bool     `json:"over"`     // the run is over, and nothing comes after this
	Tiles    []placed `json:"tiles"`    // each to be put where it belongs, one after the other
	Overview string   `json:"overview"` // HTML of what stands above the tiles
}

// placed is one tile, and where it stands.
type placed struct {
	UDID   string `json:"udid"`
	List   string `json:"list"`   // here or gone
	Before string `json:"before"` // UDID of the tile behind it; "" if it is the last
	HTML   string `json:"html"`
	Says   string `json:"says"` // what became of it, to be read out; "" if that is not known yet
}

// tellEvents tells a browser what changes until the run is over or the browser has gone.
func (s *Pages) tellEvents(w http.ResponseWriter, r *http.Request) {
	select {
	case s.seats <- struct{}{}:
		defer func() { <-s.seats }()
	default:
		w.Header().Set("Retry-After", "30")
		http.Error(w, "too many browsers are told what changes", http.StatusServiceUnavailable)
		return
	}
	to := stream{w: w, control: http.NewResponseController(w)}
	to.control.SetReadDeadline(time.Time{}) // nothing more is read, for as long as it takes
	w.Header().Set("Content-Type", "text/event-stream")
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	seen, known := s.tray.versionOf(cmp.Or(r.Header.Get("Last-Event-ID"), r.FormValue("after")))
	for told := false; ; told = true {
		p := s.tray.picture()
		known = known && seen <= p.version
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

// await returns when there is something to tell, and false if nobody listens any more.
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

// changeSince is what has become of the tray since a version; where that is not known, it is
// the whole tray.
func changeSince(p picture, seen uint64, known bool) (c change, err error) {
	c = change{Whole: !known, Over: p.over, Tiles: []placed{}}
	for name, list := range map[string][]tile{"here": p.here, "gone": p.gone} {
		before := ""
		for _, t := range slices.Backward(list) { // so that the tile behind is there already
			if !known || t.version > seen {
				html, err := site().Render("tile", newTileView(t))
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

// A stream is what is sent to one browser.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s stream) send(text string) error {
	s.control.SetWriteDeadline(time.Now().Add(writeIn))
	defer s.control.SetWriteDeadline(time.Time{}) // HTTP/2 ends a stream at its deadline even if nothing is being sent
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
