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

// A Heard is one thing that a device told while it was listened to. Exactly one of its
// fields is set.
type Heard struct {
	Service string          // the log is being followed from now on, through this service
	Line    *backuplog.Line // a line of a process that concerns backups; At is this computer's time
	Lost    uint64          // so many lines could not be read
	Changed bool            // the device's values about its backups have changed
}

// The services that are listened to. The first log that a device offers is followed.
const (
	traceService  = "com.apple.os_trace_relay"
	syslogService = "com.apple.syslog_relay"
	notifyService = "com.apple.mobile.notification_proxy"
)

// domainChanged is posted when the values of domainBackup change, as they do when an iCloud
// backup has completed.
const domainChanged = "com.apple.mobile.backup.domain_changed"

// Listen follows the log of a device and passes on what concerns iCloud Backup, one call
// at a time; a call that takes long makes the device wait. It returns only when it cannot
// go on: device.Interrupted when ctx ends, device.Detached when the device is unplugged,
// the trust state if there is no session, device.Locked if the device has not been unlocked
// since it started. The Door's Timeout does not count.
//
// It asks the device for nothing more than its log at the usual levels, and to be told of
// one change: see [PermittedListening].
func (d Door) Listen(ctx context.Context, a Attached, hear func(Heard)) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := d.newExamination(a)
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
	notices, err := e.openNotices(ctx, notifyService, domainChanged) // without it a success shows only in values that are read later
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

// A deviceLog is an open log.
type deviceLog struct {
	*link
	service string
	next    func() (frame []byte, skipped bool, err error)
	parse   func(frame []byte) (line backuplog.Line, ok bool, err error)
}

// openLog starts the log of a device: the newer service tells processes and levels apart
// without doubt, and is not there on old versions.
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

// fatal is true of an error that another service would meet, too.
func fatal(ctx context.Context, err error) bool {
	reason := device.GapOf(err).Reason
	return ctx.Err() != nil || reason == device.Detached || reason == device.Locked || reason == device.Unreachable
}

// traceRequest asks for all messages that are logged, of all processes.
type traceRequest struct {
	Request       string
	MessageFilter uint16
	Pid           int
	StreamFlags   uint32
}

// startTrace leaves out activities and signposts, and with no flag set the messages of the
// levels info and debug, for which the device would have to log more than it does.
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

// traceStarted reads the answer to StartActivity. Its length comes behind the length of
// its length, both little endian.
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

// follow passes on the lines of a log until it ends, and says why it did.
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

// notifyRequest is every message to notification_proxy.
type notifyRequest struct {
	Command string
	Name    string
}

// openNotices asks a service to be told when a notification is posted.
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

// followNotices calls posted each time that the notification is posted, until nothing more comes.
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

// connect connects to a service that was started.
func (e *examination) connect(ctx context.Context, at started) (*link, error) {
	l, err := e.door.dial(ctx, e.attached, at.port)
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

// endless lets the link wait for what comes: from here on only the end of its context, or
// of the connection, ends it.
func (l *link) endless() error { return l.raw.SetDeadline(time.Time{}) }
