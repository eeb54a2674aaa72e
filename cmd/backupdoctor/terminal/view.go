package terminal

import (
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// frame is how often the view is redrawn.
const frame = 100 * time.Millisecond

// A View shows a tray during a run, one line per device.
type View struct {
	canvas  canvas
	options format.Options
	size    func() (width, height int)

	mu   sync.Mutex
	tray format.TrayView
	rows map[string]int // index of a device's row, by UDID
	left int            // unplugged devices

	drawing sync.WaitGroup
	stop    chan struct{}
}

func newView(out io.Writer, options format.Options, size func() (width, height int)) *View {
	return &View{canvas: canvas{w: out}, options: options, size: size, rows: map[string]int{}, stop: make(chan struct{})}
}

// begin redraws the view until close is called.
func (v *View) begin() {
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

// close clears the view.
func (v *View) close() {
	close(v.stop)
	v.drawing.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.clear()
}

// draw shows the current state.
func (v *View) draw() {
	width, height := v.size()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.tray.Rows) == 0 && v.tray.Note == "" {
		return
	}
	v.tray.Tick++
	v.tray.Height = height
	v.options.Width = width - 1 // a full line would push the cursor into the next
	v.canvas.draw(strings.Split(format.Tray(v.tray, v.options), "\n"), width)
}

// hear handles an event of the run.
func (v *View) hear(e report.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.UDID == "" {
		return
	}
	i, known := v.rows[e.UDID]
	if e.Type == report.DeviceDetached {
		if known {
			v.remove(i)
		}
		return
	}
	if !known {
		i = len(v.tray.Rows)
		v.rows[e.UDID] = i
		v.tray.Rows = append(v.tray.Rows, format.TrayRow{Name: e.UDID})
	}
	row := &v.tray.Rows[i]
	row.Slot, row.State, row.Found = e.Slot, e.State, e.Device
	if e.Name != "" {
		row.Name = e.Name
	}
}

// remove removes a device from the view; its result stays above.
func (v *View) remove(i int) {
	if found := v.tray.Rows[i].Found; found != nil {
		v.left++
		v.above([]byte(format.Line(*found, v.left, 0, v.options) + "\n"))
	}
	v.tray.Rows = slices.Delete(v.tray.Rows, i, i+1)
	for udid, row := range v.rows {
		switch {
		case row == i:
			delete(v.rows, udid)
		case row > i:
			v.rows[udid] = row - 1
		}
	}
}

// note shows a text below the devices; "" clears it.
func (v *View) note(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.tray.Note = text
}

// write prints a message above the view.
func (v *View) write(message []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.above(message)
}

func (v *View) above(message []byte) (int, error) {
	v.clear()
	return v.canvas.w.Write(message)
}

func (v *View) clear() {
	width, _ := v.size()
	v.canvas.draw(nil, width)
}
