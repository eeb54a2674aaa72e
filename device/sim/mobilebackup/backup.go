package mobilebackup

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
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

// look examines what the host has.
func (r *run) look() error {
	data, err := r.download("Status.plist")
	if answered := (*hostError)(nil); errors.As(err, &answered) && answered.code == hostNotFound {
		r.full = true
		return nil
	}
	if err != nil {
		return reading(err)
	}
	var found status
	if _, err := plist.Unmarshal(data, &found); err != nil {
		return &Failure{205, "Error reading status: cannot parse the property list"}
	}
	if version, err := strconv.ParseFloat(found.Version, 64); err != nil || version < 3.3 || version >= 4 {
		return r.setAside()
	}
	switch found.SnapshotState {
	case "uploading":
		return r.lookAtSnapshot(found)
	case "moving":
		r.remains = true
		err = r.completeMoves()
	case "removing":
		r.remains = true
	case "finished":
	default:
		return &Failure{205, "Invalid snapshot state"}
	}
	if err != nil {
		return err
	}
	if r.full {
		return nil
	}
	return r.lookAtBackup()
}

// setAside moves away a backup that is too old to continue from.
func (r *run) setAside() error {
	r.full, r.old = true, r.UDID+"-"+r.Now.UTC().Format("20060102-150405")
	return r.moveItems(map[string]any{r.UDID: r.old})
}

// lookAtSnapshot examines what an interrupted run left.
func (r *run) lookAtSnapshot(found status) error {
	if found.BackupState == "empty" {
		r.full = true
	} else if !r.full {
		if err := r.lookAtBackup(); err != nil {
			return err
		}
	}
	r.resumed = r.agent.cached(found.UUID)
	if r.resumed == nil || r.resumed.encrypted != (r.agent.Password != "") || found.IsFullBackup != r.full {
		r.resumed = nil
		return nil
	}
	var err error
	r.status = found
	r.arrived, err = r.listAll("Snapshot/")
	return err
}

