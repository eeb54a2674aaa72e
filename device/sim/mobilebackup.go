package sim

import (
	"bufio"
	"errors"
	"slices"
	"time"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

const backupService = "com.apple.mobilebackup2"

// backup serves mobilebackup2.
func (s *service) backup() {
	link := &backupLink{service: s, out: bufio.NewWriterSize(s, 256<<10)}
	s.note("mobilebackup2", "connect")
	identity := mobilebackup.Identity{UDID: s.device.UDID(), Lockdown: s.device.root(), Now: s.device.now()}
	s.device.Backup.Serve(link, identity)
}

// A backupLink is a client connection to the backup service.
type backupLink struct {
	*service
	out *bufio.Writer
}

// Send sends a message, applying the faults that are due.
func (l *backupLink) Send(name string, message []any) error {
	if err := l.out.Flush(); err != nil {
		return err
	}
	places := []string{l.name, l.name + " " + name}
	fault := l.strikesAs(places, Kind.ofReply)
	special := l.strikesAs(places, Kind.ofBackup)
	switch fault.Kind {
	case WrongTypes:
		message = slices.Clone(message)
		for i := range message[1:] {
			message[1+i] = wrongType(message[1+i])
		}
	case MissingKeys:
		message = message[:1]
	}
	switch special.Kind {
	case TapsCancel:
		l.Post("com.apple.itunes-client.syncCancelRequest")
	case HostilePath:
		message = slices.Clone(message)
		if len(message) > 1 {
			message[1] = withPath(message[1], special.Error)
		}
	case BackupError:
		message = []any{"DLMessageProcessMessage", dict{"MessageName": "Response", "ErrorCode": uint64(special.Count), "ErrorDescription": special.Error}}
	}
	body, err := encodeAs(fault, message, plist.BinaryFormat)
	if err != nil {
		return err
	}
	if err := l.conn.send(plistFraming, body, fault); err != nil {
		return err
	}
	if special.Kind == BackupError {
		return errBackupEnded
	}
	return nil
}

var errBackupEnded = errors.New("the backup ended with an error")

// withPath replaces the paths in a message.
func withPath(argument any, path string) any {
	switch argument := argument.(type) {
	case string:
		return path
	case []any:
		changed := make([]any, len(argument))
		for i := range changed {
			changed[i] = path
		}
		return changed
	case dict:
		changed := dict{}
		for from := range argument {
			changed[from] = path
		}
		return changed
	default:
		return argument
	}
}

// Part buffers part of a stream of files; everything is flushed at the end of the stream at the
// latest.
func (l *backupLink) Part(place string, data []byte) error {
	fault := l.strikesAs([]string{l.name + " " + place}, Kind.ofReply)
	if fault.Kind == "" {
		_, err := l.out.Write(data)
		if place == "end" {
			err = errors.Join(err, l.out.Flush())
		}
		return err
	}
	if err := l.out.Flush(); err != nil {
		return err
	}
	return l.conn.send(framing{header: func(uint64) []byte { return nil }}, data, fault)
}

// Path returns a path for the stream, or a hostile one if that fault is due.
func (l *backupLink) Path(path string) string {
	if fault := l.strikesAs([]string{l.name + " file"}, Kind.ofBackup); fault.Kind == HostilePath {
		return fault.Error
	}
	return path
}

// Post posts a notification to its observers.
func (l *backupLink) Post(name string) { l.device.post(name) }

// Wait waits, returning early if the client disconnects.
func (l *backupLink) Wait(seconds float64) error {
	if err := l.out.Flush(); err != nil {
		return err
	}
	return sleep(time.Duration(seconds*float64(time.Second)), l.closed)
}

// sinceEpoch returns a date in the form of the backup domain: seconds since 2001.
func sinceEpoch(at time.Time) uint64 {
	return uint64(at.Sub(time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)) / time.Second)
}

// setBackup sets a date in com.apple.mobile.backup. It does nothing for a device without that
// domain.
func (d *Device) setBackup(key string, at time.Time) {
	if d.values[backupDomain] != nil {
		d.Set(backupDomain, key, sinceEpoch(at))
	}
}

// backupDomain holds the settings and dates of backups.
const backupDomain = "com.apple.mobile.backup"

// backupValues returns the current values of com.apple.mobile.backup.
func (p *plugged) backupValues(recorded dict) dict {
	if recorded == nil || p.Backup == nil {
		return recorded
	}
	if at := p.Backup.Finished(); !at.IsZero() {
		recorded = changed(recorded, "LastiTunesBackupDate", sinceEpoch(at))
	}
	if p.Backup.Password != "" {
		recorded = changed(recorded, "WillEncrypt", true)
	}
	if p.Backup.Required {
		recorded = changed(recorded, "RequiresEncryption", uint64(1))
	}
	return recorded
}
