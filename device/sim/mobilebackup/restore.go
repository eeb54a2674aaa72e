package mobilebackup

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"

	"howett.net/plist"
)

// A Restored is a restored and decrypted file.
type Restored struct {
	SHA256 [sha256.Size]byte
	Size   int64
}

// RestoredOf returns the expected result of restoring f without loss.
func RestoredOf(f File) Restored {
	sum := sha256.New()
	size := must(io.Copy(sum, f.Open()))
	return Restored{[sha256.Size]byte(sum.Sum(nil)), size}
}

// Restored returns the files of the last restore, keyed by domain and path joined with "-". It is
// nil if none has succeeded.
func (a *Agent) Restored() map[string]Restored {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.restored)
}

// restore reads a backup from the host and keeps digests of the contents.
func (s *session) restore(request, options map[string]any) error {
	target := s.UDID
	if source, ok := request["SourceIdentifier"].(string); ok && source != "" {
		s.UDID = source // of the folder, from here on
	}
	defer func() { s.UDID = target }()
	data, err := s.download("Status.plist")
	if err != nil {
		return reading(err)
	}
	var found status
	if _, err := plist.Unmarshal(data, &found); err != nil || found.SnapshotState != "finished" {
		return &Failure{205, "Backup is not finished"}
	}
	password, _ := options["Password"].(string)
	backup, err := s.withPassword(password).readBackup()
	if err != nil {
		return err
	}
	var files []*record
	restored := map[string]Restored{}
	for _, r := range backup.records {
		if r.Kind == Regular {
			files = append(files, r)
		}
	}
	for done := 0; done < len(files); done += batchSize {
		if err := s.restoreBatch(backup, files[done:min(done+batchSize, len(files))], restored); err != nil {
			return err
		}
	}
	s.agent.mu.Lock()
	defer s.agent.mu.Unlock()
	s.agent.restored = restored
	return nil
}

// withPassword returns a session that opens keybags with a password other than the agent's.
func (s *session) withPassword(password string) *session {
	other := *s
	other.password = password
	return &other
}

// restoreBatch reads files from the host.
func (s *session) restoreBatch(backup *snapshot, batch []*record, restored map[string]Restored) error {
	byName := map[string]*record{}
	var names []string
	for _, r := range batch {
		name := r.id[:2] + "/" + r.id
		names, byName[name] = append(names, name), r
	}
	contents := map[string]*bytes.Buffer{}
	err := s.downloadEach(names, func(name string) io.Writer {
		contents[name] = &bytes.Buffer{}
		return contents[name]
	})
	if err != nil {
		return reading(err)
	}
	for name, r := range byName {
		content := contents[name]
		if content == nil {
			return &Failure{205, "File is missing from the backup: " + name}
		}
		plain, err := backup.plain(r, content.Bytes())
		if err != nil {
			return &Failure{205, fmt.Sprintf("File %s: %v", name, err)}
		}
		restored[r.Domain+"-"+r.Path] = Restored{sha256.Sum256(plain), int64(len(plain))}
	}
	return nil
}

var errDigest = errors.New("digest differs from that of the manifest")

// plain returns the decrypted content of a stored file, which must match the manifest.
func (s *snapshot) plain(r *record, data []byte) ([]byte, error) {
	if sum := sha1.Sum(data); r.digest != nil && hex.EncodeToString(sum[:]) != hex.EncodeToString(r.digest) {
		return nil, errDigest
	}
	if !s.encrypted {
		return data, nil
	}
	key, ok := s.bag.unseal(r.sealed)
	if ok {
		data, ok = decrypt(key, data)
	}
	if !ok {
		return nil, errors.New("cannot be decrypted")
	}
	return data, nil
}
