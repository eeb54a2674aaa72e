package manifest

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

const samples = "../../../../shared/data/"

func sample(t *testing.T, path string) string {
	t.Helper()
	full := filepath.Join(samples, path)
	if _, err := os.Stat(full); errors.Is(err, os.ErrNotExist) {
		t.Skip("the sample data with real backups is not at hand")
	}
	return full
}

// census counts the rows of a manifest by kind, and those with a digest.
type census struct{ files, directories, links, others, digests, bad int }

func take(t *testing.T, m Manifest) census {
	t.Helper()
	var c census
	for row, err := range m.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		switch row.Kind {
		case File:
			c.files++
		case Directory:
			c.directories++
		case Link:
			c.links++
		default:
			c.others++
		}
		if len(row.Digest) == 20 {
			c.digests++
		}
		if row.Err != nil {
			c.bad++
		}
	}
	return c
}

// A real Manifest.db of iOS 14.3, with 16 bytes of padding after its last page.
func TestRealManifestDB(t *testing.T) {
	m, err := OpenDB(t.Context(), file(t, sample(t, "mvt-ios_backup/Manifest.db")), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Check(t.Context(), true); err != nil {
		t.Error(err)
	}
	if got, want := take(t, m), (census{files: 1089, directories: 2618, links: 14, digests: 477}); got != want {
		t.Errorf("rows %+v, want %+v", got, want)
	}
	row, err := m.Find(t.Context(), IDOf("CameraRollDomain", "Media/PhotoData/momentanalysis"))
	if err != nil || row.Kind != File || row.Size != 0 || len(row.EncryptionKey) != 44 || row.ProtectionClass != 3 {
		t.Errorf("momentanalysis: %+v, %v", row, err)
	}
	if _, err := m.Find(t.Context(), FileID{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a file that is not listed: %v", err)
	}
}

// unlock unlocks the keybag of a sample with its password and unwraps the manifest's key.
func unlock(t *testing.T, folder string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "Manifest.plist"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := safeplist.Parse(data, safeplist.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := list.Data("BackupKeyBag")
	if err != nil {
		t.Fatal(err)
	}
	bag, err := keybag.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := bag.Unlock(t.Context(), "0000", nil)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := list.Data("ManifestKey")
	if err != nil {
		t.Fatal(err)
	}
	key, err := keys.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestEncryptedSampleDB(t *testing.T) {
	if testing.Short() {
		t.Skip("ten million rounds of key derivation")
	}
	folder := sample(t, "pyiosbackup-encrypted/ios10.3_sqlite")
	m, err := OpenEncryptedDB(t.Context(), file(t, filepath.Join(folder, "Manifest.db")), unlock(t, folder))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got, want := take(t, m), (census{files: 1}); got != want {
		t.Errorf("rows %+v, want %+v", got, want)
	}
	row, err := m.Find(t.Context(), IDOf("MyTestDomain", "Media/Test.txt"))
	if err != nil || len(row.EncryptionKey) != 44 {
		t.Errorf("Test.txt: %+v, %v", row, err)
	}
}

func TestEncryptedDBWithWrongKey(t *testing.T) {
	folder := sample(t, "pyiosbackup-encrypted/ios10.3_sqlite")
	_, err := OpenEncryptedDB(t.Context(), file(t, filepath.Join(folder, "Manifest.db")), bytes.Repeat([]byte{1}, 32)) // the correct key is all zeros
	if !errors.Is(err, ErrMalformed) {
		t.Errorf("a wrong key: %v, want ErrMalformed", err)
	}
}

func TestSampleMBDB(t *testing.T) {
	m, err := OpenMBDB(sample(t, "pyiosbackup-encrypted/ios9_mbdb/Manifest.mbdb"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	row, err := m.Find(t.Context(), IDOf("MyTestDomain", "Media/Test.txt"))
	if err != nil || row.Kind != File || row.Size != 9 || len(row.EncryptionKey) != 44 || row.ProtectionClass != 4 || row.Digest != nil {
		t.Errorf("Test.txt: %+v, %v", row, err)
	}
	if row.ID.String() != "5727bd1c5fa1055e15d8b4a75a74793c84b5ffdc" {
		t.Errorf("id %s", row.ID)
	}
}

// record returns one mbdb record of a file with two extended attributes.
func record(t testing.TB) []byte {
	t.Helper()
	fixed, err := hex.DecodeString("81a4" + "0000000000000001" + "000001f5000001f5" + "000000010000000200000003" + "0000000000000009" + "0302")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Join([][]byte{
		[]byte("\x00\x0aHomeDomain"), []byte("\x00\x01x"), []byte("\xff\xff"), append([]byte{0, 20}, make([]byte, 20)...), []byte("\xff\xff"),
		fixed, []byte("\x00\x01a\x00\x02bc\x00\x01d\xff\xff"),
	}, nil)
}

func writeMBDB(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Manifest.mbdb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// If the file is cut anywhere within its second record, the first is still read and the cut is
// reported.
func TestMBDBCutMidRecord(t *testing.T) {
	one := append([]byte(mbdbHeader), record(t)...)
	whole := append(bytes.Clone(one), record(t)...)
	for end := len(one) + 1; end < len(whole); end++ {
		m, err := OpenMBDB(writeMBDB(t, whole[:end]))
		if err != nil {
			t.Fatal(err)
		}
		var rows int
		var last error
		for _, err := range m.Rows(t.Context()) {
			if err == nil {
				rows++
			}
			last = err
		}
		if rows != 1 || !errors.Is(last, ErrTruncated) {
			t.Fatalf("cut at %d: %d rows, then %v; want 1, then ErrTruncated", end, rows, last)
		}
		m.Close()
	}
}

// Every row is found again, whether the index has it or not, and a cut is the reason why another is
// not.
func TestMBDBFind(t *testing.T) {
	first, second := record(t), bytes.Replace(record(t), []byte("\x00\x01x"), []byte("\x00\x03xyz"), 1)
	whole := slices.Concat([]byte(mbdbHeader), first, second)
	for _, test := range []struct {
		data    []byte
		indexed int
		second  error
		none    error
	}{
		{whole, mostPlaces, nil, ErrNotFound},
		{whole, 1, nil, ErrNotFound},
		{whole[:len(whole)-1], mostPlaces, ErrTruncated, ErrTruncated},
		{whole[:len(whole)-1], 1, ErrTruncated, ErrTruncated},
		{whole[:len(whole)-1], 0, ErrTruncated, ErrTruncated},
	} {
		m, err := OpenMBDB(writeMBDB(t, test.data))
		if err != nil {
			t.Fatal(err)
		}
		m.(*mbdb).makeIndex(t.Context(), test.indexed)
		for path, want := range map[string]error{"xyz": test.second, "x": nil, "y": test.none} {
			row, err := m.Find(t.Context(), IDOf("HomeDomain", path))
			if !errors.Is(err, want) || err == nil && string(row.Path) != path {
				t.Errorf("%d bytes, %d rows indexed, %s: %q, %v", len(test.data), test.indexed, path, row.Path, err)
			}
		}
		m.Close()
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"empty": "", "text": "hello, this is not a manifest of any kind"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		wanted := ErrMalformed
		if content == "" {
			wanted = ErrLayout // to SQLite, this is a database without tables
		}
		if _, err := OpenDB(t.Context(), file(t, path), nil); !errors.Is(err, wanted) {
			t.Errorf("%s as Manifest.db: %v, want %v", name, err, wanted)
		}
		if _, err := OpenMBDB(path); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s as Manifest.mbdb: %v, want ErrMalformed", name, err)
		}
	}
}

// file opens a file, which the manifest closes.
func file(t *testing.T, path string) *os.File {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A value longer than any record or path costs only its own row, and no memory: the rows before
// and after it are read.
func TestRowsAroundALongValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Manifest.db")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.ExecuteScript(conn, `
		CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
		INSERT INTO Files VALUES ('1', 'd', 'first', 2, NULL);
		INSERT INTO Files VALUES ('2', 'd', 'record', 1, zeroblob(5000000));
		INSERT INTO Files VALUES ('3', 'd', 'middle', 2, NULL);
		INSERT INTO Files VALUES ('4', 'd', printf('%.*c', 5000000, 'x'), 2, NULL);
		INSERT INTO Files VALUES (printf('%.*c', 5000000, '5'), 'd', 'id', 2, NULL);
		INSERT INTO Files VALUES ('6', 'd', 'last', 2, NULL);`, nil)
	if err := errors.Join(err, conn.Close()); err != nil {
		t.Fatal(err)
	}
	m, err := OpenDB(t.Context(), file(t, path), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var paths []string
	for row, err := range m.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, string(row.Path))
	}
	if want := []string{"first", "record", "middle", "", "id", "last"}; !slices.Equal(paths, want) {
		t.Errorf("paths %q, want %q", paths, want)
	}
}

func TestParseID(t *testing.T) {
	good := IDOf("a", "b")
	if id, ok := ParseID([]byte(good.String())); !ok || id != good {
		t.Errorf("%s: %v, %v", good, id, ok)
	}
	for _, text := range []string{"", good.String()[1:], "../" + good.String()[3:], "AB" + good.String()[2:], good.String() + "0"} {
		if _, ok := ParseID([]byte(text)); ok {
			t.Errorf("%q passed for an id", text)
		}
	}
}

func FuzzMBDB(f *testing.F) {
	f.Add(append([]byte(mbdbHeader), record(f)...))
	f.Add([]byte(mbdbHeader + "\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &mbdb{file: bytes.NewReader(data), size: int64(len(data))}
		if len(data) < len(mbdbHeader) {
			return
		}
		for row, err := range m.Rows(t.Context()) {
			if err != nil && !errors.Is(err, ErrTruncated) {
				t.Fatal(err)
			}
			if err == nil && row.Err == nil && row.Digest != nil && len(row.Digest) != 20 && len(row.Digest) != 0 {
				t.Fatalf("digest of %d bytes", len(row.Digest))
			}
		}
	})
}
