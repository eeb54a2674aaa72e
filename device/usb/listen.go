package usb

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A Heard is one event from a device being listened to. Exactly one field is set.
type Heard struct {
	Service string          // the log is now being followed through this service
	Line    *backuplog.Line // a line from a process involved in backups; At is this computer's time
	Lost    uint64          // this many lines could not be read
	Changed bool            // the device's backup values have changed
}

// The services to listen to. The first log service available is followed.
const (
	traceService  = "com.apple.os_trace_relay"
	syslogService = "com.apple.syslog_relay"
	notifyService = "com.apple.mobile.notification_proxy"
)

// domainChanged is posted when values in domainBackup change, as they do when an iCloud backup
// completes.
const domainChanged = "com.apple.mobile.backup.domain_changed"

// Listen follows a device's log and passes on what concerns iCloud Backup, one call at a time; a
// slow call makes the device wait. It returns only when it cannot continue: device.Interrupted
// when ctx is done, device.Detached when the device is unplugged, the trust state if there is no
// session, device.Locked if the device has not been unlocked since it started. The Client's Timeout
// does not apply.
//
// It requests only the log at its usual levels and one notification; see [PermittedListening].
func (c Client) Listen(ctx context.Context, a Attached, hear func(Heard)) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := c.newExamination(a)
	defer func() { e.Close() }()
	guard(
		func() { err = e.listen(ctx, hear) },
		func() { err = device.Internal },
	)
	return err
}

func (e *examination) listen(ctx context.Context, hear func(Heard)) error {
	if _, trust := e.begin(ctx); trust != nil {
		return trust
	}
	log, err := e.openLog(ctx)
	if err != nil {
		return err
	}
	defer log.Close()
	notices, err := e.openNotices(ctx, notifyService, domainChanged) // without it, a successful backup only shows in values read later
	e.Close()

	var one sync.Mutex
	pass := func(h Heard) {
		one.Lock()
		defer one.Unlock()
		hear(h)
	}
	pass(Heard{Service: log.service})
	if err == nil {
		var listening sync.WaitGroup
		defer listening.Wait()
		defer notices.Close()
		listening.Go(func() {
			guard(func() { followNotices(ctx, notices, domainChanged, func() { pass(Heard{Changed: true}) }) }, func() {})
		})
	}
	return log.follow(ctx, pass)
}

// A deviceLog is an open log stream.
type deviceLog struct {
	*link
	service string
	next    func() (frame []byte, skipped bool, err error)
	parse   func(frame []byte) (line backuplog.Line, ok bool, err error)
}

// openLog opens a device's log. The newer service reports processes and levels unambiguously, but
// old versions lack it.
func (e *examination) openLog(ctx context.Context) (*deviceLog, error) {
	log, err := e.openTrace(ctx)
	if err == nil || fatal(ctx, err) {
		return log, err
	}
	l, err := e.openService(ctx, syslogService)
	if err != nil {
		return nil, err
	}
	if err := l.endless(); err != nil {
		l.Close()
		return nil, l.fail(ctx, err)
	}
	reader := syslogReader{bufio.NewReaderSize(l, maxSyslog)}
	return &deviceLog{link: l, service: syslogService, next: reader.next, parse: parseSyslog}, nil
}

// fatal reports whether err would also affect every other service.
func fatal(ctx context.Context, err error) bool {
	reason := device.GapOf(err).Reason
	return ctx.Err() != nil || reason == device.Detached || reason == device.Locked || reason == device.Unreachable
}

// traceRequest asks for all logged messages of all processes.
type traceRequest struct {
	Request       string
	MessageFilter uint16
	Pid           int
	StreamFlags   uint32
}

// startTrace excludes activities and signposts. No flag is set, so it also excludes info and
// debug messages, which would make the device log more than usual.
var startTrace = traceRequest{Request: "StartActivity", MessageFilter: 1 << 2, Pid: -1}

