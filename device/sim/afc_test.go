package sim

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An afcClient reads the crash report folder of a device.
type afcClient struct {
	t *testing.T
	net.Conn
}

func newAFCClient(t *testing.T, faults []Fault, paths ...string) afcClient {
	near, far := net.Pipe()
	device := newPlugged(&Tray{}, &Device{crashes: paths, values: map[string]dict{
		"":                     {"UniqueDeviceID": "x", "ProductType": "iPhone17,3"},
		"com.apple.disk_usage": {"TotalDataCapacity": uint64(64e9), "AmountDataAvailable": uint64(310e6)},
	}})
	s := &service{
		conn:   &conn{Conn: far, raw: far, closed: t.Context().Done(), faults: faults},
		device: device,
		name:   "com.apple.crashreportcopymobile",
	}
	go func() {
		s.crashReports()
		far.Close()
	}()
	t.Cleanup(func() { near.Close() })
	return afcClient{t, near}
}

// ask sends one packet and returns the operation and body of the response.
func (c afcClient) ask(operation uint64, head []byte) (uint64, []byte) {
	c.t.Helper()
	packet := []byte(afcMagic)
	for _, word := range []uint64{uint64(40 + len(head)), uint64(40 + len(head)), 1, operation} {
		packet = binary.LittleEndian.AppendUint64(packet, word)
	}
	if _, err := c.Write(append(packet, head...)); err != nil {
		c.t.Fatal(err)
	}
	var answer [40]byte
	if _, err := io.ReadFull(c, answer[:]); err != nil {
		c.t.Fatal(err)
	}
	length := binary.LittleEndian.Uint64(answer[8:])
	if length > 1<<20 {
		return binary.LittleEndian.Uint64(answer[32:]), binary.LittleEndian.AppendUint64(nil, length)
	}
	body := make([]byte, length-40)
	if _, err := io.ReadFull(c, body); err != nil {
		c.t.Fatal(err)
	}
	return binary.LittleEndian.Uint64(answer[32:]), body
}

func words(numbers ...uint64) []byte {
	var all []byte
	for _, number := range numbers {
		all = binary.LittleEndian.AppendUint64(all, number)
	}
	return all
}

func TestAFCListsFoldersOnTheWay(t *testing.T) {
	client := newAFCClient(t, nil, "b-2026-01-01-000000.ips", "DiagnosticLogs/MobileBackup/", "Retired/a.ips")
	for folder, want := range map[string]string{
		"/":                           ". .. DiagnosticLogs Retired b-2026-01-01-000000.ips",
		"DiagnosticLogs":              ". .. MobileBackup",
		"DiagnosticLogs/MobileBackup": ". ..",
		"/Retired/":                   ". .. a.ips",
	} {
		operation, body := client.ask(afcReadDir, append([]byte(folder), 0))
		got := strings.Join(strings.Split(strings.TrimSuffix(string(body), "\x00"), "\x00"), " ")
		if operation != afcData || got != want {
			t.Errorf("ReadDir %s = %d %q, want %q", folder, operation, got, want)
		}
	}
	if operation, body := client.ask(afcReadDir, []byte("nowhere\x00")); operation != afcStatus || !slices.Equal(body, words(afcNotFound)) {
		t.Errorf("ReadDir nowhere = %d %v", operation, body)
	}
}

func TestAFCReadsAFile(t *testing.T) {
	client := newAFCClient(t, nil, "backupd-2026-01-01-000000.ips")
	operation, handle := client.ask(afcOpen, append(words(afcReadOnly), "backupd-2026-01-01-000000.ips\x00"...))
	if operation != afcOpened {
		t.Fatalf("open = %d %v", operation, handle)
	}
	const fromEnd = 2
	if _, status := client.ask(afcSeek, slices.Concat(handle, words(fromEnd, 0))); !slices.Equal(status, words(afcOK)) {
		t.Errorf("seek to the end = %v", status)
	}
	if operation, at := client.ask(afcTell, handle); operation != afcTold || !slices.Equal(at, words(57)) {
		t.Errorf("tell at the end = %d %v", operation, at)
	}
	client.ask(afcSeek, slices.Concat(handle, words(0, 0)))
	_, text := client.ask(afcRead, append(slices.Clone(handle), words(1<<40)...))
	if diff := cmp.Diff("{\"app_name\":\"backupd\",\"bug_type\":\"309\",\"name\":\"backupd\"}\n", string(text)); diff != "" {
		t.Error(diff)
	}
	if _, status := client.ask(afcClose, handle); !slices.Equal(status, words(afcOK)) {
		t.Errorf("close = %v", status)
	}
	if _, status := client.ask(afcRead, append(slices.Clone(handle), words(1)...)); !slices.Equal(status, words(afcInvalid)) {
		t.Errorf("read after close = %v", status)
	}
}

