package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// AFC operations that are implemented; all others are denied.
const (
	afcStatus     = 0x01
	afcData       = 0x02
	afcReadDir    = 0x03
	afcMakeDir    = 0x09
	afcFileInfo   = 0x0A
	afcDeviceInfo = 0x0B
	afcOpen       = 0x0D
	afcOpened     = 0x0E
	afcRead       = 0x0F
	afcWrite      = 0x10
	afcSeek       = 0x11
	afcTell       = 0x12
	afcTold       = 0x13
	afcClose      = 0x14
	afcLock       = 0x1B
)

// AFC status codes.
const (
	afcOK         = 0
	afcInvalid    = 7
	afcNotFound   = 8
	afcIsFolder   = 9
	afcDenied     = 10
	afcWouldBlock = 19
	afcReadOnly   = 1 // mode of afcOpen
	afcHeaderSize = 40
)

// syncLock is the file that a computer locks while it syncs or backs up.
const syncLock = "/com.apple.itunes.lock_sync"

// restoreFolder is where a computer restoring a backup writes the list of apps to install.
const restoreFolder = "/iTunesRestore"

// writable reports whether a file may be opened for writing. Written data is discarded.
func writable(name string) bool {
	return name == syncLock || name == restoreFolder || strings.HasPrefix(name, restoreFolder+"/")
}

const afcMagic = "CFA6LPAA"

// An afcRequest is one packet from the client.
type afcRequest struct {
	number    uint64
	operation uint64
	head      []byte // up to ThisLength
	data      []byte // up to EntireLength
}

func readAFC(r io.Reader) (afcRequest, error) {
	var head [afcHeaderSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return afcRequest{}, err
	}
	entire := binary.LittleEndian.Uint64(head[8:])
	this := binary.LittleEndian.Uint64(head[16:])
	if string(head[:8]) != afcMagic || this < afcHeaderSize || entire < this || entire > maxRequest {
		return afcRequest{}, errors.New("not an AFC packet")
	}
	body := make([]byte, entire-afcHeaderSize)
	if _, err := io.ReadFull(r, body); err != nil {
		return afcRequest{}, err
	}
	return afcRequest{
		number:    binary.LittleEndian.Uint64(head[24:]),
		operation: binary.LittleEndian.Uint64(head[32:]),
		head:      body[:this-afcHeaderSize],
		data:      body[this-afcHeaderSize:],
	}, nil
}

// path returns the request's path, relative to the root of the service.
func (r afcRequest) path(skip int) string {
	name, _, _ := bytes.Cut(r.head[min(skip, len(r.head)):], []byte{0})
	return path.Clean("/" + string(name))
}

// word returns the n-th number in the request, or 0 if there is none.
func (r afcRequest) word(n int) uint64 {
	if len(r.head) < 8*(n+1) {
		return 0
	}
	return binary.LittleEndian.Uint64(r.head[8*n:])
}

// An afcSession serves a folder, read-only except for the writable files.
type afcSession struct {
	*service
	files map[string][]byte // by path; folders are implied by the paths
	open  map[uint64]*bytes.Reader
	last  uint64

	writing map[uint64]bool // whether an open file may be written, by handle
}

// crashReports serves the crash report folder. Each report contains one line of text.
func (s *service) crashReports() {
	files := map[string][]byte{}
	for _, name := range s.device.state().crashes {
		folder := strings.HasSuffix(name, "/")
		name = path.Clean("/" + name)
		if folder {
			files[path.Join(name, ".")+"/"] = nil
			continue
		}
		process, _, _ := strings.Cut(path.Base(name), "-")
		files[name] = fmt.Appendf(nil, "{\"app_name\":%q,\"bug_type\":\"309\",\"name\":%q}\n", process, process)
	}
	maps.Copy(files, s.device.archives())
	s.afc(files)
}

// media serves the root of com.apple.afc: two empty folders and the lock file.
func (s *service) media() { s.afc(map[string][]byte{"/DCIM/": nil, "/Downloads/": nil, syncLock: nil}) }