func (e *examination) openTrace(ctx context.Context) (*deviceLog, error) {
	l, err := e.openService(ctx, traceService)
	if err != nil {
		return nil, err
	}
	reader := &traceReader{Reader: bufio.NewReaderSize(l, 64<<10)}
	err = l.send(ctx, func() error { return ios.NewLockDownConnection(l.DeviceConnection).Send(startTrace) })
	if err == nil {
		err = traceStarted(reader)
	}
	if err == nil {
		err = l.endless()
	}
	if err != nil {
		l.Close()
		return nil, l.fail(ctx, err)
	}
	return &deviceLog{link: l, service: traceService, next: reader.next, parse: parseTrace}, nil
}

// traceStarted reads the response to StartActivity. It is preceded by its length, which is itself
// preceded by the size of the length field; both are little-endian.
func traceStarted(r io.Reader) error {
	var digits [4]byte
	if _, err := io.ReadFull(r, digits[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(digits[:])
	if n == 0 || int(n) > len(digits) {
		return device.Malformed
	}
	digits = [4]byte{}
	if _, err := io.ReadFull(r, digits[:n]); err != nil {
		return err
	}
	length := binary.LittleEndian.Uint32(digits[:])
	body, err := readBody(r, length, maxReply)
	if err != nil {
		return err
	}
	answer, err := parse(body)
	if err != nil {
		return err
	}
	switch status, err := answer.Text("Status"); {
	case err != nil:
		return err
	case status != "RequestSuccessful":
		return device.Gap{Reason: device.DeviceError, Detail: detail(status)}
	}
	return nil
}

// follow passes on log lines until the log ends, and returns the reason.
func (l *deviceLog) follow(ctx context.Context, hear func(Heard)) error {
	for {
		frame, skipped, err := l.next()
		if err != nil {
			return l.fail(ctx, err)
		}
		line, ok, err := l.parse(frame)
		switch {
		case skipped || err != nil:
			hear(Heard{Lost: 1})
		case ok:
			line.At = time.Now().UTC()
			hear(Heard{Line: &line})
		}
	}
}

// notifyRequest covers every message to notification_proxy.
type notifyRequest struct {
	Command string
	Name    string
}

// openNotices subscribes to a notification through the given service.
func (e *examination) openNotices(ctx context.Context, service, name string) (*link, error) {
	l, err := e.openService(ctx, service)
	if err != nil {
		return nil, err
	}
	err = l.send(ctx, func() error {
		return ios.NewLockDownConnection(l.DeviceConnection).Send(notifyRequest{"ObserveNotification", name})
	})
	if err == nil {
		err = l.endless()
	}
	if err != nil {
		l.Close()
		return nil, l.fail(ctx, err)
	}
	return l, nil
}

// followNotices calls posted each time the notification is posted, until the connection ends.
func followNotices(ctx context.Context, l *link, name string, posted func()) {
	for {
		message, err := l.receive(ctx, maxReply)
		if l.broken != nil {
			return
		}
		if err == nil && relays(message, name) {
			posted()
		}
	}
}

func relays(message safeplist.Dict, name string) bool {
	command, errCommand := message.Text("Command")
	posted, errName := message.Text("Name")
	return errors.Join(errCommand, errName) == nil && command == "RelayNotification" && posted == name
}

// openService starts a service and connects to it.
func (e *examination) openService(ctx context.Context, name string) (*link, error) {
	at, err := e.startService(ctx, name)
	if err != nil {
		return nil, err
	}
	return e.connect(ctx, at)
}

// connect connects to a started service.
func (e *examination) connect(ctx context.Context, at started) (*link, error) {
	l, err := e.client.dial(ctx, e.attached, at.port)
	if err != nil {
		return nil, err
	}
	if at.secure {
		if err := l.secure(ctx, e.proof.identity, e.speaks); err != nil {
			l.Close()
			return nil, err
		}
	}
	return l, nil
}

// endless removes the deadline: from now on only the end of the context or of the connection
// stops a read.
func (l *link) endless() error { return l.raw.SetDeadline(time.Time{}) }
