package mobilebackup

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func encoded(t testing.TB, message ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := writeMessage(&out, message); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadMessage(t *testing.T) {
	m, err := readMessage(bytes.NewReader(encoded(t, moveItems, map[string]any{"a": "b"}, "x", 12.5)))
	if err != nil || m.name != moveItems || !reflect.DeepEqual(map[string]any(m.dict(1)), map[string]any{"a": "b"}) || m.number(3) != 12.5 || m.at(4) != nil || m.number(1) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
	whole := encoded(t, ping)
	for length := range whole {
		if _, err := readMessage(bytes.NewReader(whole[:length])); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d of %d bytes: %v", length, len(whole), err)
		}
	}
	for name, test := range map[string]struct {
		body []byte
		want error
	}{
		"too long":    {binary.BigEndian.AppendUint32(nil, maxMessage+1), device.Oversized},
		"empty":       {[]byte{0, 0, 0, 0}, nil},
		"no name":     {encoded(t), device.Malformed},
		"number name": {encoded(t, 5), device.WrongType},
	} {
		if _, err := readMessage(bytes.NewReader(test.body)); err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", name, err, test.want)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(encoded(f, uploadFiles, map[string]any{}, 1.5, 1000))
	f.Add(encoded(f, removeItems, []string{"a", "b"}, "", -1))
	f.Add(encoded(f, moveItems, map[string]any{"a": 5}))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readMessage(bytes.NewReader(data))
		if err != nil {
			return
		}
		for i := range 4 { // none of these may panic
			m.number(i)
			m.dict(i)
			m.textOr(i)
			_, _ = m.texts(i)
		}
		(&run{}).summary(m)
	})
}

// A stream builds a stream of files as sent by a device.
type stream struct{ bytes.Buffer }

func (s *stream) number(n int)     { s.Write(binary.BigEndian.AppendUint32(nil, uint32(n))) }
func (s *stream) path(path string) { s.number(len(path)); s.WriteString(path) }
func (s *stream) block(code byte, data string) {
	s.number(len(data) + 1)
	s.WriteByte(code)
	s.WriteString(data)
}

// file adds a file with its contents in one block.
func (s *stream) file(path, data string) *stream {
	s.path("/var/" + path)
	s.path(path)
	s.block(codeData, data)
	s.block(codeSuccess, "")
	return s
}

func (s *stream) end() []byte { s.number(0); return s.Bytes() }

// taken receives a stream into a folder and waits until it is written.
func taken(t testing.TB, folder *Folder, data []byte) (unread []Unread, failed, fatal error) {
	t.Helper()
	buffers := make(chan []byte, bufferCount)
	for range bufferCount {
		buffers <- make([]byte, bufferSize)
	}
	unread, failed, fatal = folder.receive(streamReader{bufio.NewReader(bytes.NewReader(data))}, buffers, func(int, int64) {})
	folder.settle()
	if failed == nil {
		failed = folder.failed()
	}
	if len(buffers) != bufferCount {
		t.Errorf("%d of %d buffers came back", len(buffers), bufferCount)
	}
	return unread, failed, fatal
}

func FuzzStream(f *testing.F) {
	f.Add(new(stream).file(udid+"/Snapshot/49/4912", "hello").end())
	f.Add(new(stream).file("a/b", "").file("../c", "x").end())
	both := new(stream)
	both.path("x")
	both.path("Status.plist")
	both.block(codeRemoteError, "no")
	f.Add(both.end())
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		folder, err := OpenFolder(root)
		if err != nil {
			t.Fatal(err)
		}
		taken(t, folder, data)
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
}
