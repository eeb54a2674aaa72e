package mobilebackup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"howett.net/plist"
)

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
	r.sentList = sentList{sha256.Sum256(data), r.now.records}
	return r.upload([]upload{plainUpload("Snapshot/Manifest.db", data)}, 92)
}
