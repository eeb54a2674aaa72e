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

// Restored is a file that came back, without the encryption of the backup.
type Restored struct {
	SHA256 [sha256.Size]byte
	Size   int64
}

// RestoredOf is what comes back of a file that lost nothing.
func RestoredOf(f File) Restored {
	sum := sha256.New()
	size := must(io.Copy(sum, f.Open()))
	return Restored{[sha256.Size]byte(sum.Sum(nil)), size}
}

// Restored is what the last restore brought, by domain and path with "-" between them. It is nil
// if none has ended well.
func (a *Agent) Restored() map[string]Restored {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.restored)
}

// restore reads a backup from the host and keeps digests of what comes.
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

// withPassword is a session that opens keybags with another password than the agent's.
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

// plain is the content of a file as it is stored, which must be as the manifest has it.
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
