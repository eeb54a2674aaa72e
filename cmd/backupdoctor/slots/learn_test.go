package slots

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/testdata"
)

// tray serves simulated devices at the first ports of a hub, and returns the address of its
// usbmuxd.
func tray(t *testing.T, number int) string {
	t.Helper()
	folder, err := fs.Sub(testdata.Devices, "devices")
	if err != nil {
		t.Fatal(err)
	}
	all, err := sim.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	devices := all[:number]
	for i, d := range devices {
		d.LocationID = 0x14100000 + uint32(i+1)<<16
	}
	served, err := sim.New(time.Now, devices...)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- served.Serve(ctx, listener) }()
	t.Cleanup(func() { stop(); <-ended })
	return listener.Addr().String()
}

// An asked is what a person sees, and whether a name was requested.
type asked struct {
	bytes.Buffer
	yes  chan struct{}
	once sync.Once
}

func (a *asked) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("name [")) {
		a.once.Do(func() { close(a.yes) })
	}
	return a.Buffer.Write(p)
}

// Learning ends with q, Enter or the end of the input, whether or not a slot is waiting for a
// name.
func TestHowLearningEnds(t *testing.T) {
	for _, c := range []struct {
		name, typed string
		devices     int
		want        []string
	}{
		{"q before a device", "q\n", 0, nil},
		{"Enter before a device", "\n", 0, nil},
		{"Ctrl-D before a device", "", 0, nil},
		{"text before a device", "A1\nq\n", 0, nil},
		{"q", "A1\nq\n", 1, []string{"A1"}},
		{"Enter", "A1\n\n", 1, []string{"A1"}},
		{"Ctrl-D", "A1\n", 1, []string{"A1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			var kept labels.Slots
			out := &asked{yes: make(chan struct{})}
			in := io.Reader(strings.NewReader(c.typed))
			if c.devices > 0 { // type only once there is something to name
				reader, writer := io.Pipe()
				in = reader
				go func() {
					<-out.yes
					io.WriteString(writer, c.typed)
					writer.Close()
				}()
			}
			l := Learner{
				Client: usb.Client{Address: tray(t, c.devices)}, Ask: terminal.NewPrompt(in), Stdout: out,
				Read: func() (labels.Slots, error) { return kept, nil },
				Keep: func(s labels.Slots) error { kept = s; return nil },
			}
			if err := l.Learn(ctx); err != nil || ctx.Err() != nil {
				t.Fatalf("%v, %v\n%s", err, ctx.Err(), out.String())
			}
			var names []string
			for _, slot := range kept.List() {
				names = append(names, slot.Name)
			}
			if !slices.Equal(names, c.want) {
				t.Errorf("kept %q, want %q\n%s", names, c.want, out.String())
			}
		})
	}
}