func (s *service) afc(files map[string][]byte) {
	session := &afcSession{service: s, files: files, open: map[uint64]*bytes.Reader{}, writing: map[uint64]bool{}}
	defer session.unlock()
	for {
		request, err := readAFC(s)
		if err != nil {
			return
		}
		if err := session.answer(request); err != nil {
			return
		}
	}
}

func (a *afcSession) answer(r afcRequest) error {
	switch r.operation {
	case afcReadDir:
		a.note("afc", "ReadDir "+r.path(0))
		names, ok := a.list(r.path(0))
		if !ok {
			return a.status(r, afcNotFound)
		}
		return a.send(r, afcData, nil, zeroTerminated(append([]string{".", ".."}, names...)))
	case afcFileInfo:
		a.note("afc", "GetFileInfo "+r.path(0))
		return a.info(r)
	case afcDeviceInfo:
		a.note("afc", "GetDeviceInfo")
		return a.deviceInfo(r)
	case afcOpen:
		a.note("afc", "Open "+r.path(8))
		return a.openFile(r)
	case afcRead:
		a.note("afc", "Read")
		return a.read(r)
	case afcSeek, afcTell:
		a.note("afc", "Seek")
		return a.seek(r)
	case afcMakeDir:
		a.note("afc", "MakeDir "+r.path(0))
		if !writable(r.path(0)) {
			return a.status(r, afcDenied)
		}
		return a.status(r, afcOK)
	case afcWrite:
		a.note("afc", "Write")
		if !a.writing[r.word(0)] {
			return a.status(r, afcDenied)
		}
		return a.status(r, afcOK)
	case afcLock:
		a.note("afc", "Lock")
		return a.lock(r)
	case afcClose:
		a.note("afc", "Close")
		if a.open[r.word(0)] == nil {
			return a.status(r, afcInvalid)
		}
		delete(a.open, r.word(0))
		return a.status(r, afcOK)
	default:
		a.note("afc", fmt.Sprintf("operation %#x", r.operation))
		return a.status(r, afcDenied)
	}
}

// list returns the names in a folder and whether the folder exists.
func (a *afcSession) list(folder string) ([]string, bool) {
	prefix := strings.TrimSuffix(folder, "/") + "/"
	found := folder == "/"
	var names []string
	for name := range a.files {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		found = true
		if first, _, _ := strings.Cut(rest, "/"); first != "" && !slices.Contains(names, first) {
			names = append(names, first)
		}
	}
	slices.Sort(names)
	return names, found
}

func (a *afcSession) info(r afcRequest) error {
	file, isFile := a.files[r.path(0)]
	names, isFolder := a.list(r.path(0))
	pairs := []string{"st_blocks", "0", "st_nlink"}
	switch {
	case isFile:
		pairs = append(pairs, "1", "st_ifmt", "S_IFREG", "st_size", fmt.Sprint(len(file)))
	case isFolder:
		pairs = append(pairs, fmt.Sprint(2+len(names)), "st_ifmt", "S_IFDIR", "st_size", fmt.Sprint(64+32*len(names)))
	default:
		return a.status(r, afcNotFound)
	}
	changed := fmt.Sprint(a.device.RecordedAt.UnixNano())
	pairs = append(pairs, "st_mtime", changed, "st_birthtime", changed)
	return a.send(r, afcData, nil, zeroTerminated(pairs))
}

func (a *afcSession) deviceInfo(r afcRequest) error {
	disk := a.device.state().values["com.apple.disk_usage"]
	number := func(key string) string {
		bytes, _ := disk[key].(uint64)
		return fmt.Sprint(bytes)
	}
	model, _ := a.device.state().values[""]["ProductType"].(string)
	return a.send(r, afcData, nil, zeroTerminated([]string{
		"Model", model,
		"FSTotalBytes", number("TotalDataCapacity"),
		"FSFreeBytes", number("AmountDataAvailable"),
		"FSBlockSize", "4096",
	}))
}

