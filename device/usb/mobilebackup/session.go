package mobilebackup

import (
	"bufio"
	"context"
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A Session holds the parameters for one backup of one device.
type Session struct {
	Conn   io.ReadWriter // connection to the service; must have its own deadlines and end with the context
	Folder *Folder       // holds the backup, in a subfolder named after the UDID
	UDID   string        // as the device spells it
	Full   bool          // request a full backup, whatever the folder holds
	Probe  bool          // only ask how much space a backup needs; accept no files
	Tell   func(Progress)
	Trace  func(Step) // called for each message; may be nil
}

// A Phase is a stage of a session.
type Phase string

// The phases, in order.
const (
	Asking   Phase = "asking"   // the device asks its owner, or prepares
	Looking  Phase = "looking"  // the device examines the folder
	Sending  Phase = "sending"  // files are being received
	Moving   Phase = "moving"   // files are moved into place
	Checking Phase = "checking" // the device verifies that everything is there
)

var phases = []Phase{Asking, Looking, Sending, Moving, Checking}

// Progress reports how far a session has got.
type Progress struct {
	Phase    Phase
	Files    int     // files received
	Bytes    int64   // bytes received
	Fraction float64 // overall progress reported by the device, 0 to 1; 0 if it reports none
}

// An Outcome is the result of a session.
type Outcome struct {
	Code     int    // final status from the device: 0 is success, otherwise an MBErrorDomain code
	Words    string // the device's description of the status; untrusted text
	Files    int
	Bytes    int64
	Unread   []Unread
	Required uint64 // space the backup needs, in bytes, as counted by the device; 0 if not reported
	Free     uint64 // space reported to the device; 0 if it did not ask
}

// maxUnread limits how many unreadable files are listed.
const maxUnread = 1000

// A run is a session in progress.
type run struct {
	Session
	r        *bufio.Reader
	w        *bufio.Writer
	buffers  chan []byte
	progress Progress
	told     time.Time
	outcome  Outcome
	began    time.Time
}

// Run makes a backup and returns after the device's final message. If the session does not get
// that far, the error says why: ErrPath, a [device.Reason] for a message that could not be
// parsed, the cause of ctx, or the connection error.
//
// Code 0 in the outcome means that the device accepts the folder. It says nothing about the bytes
// in it.
func Run(ctx context.Context, s Session) (Outcome, error) {
	if s.Tell == nil {
		s.Tell = func(Progress) {}
	}
	r := &run{
		Session: s, r: bufio.NewReaderSize(s.Conn, readAhead), w: bufio.NewWriterSize(s.Conn, frame+16),
		buffers: make(chan []byte, bufferCount), began: time.Now(),
	}
	for range bufferCount {
		r.buffers <- make([]byte, bufferSize)
	}
	err := r.start()
	if err == nil {
		err = r.serve(ctx)
	}
	r.outcome.Files, r.outcome.Bytes = r.progress.Files, r.progress.Bytes
	if ctx.Err() != nil && err != nil {
		err = context.Cause(ctx)
	}
	return r.outcome, err
}

// start performs the handshake and requests the backup.
func (r *run) start() error {
	m, err := r.receive(versionExchange)
	if err != nil {
		return err
	}
	major, err := safeplist.Dict{"": m.at(1)}.Uint("")
	if err != nil {
		return err
	}
	if err := r.send(versionExchange, "DLVersionsOk", major); err != nil {
		return err
	}
	if _, err := r.receive(deviceReady); err != nil {
		return err
	}
	hello := map[string]any{"MessageName": "Hello", "SupportedProtocolVersions": []float64{2.0, 2.1}}
	if err := r.send(processMessage, hello); err != nil {
		return err
	}
	if m, err = r.receive(processMessage); err != nil {
		return err
	}
	if code, err := m.dict(1).Uint("ErrorCode"); err != nil || code != 0 {
		return device.Gap{Reason: device.Unsupported, Detail: "Hello"}
	}
	backup := map[string]any{"MessageName": "Backup", "TargetIdentifier": r.UDID, "SourceIdentifier": r.UDID}
	if r.Full {
		backup["Options"] = map[string]any{"ForceFullBackup": true}
	}
	if err := r.send(processMessage, backup); err != nil {
		return err
	}
	r.enter(Asking)
	return nil
}

// receive reads the next message, which must have the given name.
func (r *run) receive(name string) (message, error) {
	m, err := readMessage(r.r)
	if err != nil {
		return m, err
	}
	r.trace(false, m.name, "")
	if m.name != name {
		return m, device.Malformed
	}
	return m, nil
}

func (r *run) send(name string, arguments ...any) error {
	detail := ""
	if request, ok := arguments[0].(map[string]any); ok {
		detail, _ = request["MessageName"].(string)
	}
	r.trace(true, name, detail)
	if err := writeMessage(r.w, append([]any{name}, arguments...)); err != nil {
		return err
	}
	return r.w.Flush()
}

// serve responds to the device until its final message.
func (r *run) serve(ctx context.Context) error {
	for {
		m, err := readMessage(r.r)
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		switch m.name {
		case processMessage:
			if last, err := r.heard(m); err != nil || last {
				return err
			}
		case disconnect:
			r.trace(false, m.name, "")
			return device.Detached
		default:
			if err := r.answer(ctx, m); err != nil {
				return err
			}
		}
	}
}

// heard handles a message that expects no response: a notice or the final message.
func (r *run) heard(m message) (last bool, err error) {
	said := m.dict(1)
	name, _ := said.Text("MessageName")
	r.trace(false, m.name, name)
	if name != "Response" {
		return false, nil
	}
	code, err := safeplist.Dict(said).Float("ErrorCode")
	if err != nil {
		return false, err
	}
	r.outcome.Code = int(code)
	r.outcome.Words, _ = said.Text("ErrorDescription")
	r.outcome.Words = r.outcome.Words[:min(len(r.outcome.Words), maxWords)]
	if r.outcome.Required == 0 {
		r.outcome.Required = requiredIn(r.outcome.Words)
	}
	_ = r.send(disconnect, nothing) // nothing else from the device matters
	return true, nil
}

// enter starts a phase. If the device repeats an operation of an earlier phase, the phase does
// not go back.
func (r *run) enter(phase Phase) {
	if slices.Index(phases, phase) > slices.Index(phases, r.progress.Phase) {
		r.progress.Phase = phase
		r.Tell(r.progress)
	}
}

// fraction records the overall progress reported by the device, in percent.
func (r *run) fraction(percent float64) {
	if done := percent / 100; done > r.progress.Fraction && done <= 1 {
		r.progress.Fraction = done
	}
}

// tellEvery is the interval between progress reports within a phase.
const tellEvery = 100 * time.Millisecond

func (r *run) arrived(files int, bytes int64) {
	r.progress.Files += files
	r.progress.Bytes += bytes
	if now := time.Now(); now.Sub(r.told) >= tellEvery {
		r.told = now
		r.Tell(r.progress)
	}
}
