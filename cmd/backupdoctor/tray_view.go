package main

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"golang.org/x/term"
)

// frame is how long a picture of the tray stands.
const frame = 100 * time.Millisecond

// A trayView shows a tray on the terminal while it is examined, one line for each device.
// The zero trayView shows nothing.
type trayView struct {
	canvas  canvas
	options format.Options
	size    func() (width, height int)

	mu    sync.Mutex
	view  format.TrayView
	place map[string]int // of a device among the rows, by UDID
	turn  int
	left  int // devices that were unplugged

	drawing sync.WaitGroup
	stop    chan struct{}
}

// showProgress begins to show the tray on stderr, if that is a terminal that can be drawn
// on. Until the view is closed all else that is written there goes through it.
func (sc *scan) showProgress() *trayView {
	v := &trayView{place: map[string]int{}}
	fd, terminal := terminalOf(sc.stderr)
	if !terminal || sc.quiet || sc.noUSB || !understandsEscapes(fd) || sc.getenv("TERM") == "dumb" {
		return v
	}
	v.canvas.w = sc.stderr
	v.options = format.Options{Color: sc.colorOn(sc.stderr, "auto"), UTF8: sc.utf8On()}
	v.size = func() (int, int) {
		width, height, err := term.GetSize(fd)
		if err != nil || width <= 0 || height <= 0 {
			return 80, 24
		}
		return width, height
	}
	sc.herald.listens(v.hear)
	sc.note, sc.stderr = v.note, v
	if sc.look.passwords != nil {
		sc.look.passwords.line.note = v.note
	}
	if sc.look.line != nil {
		sc.look.line.note = v.note
	}
	v.begin()
	return v
}

// begin draws until close is called.
func (v *trayView) begin() {
	v.stop = make(chan struct{})
	v.drawing.Go(func() {
		clock := time.NewTicker(frame)
		defer clock.Stop()
		for {
			select {
			case <-clock.C:
				v.draw()
			case <-v.stop:
				return
			}
		}
	})
}

// close wipes the view. What comes later is passed over.
func (v *trayView) close() {
	if v.stop == nil {
		return
	}
	close(v.stop)
	v.drawing.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stop = nil
	width, _ := v.size()
	v.canvas.draw(nil, width)
}

// draw shows what is known by now.
func (v *trayView) draw() {
	width, height := v.size()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.view.Rows) == 0 && v.view.Note == "" {
		return
	}
	v.view.Beat++
	v.view.Height = height
	v.options.Width = width - 1 // a full line would push the cursor into the next
	v.canvas.draw(strings.Split(format.Tray(v.view, v.options), "\n"), width)
}

// hear takes in what happens in the run.
func (v *trayView) hear(e report.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.UDID == "" {
		return
	}
	i, known := v.place[e.UDID]
	if e.Type == report.DeviceDetached {
		if known {
			v.leave(i)
		}
		return
	}
	if !known {
		i = len(v.view.Rows)
		v.place[e.UDID] = i
		v.view.Rows = append(v.view.Rows, format.TrayRow{Name: e.UDID})
	}
	v.turn++
	row := &v.view.Rows[i]
	row.Slot, row.State, row.Found, row.Turn = e.Slot, e.State, e.Device, v.turn
	if e.Name != "" {
		row.Name = e.Name
	}
}

// leave takes a device out of the view; what was found on it stays above.
func (v *trayView) leave(i int) {
	if found := v.view.Rows[i].Found; found != nil {
		v.left++
		v.above([]byte(format.Line(*found, v.left, 0, v.options) + "\n"))
	}
	v.view.Rows = slices.Delete(v.view.Rows, i, i+1)
	for udid, place := range v.place {
		switch {
		case place == i:
			delete(v.place, udid)
		case place > i:
			v.place[udid] = place - 1
		}
	}
}

// note shows what is done besides, below the devices; "" is nothing.
func (v *trayView) note(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.view.Note = text
}

// Write puts a message above the view.
func (v *trayView) Write(message []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.above(message)
}

func (v *trayView) above(message []byte) (int, error) {
	if v.stop != nil {
		width, _ := v.size()
		v.canvas.draw(nil, width)
	}
	return v.canvas.w.Write(message)
}