func (a *afcSession) openFile(r afcRequest) error {
	file, isFile := a.files[r.path(8)]
	_, isFolder := a.list(r.path(8))
	switch {
	case r.word(0) != afcReadOnly && !writable(r.path(8)):
		return a.status(r, afcDenied)
	case isFile || r.word(0) != afcReadOnly:
	case isFolder:
		return a.status(r, afcIsFolder)
	default:
		return a.status(r, afcNotFound)
	}
	a.last++
	a.open[a.last] = bytes.NewReader(file)
	a.writing[a.last] = r.word(0) != afcReadOnly
	return a.send(r, afcOpened, binary.LittleEndian.AppendUint64(nil, a.last), nil)
}

func (a *afcSession) read(r afcRequest) error {
	file := a.open[r.word(0)]
	if file == nil {
		return a.status(r, afcInvalid)
	}
	data := make([]byte, min(r.word(1), uint64(file.Len())))
	if _, err := io.ReadFull(file, data); err != nil {
		return err
	}
	return a.send(r, afcData, nil, data)
}

// seek changes or reports the offset of an open file.
func (a *afcSession) seek(r afcRequest) error {
	file := a.open[r.word(0)]
	if file == nil {
		return a.status(r, afcInvalid)
	}
	if r.operation == afcSeek {
		if _, err := file.Seek(int64(r.word(2)), int(r.word(1))); err != nil {
			return a.status(r, afcInvalid)
		}
		return a.status(r, afcOK)
	}
	at := uint64(file.Size()) - uint64(file.Len())
	return a.send(r, afcTold, binary.LittleEndian.AppendUint64(nil, at), nil)
}

// lock locks an open file for its session, or unlocks it.
func (a *afcSession) lock(r afcRequest) error {
	const unlock = 8
	if a.open[r.word(0)] == nil {
		return a.status(r, afcInvalid)
	}
	if r.word(1)&unlock != 0 {
		a.unlock()
		return a.status(r, afcOK)
	}
	status := uint64(afcOK)
	a.device.mu.Lock()
	if a.device.syncing == nil {
		a.device.syncing = a
	} else if a.device.syncing != a {
		status = afcWouldBlock
	}
	a.device.mu.Unlock()
	return a.status(r, status)
}

// unlock releases the session's lock.
func (a *afcSession) unlock() {
	a.device.mu.Lock()
	defer a.device.mu.Unlock()
	if a.device.syncing == a {
		a.device.syncing = nil
	}
}

func (a *afcSession) status(r afcRequest, status uint64) error {
	return a.send(r, afcStatus, binary.LittleEndian.AppendUint64(nil, status), nil)
}

// send responds to a request. Of the faults that alter the content of a reply, AFC supports
// Refused and Garbage.
func (a *afcSession) send(r afcRequest, operation uint64, head, data []byte) error {
	fault := a.strikes([]string{a.name})
	if fault.Kind == Refused {
		operation, head, data = afcStatus, binary.LittleEndian.AppendUint64(nil, afcDenied), nil
	}
	body := slices.Concat(head, data)
	if fault.Kind == Garbage {
		body = []byte("garbage")
	}
	frame := framing{
		header: func(length uint64) []byte {
			packet := []byte(afcMagic)
			packet = binary.LittleEndian.AppendUint64(packet, afcHeaderSize+length)
			packet = binary.LittleEndian.AppendUint64(packet, afcHeaderSize+uint64(len(head)))
			packet = binary.LittleEndian.AppendUint64(packet, r.number)
			return binary.LittleEndian.AppendUint64(packet, operation)
		},
		huge: 1 << 40,
	}
	return a.conn.send(frame, body, fault)
}

func zeroTerminated(texts []string) []byte {
	var all []byte
	for _, text := range texts {
		all = append(append(all, text...), 0)
	}
	return all
}
