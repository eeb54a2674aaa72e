package backup

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// TestManyChanges makes up to four random changes to a whole backup, verifies it at each depth, with
// and without its password, and holds the proofs against an oracle: the bytes as they were written, and
// a look at the folder that shares no code with the product.
//
//   - A backup is whole only if every listed file is there with its bytes, or with others that this
//     depth cannot tell from them and counts, and no list is missing.
//   - It is broken only if a file, a record or a list was changed other than by taking it out of reach.
//   - A fault names no file that is unharmed, and no database is damaged on the device: none was.
//   - What is broken is not whole for one who looks deeper, or has the password.
//
// With BACKUPDOCTOR_LONG=1 it tries many more seeds.
func TestManyChanges(t *testing.T) {
	seeds := 60
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		seeds = 3000
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newMany(t, uint64(seed))
			for range 1 + m.IntN(3) {
				m.change(t)
			}
			m.judge(t)
		})
	}
}

// manyShapes are all in which a backup can be written.
var manyShapes = slices.Concat(shapes, []shape{
	{"Manifest.db of iOS 10.0", backuptest.DB100, "0000"},
	{"Manifest.db of iOS 10.1", backuptest.DB101, "0000"},
})

// manyFiles are those of healthy backups, and some that are judged in other ways.
var manyFiles = slices.Concat(healthy, []backuptest.File{
	{Domain: homeDomain, Path: "Library/without-size", Data: backuptest.Bytes(333, 8), NoSize: true},
	{Domain: homeDomain, Path: "Library/a", Data: backuptest.Bytes(500, 9)},
	{Domain: "AppDomain-com.example.one", Path: "Library/a", Data: backuptest.Bytes(500, 9)},
	{Domain: cameraDomain, Path: "Media/empty"},
	{Domain: cameraDomain, Path: "Media/Grown.sqlite", Data: sqliteFile(2), Recorded: 5000},
})

// A manyFile is a file of the backup as it was written.
type manyFile struct {
	record  backuptest.Record // as changed
	path    string
	data    []byte // as stored
	changed bool   // the record
}

// many is a backup, and what is known of it.
type many struct {
	*rand.Rand
	shape
	written backuptest.Folder
	files   map[string]*manyFile // those with stored bytes, by ID
	paths   []string             // of the parts, which include the lists
	lists   map[string][]byte    // the lists as they were written, by path
	log     []string             // what was changed
	list    string               // path of the list of files
	dropped bool                 // a record was left out
}

func newMany(t *testing.T, seed uint64) *many {
	t.Helper()
	m := &many{Rand: rand.New(rand.NewPCG(seed, 1)), files: map[string]*manyFile{}, lists: map[string][]byte{}}
	m.shape = manyShapes[m.IntN(len(manyShapes))]
	chosen := m.IntN(2 * len(manyFiles)) // half of the backups have a changed record
	var others []backuptest.Record
	var err error
	m.written, err = backuptest.Write(t.TempDir(), backuptest.Backup{Layout: m.layout, Password: m.password, Files: slices.Values(manyFiles), Change: func(r *backuptest.Record) {
		if r.Kind != backuptest.Regular {
			return
		}
		file := &manyFile{record: *r}
		if m.files[r.ID] = file; chosen == len(others) {
			file.changed = true
			m.changeRecord(r, others)
		}
		others = append(others, file.record)
		file.record = *r
	}})
	must(t, err)
	for _, file := range m.files {
		file.path = m.written.Blob(file.record.Domain, file.record.Path)
		m.paths = append(m.paths, file.path)
		file.data, err = os.ReadFile(file.path)
		must(t, err)
	}
	m.list = listFile(m.written)
	for _, path := range []string{top(infoName)(m.written), top(statusName)(m.written), top(propertiesName)(m.written), m.list} {
		m.paths = append(m.paths, path)
		m.lists[path], err = os.ReadFile(path)
		must(t, err)
	}
	slices.Sort(m.paths)
	return m
}

// changeRecord changes one field of a record.
func (m *many) changeRecord(r *backuptest.Record, others []backuptest.Record) {
	what := []string{"digest", "no digest", "short digest", "key", "no key", "short key", "key of another file", "dropped"}[m.IntN(8)]
	m.log = append(m.log, fmt.Sprintf("record of %s: %s", r.Path, what))
	switch what {
	case "digest":
		r.Digest = backuptest.Bytes(20, m.Uint64())
	case "no digest":
		r.Digest = nil
	case "short digest":
		r.Digest = make([]byte, 19)
	case "key":
		r.EncryptionKey = backuptest.Bytes(44, m.Uint64())
	case "no key":
		r.EncryptionKey = nil
	case "short key":
		r.EncryptionKey = make([]byte, 40)
	case "key of another file":
		if len(others) > 0 {
			r.EncryptionKey = others[0].EncryptionKey
		}
	case "dropped":
		r.Times, m.dropped = 0, true
	}
}