func TestAFCTellsOfFilesAndTheDisk(t *testing.T) {
	client := newAFCClient(t, nil, "a.ips", "Retired/b.ips")
	pairs := func(operation uint64, path string) map[string]string {
		_, body := client.ask(operation, []byte(path+"\x00"))
		told := map[string]string{}
		for pair := range slices.Chunk(strings.Split(strings.TrimSuffix(string(body), "\x00"), "\x00"), 2) {
			told[pair[0]] = pair[1]
		}
		return told
	}
	for path, want := range map[string]string{"/a.ips": "S_IFREG", "/Retired": "S_IFDIR", "/": "S_IFDIR"} {
		if got := pairs(afcFileInfo, path)["st_ifmt"]; got != want {
			t.Errorf("st_ifmt of %s = %q, want %q", path, got, want)
		}
	}
	want := map[string]string{"Model": "iPhone17,3", "FSTotalBytes": "64000000000", "FSFreeBytes": "310000000", "FSBlockSize": "4096"}
	if diff := cmp.Diff(want, pairs(afcDeviceInfo, "")); diff != "" {
		t.Errorf("device (-want +got)\n%s", diff)
	}
}

func TestAFCDeniesWhatWrites(t *testing.T) {
	client := newAFCClient(t, nil, "a.ips")
	const remove, makeFolder, write, rename = 0x08, 0x09, 0x10, 0x18
	for _, operation := range []uint64{remove, makeFolder, write, rename} {
		if _, status := client.ask(operation, []byte("a.ips\x00")); !slices.Equal(status, words(afcDenied)) {
			t.Errorf("operation %#x = %v", operation, status)
		}
	}
	if _, status := client.ask(afcOpen, append(words(3), "a.ips\x00"...)); !slices.Equal(status, words(afcDenied)) {
		t.Errorf("open to write = %v", status)
	}
}

func TestAFCFaults(t *testing.T) {
	if _, length := newAFCClient(t, []Fault{{Kind: Oversized}}).ask(afcReadDir, []byte("/\x00")); !slices.Equal(length, words(afcHeaderSize+1<<40)) {
		t.Errorf("an oversized packet promises %v bytes", length)
	}
	if _, status := newAFCClient(t, []Fault{{Kind: Refused}}).ask(afcReadDir, []byte("/\x00")); !slices.Equal(status, words(afcDenied)) {
		t.Errorf("a refusal is %v", status)
	}
	if _, body := newAFCClient(t, []Fault{{Kind: Garbage}}).ask(afcReadDir, []byte("/\x00")); string(body) != "garbage" {
		t.Errorf("garbage is %q", body)
	}
}

func FuzzReadAFC(f *testing.F) {
	f.Add([]byte(afcMagic + string(words(42, 42, 1, afcReadDir)) + "/\x00"))
	f.Add([]byte(afcMagic + string(words(1<<62, 40, 1, afcRead))))
	f.Fuzz(func(t *testing.T, packet []byte) {
		request, err := readAFC(strings.NewReader(string(packet)))
		if err != nil {
			return
		}
		if len(request.head)+len(request.data)+afcHeaderSize > len(packet) {
			t.Errorf("%d bytes of head and %d of data from %d", len(request.head), len(request.data), len(packet))
		}
		if !strings.HasPrefix(request.path(8), "/") {
			t.Errorf("path %q is outside the folder", request.path(8))
		}
		request.word(2)
	})
}