// completeMoves finishes a run that was interrupted while moving files.
func (r *run) completeMoves() error {
	files, err := r.listAll("Snapshot/")
	if err != nil {
		return err
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	if err := r.moveFiles(names); err != nil {
		return err
	}
	left, err := r.list(r.path("Snapshot"))
	if err != nil {
		return err
	}
	moves := map[string]any{}
	for _, name := range []string{"Manifest.plist", "Manifest.db"} {
		if _, ok := left[name]; ok {
			moves[r.path("Snapshot/"+name)] = r.path(name)
		}
	}
	if len(moves) == 0 {
		return nil
	}
	return r.moveItems(moves)
}

// lookAtBackup reads the manifest of the host's backup and checks that its files exist.
func (r *run) lookAtBackup() error {
	before, err := r.readBackup()
	if failure := (*Failure)(nil); errors.As(err, &failure) && (failure.Code == 207 || failure.Code == 203) {
		r.full = true
		return nil
	}
	if err == errNoBackup {
		r.full = true
		return nil
	}
	if err != nil {
		return err
	}
	if before.encrypted != (r.agent.Password != "") {
		r.full = true
		return nil
	}
	there, err := r.listAll("")
	if err != nil {
		return err
	}
	base := before.byID()
	for id, record := range base {
		if _, ok := there[id]; !ok && record.Kind == Regular {
			r.full = true // "Existing backup is corrupt, forcing a full backup"
			return nil
		}
	}
	r.before, r.base = before, base
	return nil
}

// errNoBackup reports an empty Manifest.plist. pymobiledevice3 writes one before the first
// backup, along with a Status.plist that says "finished", and devices are known to respond with a
// full backup. Any other unreadable Manifest.plist is an error.
var errNoBackup = &Failure{205, "Error reading backup properties: no data"}

// readBackup reads Manifest.plist and Manifest.db from the host.
func (s *session) readBackup() (*snapshot, error) {
	data, err := s.download("Manifest.plist")
	if err != nil {
		return nil, failed(err, manifestCode, "Error reading backup properties")
	}
	if len(data) == 0 {
		return nil, errNoBackup
	}
	var p properties
	if _, err := plist.Unmarshal(data, &p); err != nil || p.Version == "" {
		return nil, &Failure{205, "Error reading backup properties: error deserializing properties"}
	}
	if p.Version != "10.0" {
		return nil, &Failure{203, "Unsupported manifest version"}
	}
	before := &snapshot{encrypted: p.IsEncrypted}
	data, err = s.download("Manifest.db")
	if err != nil {
		return nil, failed(err, manifestCode, "Error reading manifest database")
	}
	if p.IsEncrypted {
		if before.bag, err = openKeybag(p.BackupKeyBag, s.password); err != nil {
			return nil, &Failure{207, "Invalid password"}
		}
		key, ok := before.bag.unseal(p.ManifestKey)
		if ok {
			data, ok = decrypt(key, data)
		}
		if !ok {
			return nil, &Failure{205, "Error reading manifest database: cannot decrypt it"}
		}
	}
	if before.records, err = readDatabase(data); err != nil {
		return nil, &Failure{205, "Error reading manifest database: " + err.Error()}
	}
	return before, nil
}

// manifestCode returns the error code for a manifest that could not be read. A missing manifest
// contradicts Status.plist.
func manifestCode(code int64) int {
	if code == hostNotFound {
		return 205
	}
	return 103
}

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

// folders creates all folders, whether or not they exist.
func (r *run) folders() error {
	for _, top := range []string{"", "Snapshot/"} {
		if err := r.makeFolder(top); err != nil {
			return err
		}
		for n := range 256 {
			if err := r.makeFolder(top + hex.EncodeToString([]byte{byte(n)}) + "/"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) makeFolder(name string) error {
	path := r.path(name)
	_, err := r.ask("DLMessageCreateDirectory", path[:len(path)-1], map[string]any{}, 0.0)
	if answered := (*hostError)(nil); errors.As(err, &answered) && answered.code == -7 {
		return nil
	}
	return writing(err)
}

// enter writes the next state of the backup to Status.plist.
func (r *run) enter(state string, progress float64) error {
	r.status.SnapshotState = state
	return r.upload([]upload{plainUpload("Status.plist", must(plist.Marshal(r.status, plist.BinaryFormat)))}, progress)
}

// sendFiles sends the contents of new files, and sends files again if they changed in the
// meantime.
func (r *run) sendFiles() error {
	r.agent.cache(r.now)
	if err := r.enter("uploading", 0); err != nil {
		return err
	}
	if err := r.sendAll(r.sends); err != nil {
		return err
	}
	sent := r.now.byID()
	changed := false
	for _, record := range r.agent.scan(r.now.encrypted) {
		changed = changed || !record.unchanged(sent[record.id])
	}
	if !changed {
		return nil
	}
	again := &run{session: r.session, base: sent, now: &snapshot{uuid: r.now.uuid, encrypted: r.now.encrypted, bag: r.now.bag}}
	again.now.records = r.agent.scan(r.now.encrypted)
	again.choose()
	r.now.records = again.now.records
	return r.sendAll(again.sends)
}

func (r *run) sendAll(records []*record) error {
	for done := 0; done < len(records); done += batchSize {
		batch := records[done:min(done+batchSize, len(records))]
		if r.agent.Sending != nil {
			r.agent.Sending(r.batch)
		}
		r.batch++
		uploads := make([]upload, len(batch))
		for i, record := range batch {
			uploads[i] = r.uploadOf(record)
		}
		if err := r.upload(uploads, 90*float64(done)/float64(len(records))); err != nil {
			return err
		}
		r.agent.note(func(running *Session) { running.Files += len(batch) })
	}
	return nil
}

// uploadOf returns the upload of a file to Snapshot.
func (r *run) uploadOf(record *record) upload {
	u := upload{name: "Snapshot/" + record.id[:2] + "/" + record.id, length: record.stored(), sum: record.sum()}
	if record.Unreadable {
		record.failed = true
		return u
	}
	u.open = record.Open
	if record.key != nil {
		u.open = func() io.Reader { return newEncrypter(record.Open(), record.key) }
	}
	u.sent = func() {
		record.inSnapshot = true
		if u.sum != nil {
			record.digest = u.sum.Sum(nil)
		}
	}
	return u
}

// sendManifest sends the lists to Snapshot, like the files. They omit files that could not be
// read.
func (r *run) sendManifest() error {
	r.now.records = slices.DeleteFunc(r.now.records, func(record *record) bool { return record.failed })
	list := must(plist.Marshal(r.now.properties(r.status.Date, r.Lockdown), plist.BinaryFormat))
	if err := r.upload([]upload{plainUpload("Snapshot/Manifest.plist", list)}, 90); err != nil {
		return err
	}
	data, err := r.now.database()
	if err != nil {
		return err
	}
	return r.upload([]upload{plainUpload("Snapshot/Manifest.db", data)}, 92)
}

// move replaces the old files with those just sent.
func (r *run) move() error {
	if err := r.enter("moving", 93); err != nil {
		return err
	}
	var names []string
	for _, record := range r.now.records {
		if record.inSnapshot {
			names = append(names, record.id)
		}
	}
	if err := r.moveFiles(names); err != nil {
		return err
	}
	return r.moveItems(map[string]any{
		r.path("Snapshot/Manifest.plist"): r.path("Manifest.plist"),
		r.path("Snapshot/Manifest.db"):    r.path("Manifest.db"),
	})
}

// moveFiles moves files from Snapshot into the backup.
func (s *session) moveFiles(names []string) error {
	for done := 0; done < len(names); done += batchSize {
		moves := map[string]any{}
		for _, name := range names[done:min(done+batchSize, len(names))] {
			place := name[:2] + "/" + name
			moves[s.path("Snapshot/"+place)] = s.path(place)
		}
		if err := s.moveItems(moves); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) moveItems(moves map[string]any) error {
	_, err := s.ask("DLMessageMoveItems", moves, map[string]any{}, 95.0)
	return writing(err)
}

// remove removes files that are no longer part of the backup.
func (r *run) remove() error {
	r.status.BackupState = "new"
	if err := r.enter("removing", 97); err != nil {
		return err
	}
	there := map[string]int64{}
	if r.base == nil || r.remains {
		var err error
		if there, err = r.listAll(""); err != nil {
			return err
		}
	}
	for id, record := range r.base {
		if record.Kind == Regular {
			there[id] = record.stored()
		}
	}
	for _, record := range r.now.records {
		if record.Kind == Regular {
			delete(there, record.id)
		}
	}
	var paths []any
	for name := range there {
		paths = append(paths, r.path(name[:min(2, len(name))]+"/"+name))
	}
	for done := 0; done < len(paths); done += batchSize {
		if err := r.removeItems(paths[done:min(done+batchSize, len(paths))]); err != nil {
			return err
		}
	}
	return r.removeItems([]any{r.path("Snapshot"), r.path("Manifest.mbdx")})
}

func (s *session) removeItems(paths []any) error {
	_, err := s.ask("DLMessageRemoveItems", paths, map[string]any{}, 98.0)
	if answered := (*hostError)(nil); errors.As(err, &answered) && (answered.code == hostNotFound || answered.code == hostMulti) {
		return nil
	}
	return writing(err)
}

// finish marks the backup as complete.
func (r *run) finish() error {
	if err := r.enter("finished", 99); err != nil || r.old == "" {
		return err
	}
	return r.removeItems([]any{r.old})
}

// check verifies that everything in the manifest is on the host.
func (r *run) check() error {
	if _, err := r.download("Status.plist"); err != nil {
		return reading(err)
	}
	made, err := r.readBackup()
	if err != nil {
		return err
	}
	there, err := r.listAll("")
	if err != nil {
		return err
	}
	for id, record := range made.byID() {
		if _, ok := there[id]; !ok && record.Kind == Regular {
			return &Failure{205, "Manifest references files not in backup"}
		}
	}
	r.agent.mu.Lock()
	defer r.agent.mu.Unlock()
	r.agent.finished = r.Now
	return nil
}