// change changes a part of the folder.
func (m *many) change(t *testing.T) {
	path, other := m.paths[m.IntN(len(m.paths))], m.paths[m.IntN(len(m.paths))]
	data, isFile := bytesOf(path)
	if _, ok := bytesOf(other); !isFile || !ok {
		return // it was changed before
	}
	part := func(backuptest.Folder) string { return path }
	at := m.IntN(len(data) + 1)
	changes := []struct {
		name string
		do   func(*testing.T, backuptest.Folder)
	}{
		{"cut", edit(part, func(data []byte) []byte { return data[:at] })},
		{"longer", longer(part)},
		{"a block longer", longerBy(part, make([]byte, 16))},
		{"flipped", edit(part, func(data []byte) []byte {
			if at < len(data) {
				data[at] ^= 1 << m.IntN(8)
			}
			return data
		})},
		{"zeroed", edit(part, func(data []byte) []byte { clear(data[at:]); return data })},
		{"emptied", empty(part)},
		{"gone", gone(part)},
		{"in the cloud", away(part)},
		{"a link", toLink(part)},
		{"a folder", func(t *testing.T, f backuptest.Folder) { gone(part)(t, f); must(t, os.Mkdir(path, 0o700)) }},
		{"swapped with " + filepath.Base(other), func(t *testing.T, f backuptest.Folder) {
			if other != path {
				swap(part, func(backuptest.Folder) string { return other })(t, f)
			}
		}},
	}
	change := changes[m.IntN(len(changes))]
	m.log = append(m.log, filepath.Base(path)+": "+change.name)
	change.do(t, m.written)
}

// bytesOf returns the bytes of a file; ok is false for other than a file.
func bytesOf(path string) (data []byte, ok bool) {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	data, err := os.ReadFile(path)
	return data, err == nil
}

// holds reports whether a file has these bytes.
func holds(path string, data []byte) bool {
	found, ok := bytesOf(path)
	return ok && bytes.Equal(found, data)
}

// isOutOfReach reports whether a part is not looked at: it is a link, or in the cloud.
func isOutOfReach(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0 || exists(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".icloud"))
}

// judge verifies the backup at all depths, and compares the proofs with the oracle.
func (m *many) judge(t *testing.T) {
	wrong := false // something was changed other than by taking it out of reach
	for path, original := range m.lists {
		wrong = wrong || !isOutOfReach(path) && !holds(path, original)
	}
	for _, file := range m.files {
		wrong = wrong || file.changed || !isOutOfReach(file.path) && !holds(file.path, file.data)
	}
	verdicts := map[string]device.ProofVerdict{} // by depth and password
	for _, password := range slices.Compact([]string{"", m.password}) {
		for _, proof := range proofsOf(t, m.written, shape{password: password}) {
			look := strings.TrimSpace(fmt.Sprint(proof.Depth, " ", password))
			verdict := checks.BackupVerdict(proof)
			verdicts[look] = verdict
			fail := func(format string, a ...any) {
				t.Errorf("%s, %s: %s, and %s\n%s\n%+v", m.name, look, verdict, fmt.Sprintf(format, a...), strings.Join(m.log, "\n"), proof)
			}
			if verdict == device.Broken && !wrong {
				fail("nothing is wrong")
			}
			if verdict == device.Whole {
				m.judgeWhole(proof, password, fail)
			}
			m.judgeFaults(proof, password, fail)
		}
	}
	for less, verdict := range verdicts {
		for more, then := range verdicts {
			if verdict == device.Broken && then == device.Whole && !m.dropped && deeper(less, more) {
				t.Errorf("%s: broken %s, whole %s\n%s", m.name, less, more, strings.Join(m.log, "\n"))
			}
		}
	}
}

// deeper reports whether one look sees all that another does.
func deeper(less, more string) bool {
	depth, password, _ := strings.Cut(less, " ")
	return strings.HasSuffix(more, password) && (depth == string(device.QuickLook) || strings.HasPrefix(more, depth))
}

func (m *many) judgeWhole(proof device.Proof, password string, fail func(string, ...any)) {
	for path := range m.lists {
		if _, ok := bytesOf(path); !ok {
			fail("%s is no file", filepath.Base(path))
		}
	}
	var listed int
	for _, file := range m.files {
		r := file.record
		if listed += r.Times; r.Times == 0 {
			continue
		}
		data, ok := bytesOf(file.path)
		sum := sha1.Sum(data)
		right := bytes.Equal(r.Digest, sum[:])
		lost := r.Size > 0 || len(data) > 0 // an empty file lost nothing, stored with or without its padding
		switch same := bytes.Equal(data, file.data); {
		case !ok:
			fail("%s is no file", r.Path)
		case proof.Depth == device.DeepLook && len(r.Digest) == 20 && !right && lost:
			fail("the digest of %s is wrong", r.Path)
		case !same && len(r.Digest) > 0 && !right && proof.DigestsLeft == 0, !same && len(r.Digest) == 0 && proof.WithoutDigest == 0:
			fail("%s is changed, and not counted", r.Path)
		case len(data) < len(file.data) && !right && !r.NoSize && lost && !bytes.HasPrefix(r.Data, []byte(sqliteMagic)) && !bytes.HasPrefix(data, []byte(sqliteMagic)):
			fail("%s is shorter", r.Path)
		case m.password != "" && password != "" && len(r.EncryptionKey) != 44 && len(data) > 0:
			fail("%s has no key", r.Path)
		}
	}
	if int(proof.Listed) != listed {
		fail("%d files are listed", listed)
	}
}

func (m *many) judgeFaults(proof device.Proof, password string, fail func(string, ...any)) {
	lists := true // those that say what the files must be are as they were
	for _, path := range []string{m.list, top(propertiesName)(m.written)} {
		lists = lists && holds(path, m.lists[path])
	}
	for _, fault := range proof.Faults {
		if fault.Mode == innerDatabaseDamaged.ID {
			fail("no database is damaged")
		}
		for _, example := range fault.Examples {
			file := m.files[example.FileID]
			if !lists || file == nil || file.changed || fault.Mode == blobLength.ID && m.password != "" && password == "" {
				continue // without its key the length of a database is not known
			}
			if holds(file.path, file.data) {
				fail("%s of %s, which is unharmed", fault.Mode, example.Path)
			}
		}
	}
}
