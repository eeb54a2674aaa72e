package sysdiagnose

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// The name of a file does not make it an archive.
func TestANameIsNoArchive(t *testing.T) {
	zipped := func(data string) []byte {
		var file bytes.Buffer
		w := gzip.NewWriter(&file)
		if _, err := w.Write([]byte(data)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return file.Bytes()
	}
	for name, data := range map[string][]byte{
		"nothing":               nil,
		"zeros":                 make([]byte, 10_240),
		"a gzip of nothing":     zipped(""),
		"a gzip of zeros":       zipped(strings.Repeat("\x00", 10_240)),
		"a gzip of a text":      zipped("milk, bread"),
		"an empty tar file":     compressed(t, func(*tar.Writer) {}),
		"the begin of a header": zipped("sysdiagnose_2026"),
		"other files":           packed(t, "holiday", map[string]string{"a.txt": "x"}),
	} {
		for _, file := range []string{archiveName + ".tar.gz", archiveName + ".tar"} {
			if archive, err := Read(t.Context(), saved(t, file, data), Options{}); !errors.Is(err, ErrForeign) {
				t.Errorf("%s in %s: %+v, %v", name, file, archive, err)
			}
		}
	}
	folder := filepath.Join(t.TempDir(), archiveName)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(t.Context(), folder, Options{}); !errors.Is(err, ErrForeign) {
		t.Errorf("an empty folder: %v", err)
	}
}

// The archive's own date wins over that in the name of a renamed file.
func TestTheDateIsNotThatOfTheFile(t *testing.T) {
	archive := readFile(t, "sysdiagnose_2031.01.02_13-52-59+0100_iPhone-OS_iPhone_23G90.tar.gz", packed(t, archiveName, whole(t)))
	is(t, "as of", archive.History.AsOf, madeAt)
	unnamed := readFile(t, archiveName+".tar.gz", packed(t, "x", whole(t)))
	if at, err := unnamed.History.AsOf.Get(); err == nil && !at.Equal(madeAt) {
		t.Errorf("an archive that does not tell is of %v", at)
	}
}

// An archive that ends between two members lacks the end mark and is reported as truncated.
func TestCutBetweenMembers(t *testing.T) {
	plain := unzipped(t, packed(t, archiveName, whole(t)))
	list := tar.NewReader(bytes.NewReader(plain))
	for i := 0; i < 5; i++ {
		header, err := list.Next()
		if err != nil {
			t.Fatal(err)
		}
		_ = header
	}
	reader := bytes.NewReader(plain)
	list = tar.NewReader(reader)
	var ends []int
	for {
		if _, err := list.Next(); err != nil {
			break
		}
		ends = append(ends, len(plain)-reader.Len()-512)
	}
	for _, end := range ends[1:] {
		for _, mark := range []int{0, 512} { // half an end mark does not count
			cut := append(bytes.Clone(plain[:end]), make([]byte, mark)...)
			archive := readFile(t, archiveName+".tar", cut)
			if archive.History.Ended.Reason != device.Truncated {
				t.Errorf("cut at %d, with %d bytes of an end mark: ended %v", end, mark, archive.History.Ended)
			}
		}
	}
}
