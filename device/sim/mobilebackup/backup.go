package mobilebackup

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"howett.net/plist"
)

// margin is the space that must remain free on the host, in bytes.
const margin = 128 << 20

// status is the format of Status.plist.
type status struct {
	Version       string
	UUID          string
	Date          time.Time
	BackupState   string // empty, old, new: which backup is in the folder
	SnapshotState string // uploading, moving, removing, finished
	IsFullBackup  bool
}

// A run is a backup in progress.
type run struct {
	*session
	full    bool               // no earlier backup is used
	base    map[string]*record // records of the host's backup; nil if it is not used
	before  *snapshot          // the host's backup
	resumed *snapshot          // the backup started by an interrupted run; nil if none
	arrived map[string]int64   // sizes of the files that run left in Snapshot, by name
	remains bool               // an interrupted run may not have removed what its backup does not list
	old     string             // where an outdated backup was moved; "" if none
	status  status
	now     *snapshot // the new backup
	sends   []*record // the records of now to send
}

// backup makes a backup on the host, with the steps in the order devices use.
func (s *session) backup(full bool) error {
	if err := s.passcode(); err != nil {
		return err
	}
	if s.agent.Refusal != nil {
		return s.agent.Refusal
	}
	if s.agent.Required && s.agent.Password == "" {
		return &Failure{207, "No backup password set when required by device management"}
	}
	r := &run{session: s, full: full}
	for _, step := range []func() error{
		r.look, r.plan, r.room, r.folders, r.sendFiles, r.sendManifest, r.move, r.remove, r.finish, r.check,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// passcode simulates the passcode prompt.
func (s *session) passcode() error {
	if s.agent.Prompt == NotAsked {
		return nil
	}
	s.link.Post("com.apple.LocalAuthentication.ui.presented")
	err := s.link.Wait(s.agent.PromptDelay.Seconds())
	s.link.Post("com.apple.LocalAuthentication.ui.dismissed")
	switch {
	case err != nil:
		return err
	case s.agent.Prompt == Cancelled:
		return &Failure{208, "Device locked"}
	case s.agent.Prompt == TimedOut:
		return &Failure{208, "Timeout waiting for passcode entry"}
	}
	return nil
}

// errNoBackup reports an empty Manifest.plist. pymobiledevice3 writes one before the first
// backup, along with a Status.plist that says "finished", and devices are known to respond with a
// full backup. Any other unreadable Manifest.plist is an error.
var errNoBackup = &Failure{205, "Error reading backup properties: no data"}

// plan scans the device and decides what to send.
func (r *run) plan() error {
	encrypted := r.agent.Password != ""
	r.now = &snapshot{encrypted: encrypted}
	switch {
	case r.resumed != nil:
		r.now.uuid, r.now.bag = r.resumed.uuid, r.resumed.bag
	default:
		random := r.agent.random()
		r.now.uuid = newUUID(random)
		r.now.bag = newKeybag(random, r.agent.Password, max(10, r.agent.Rounds))
		r.status = status{Version: "3.3", UUID: r.now.uuid, Date: r.Now, BackupState: "old", IsFullBackup: r.full}
		if r.full {
			r.status.BackupState = "empty"
		}
	}
	if encrypted && r.before != nil {
		r.now.bag = r.before.bag
	}
	r.now.records = r.agent.scan(encrypted)
	r.choose()
	kind := "incremental"
	switch {
	case r.resumed != nil:
		kind = "resumed"
	case r.full:
		kind = "full"
	}
	r.agent.note(func(running *Session) { running.Kind = kind })
	return nil
}

// choose decides which records to send.
func (r *run) choose() {
	begun := r.resumed.byID()
	r.sends = nil
	for _, record := range r.now.records {
		if record.Kind != Regular {
			continue
		}
		if r.now.encrypted {
			record.key = r.now.bag.derive(fileClass, fmt.Sprint(record.id, record.modified()))
			record.sealed = r.now.bag.seal(fileClass, record.key)
		}
		if before := r.base[record.id]; record.unchanged(before) {
			record.digest, record.sealed, record.inSnapshot, record.failed = before.digest, before.sealed, before.inSnapshot, before.failed
			continue
		}
		if before := begun[record.id]; record.unchanged(before) && (before.digest != nil || !record.hasDigest()) {
			if size, ok := r.arrived[record.id]; ok && size == record.stored() {
				record.digest, record.inSnapshot = before.digest, true
				continue
			}
		}
		r.sends = append(r.sends, record)
	}
}

// random returns the source for the keys and identifiers of the agent's next backup.
func (a *Agent) random() *rand.ChaCha8 {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun++
	return rand.NewChaCha8([32]byte{a.Seed, byte(a.begun), byte(a.begun >> 8)})
}

func newUUID(random *rand.ChaCha8) string {
	var b [16]byte
	random.Read(b[:]) // never fails
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// room checks whether the host has enough free space.
func (r *run) room() error {
	var size float64
	for _, record := range r.sends {
		size += float64(record.stored())
	}
	if r.agent.SpaceFactor != 0 {
		size *= r.agent.SpaceFactor
	}
	required := uint64(size) + margin
	free, err := r.free()
	if err != nil || free > required {
		return err
	}
	const more, urgency = 2 << 30, 4
	_, err = r.ask("DLMessagePurgeDiskSpace", required-free+more, uint64(urgency), map[string]any{})
	if answered := (*hostError)(nil); err != nil && !errors.As(err, &answered) {
		return err
	}
	if err == nil {
		if free, err = r.free(); err != nil || free > required {
			return err
		}
	}
	return &Failure{105, fmt.Sprintf("Insufficient free disk space on drive to back up (%d < %d)", free, required)}
}

func (r *run) free() (uint64, error) {
	payload, err := r.ask("DLMessageGetFreeDiskSpace", empty)
	if err != nil {
		return 0, reading(err)
	}
	free, ok := integer(payload)
	if !ok {
		return 0, &Failure{100, "Free disk space is no number"}
	}
	return uint64(free), nil
}

// enter writes the next state of the backup to Status.plist.
func (r *run) enter(state string, progress float64) error {
	r.status.SnapshotState = state
	return r.upload([]upload{plainUpload("Status.plist", must(plist.Marshal(r.status, plist.BinaryFormat)))}, progress)
}
