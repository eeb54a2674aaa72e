package mobilebackup

import (
	"crypto/sha256"
	"errors"
	"strconv"

	"howett.net/plist"
)

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
	stored := sha256.Sum256(data)
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
	if stored == s.sentList.digest {
		before.records = s.sentList.records
	} else if before.records, err = readDatabase(data); err != nil {
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
