// Package backuphost implements the computer's side of com.apple.mobilebackup2, for tests and
// benchmarks of the simulated device. It keeps backups in memory or discards the files.
//
// It implements the minimum that a device accepts, and shares no code with the program's own
// client.
package backuphost

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"howett.net/plist"
)

// A Host keeps backups. The zero Host is empty and has free space.
type Host struct {
	Discard  bool   // keep only the sizes of files, and the file lists
	Free     uint64 // free bytes to report; 0 means 1 TB
	Fail     string // name of the message to answer with FailCode
	FailCode int64

	// Before is called with each message of the device before the answer. An error ends the
	// session.
	Before func(name string, message []any) error

	folders map[string]map[string]*file // folder name to path to contents
}

// A file is one file of a folder.
type file struct {
	data []byte
	size int64
}

// A Response is the last message of the device.
type Response struct {
	Code     int
	Text     string
	Files    int   // received
	Bytes    int64 // bytes of contents received
	Messages []string
}

// A session is one connection of a host.
type session struct {
	*Host
	in  *bufio.Reader
	out io.Writer
	Response
}

// Backup requests a backup from a device and serves it until its last message.
func (h *Host) Backup(conn io.ReadWriter, udid string, full bool) (Response, error) {
	request := map[string]any{"MessageName": "Backup", "TargetIdentifier": udid, "SourceIdentifier": udid}
	if full {
		request["Options"] = map[string]any{"ForceFullBackup": true}
	}
	return h.serve(conn, request)
}

// Restore requests that a device restore its own backup.
func (h *Host) Restore(conn io.ReadWriter, udid, password string) (Response, error) {
	return h.serve(conn, map[string]any{
		"MessageName": "Restore", "TargetIdentifier": udid, "SourceIdentifier": udid, "Options": map[string]any{"Password": password},
	})
}

func (h *Host) serve(conn io.ReadWriter, request map[string]any) (Response, error) {
	if h.folders == nil {
		h.folders = map[string]map[string]*file{}
	}
	s := &session{Host: h, in: bufio.NewReaderSize(conn, 256<<10), out: conn}
	if err := s.greet(); err != nil {
		return s.Response, err
	}
	if err := s.send("DLMessageProcessMessage", request); err != nil {
		return s.Response, err
	}
	for {
		name, message, err := s.receive()
		if err != nil {
			return s.Response, err
		}
		if name == "DLMessageProcessMessage" {
			s.conclude(message)
			return s.Response, nil
		}
		if err := s.answer(name, message); err != nil {
			return s.Response, err
		}
	}
}

// greet negotiates versions.
func (s *session) greet() error {
	_, message, err := s.receive()
	if err != nil {
		return err
	}
	if len(message) < 2 {
		return errors.New("version exchange without a version")
	}
	if err := s.send("DLMessageVersionExchange", "DLVersionsOk", message[1]); err != nil {
		return err
	}
	if _, _, err := s.receive(); err != nil {
		return err
	}
	if err := s.send("DLMessageProcessMessage", map[string]any{"MessageName": "Hello", "SupportedProtocolVersions": []any{2.0, 2.1}}); err != nil {
		return err
	}
	_, _, err = s.receive()
	return err
}

func (s *session) conclude(message []any) {
	response, _ := message[len(message)-1].(map[string]any)
	code, _ := response["ErrorCode"].(uint64)
	s.Code = int(code)
	s.Text, _ = response["ErrorDescription"].(string)
}

func (s *session) send(name string, rest ...any) error {
	body, err := plist.Marshal(append([]any{name}, rest...), plist.BinaryFormat)
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	return err
}

func (s *session) receive() (string, []any, error) {
	body, err := s.text(64 << 20)
	if err != nil {
		return "", nil, err
	}
	var message []any
	if _, err := plist.Unmarshal([]byte(body), &message); err != nil {
		return "", nil, err
	}
	if len(message) == 0 {
		return "", nil, errors.New("empty message")
	}
	name, _ := message[0].(string)
	s.Messages = append(s.Messages, name)
	return name, message, nil
}

// text reads a length-prefixed string.
func (s *session) text(longest uint32) (string, error) {
	var length uint32
	if err := binary.Read(s.in, binary.BigEndian, &length); err != nil {
		return "", err
	}
	if length > longest {
		return "", fmt.Errorf("%d bytes are too many", length)
	}
	data := make([]byte, length)
	_, err := io.ReadFull(s.in, data)
	return string(data), err
}

func (s *session) status(code int64, payload any) error {
	return s.send("DLMessageStatusResponse", code, "___EmptyParameterString___", payload)
}

// Status codes of answers.
const (
	ok       = 0
	failed   = -1
	notFound = -6
)

// answer carries out the request in a message.
func (s *session) answer(name string, message []any) error {
	if s.Before != nil {
		if err := s.Before(name, message); err != nil {
			return err
		}
	}
	if len(message) < 2 {
		return fmt.Errorf("%s without arguments", name)
	}
	if name == s.Fail && name != "DLMessageUploadFiles" && name != "DLMessageDownloadFiles" {
		return s.status(s.FailCode, map[string]any{})
	}
	path, isPath := message[1].(string)
	paths, isList := message[1].([]any)
	moves, isMoves := message[1].(map[string]any)
	switch {
	case isPath != (name == "DLContentsOfDirectory" || name == "DLMessageCreateDirectory" || name == "DLMessageGetFreeDiskSpace"),
		isList != (name == "DLMessageDownloadFiles" || name == "DLMessageRemoveItems"),
		isMoves != (name == "DLMessageMoveItems" || name == "DLMessageUploadFiles"):
		return fmt.Errorf("%s with a %T", name, message[1])
	}
	switch name {
	case "DLMessageUploadFiles":
		return s.takeFiles()
	case "DLMessageDownloadFiles":
		return s.giveFiles(paths)
	case "DLMessageGetFreeDiskSpace":
		free := s.Free
		if free == 0 {
			free = 1e12
		}
		return s.status(ok, free)
	case "DLMessagePurgeDiskSpace":
		return s.status(failed, map[string]any{})
	case "DLContentsOfDirectory":
		return s.list(path)
	case "DLMessageCreateDirectory":
		s.folder(path)
		return s.status(ok, map[string]any{})
	case "DLMessageMoveItems":
		for from, to := range moves {
			s.move(from, fmt.Sprint(to))
		}
		return s.status(ok, map[string]any{})
	case "DLMessageRemoveItems":
		for _, name := range paths {
			s.Remove(fmt.Sprint(name))
		}
		return s.status(ok, map[string]any{})
	default:
		return fmt.Errorf("unknown message %q", name)
	}
}

// takeFiles receives a stream of files.
func (s *session) takeFiles() error {
	for {
		device, err := s.text(4096)
		if err != nil {
			return err
		}
		if device == "" {
			break
		}
		name, err := s.text(4096)
		if err != nil {
			return err
		}
		if err := s.takeFile(name); err != nil {
			return err
		}
	}
	if s.Fail == "DLMessageUploadFiles" {
		return s.status(s.FailCode, map[string]any{})
	}
	return s.status(ok, map[string]any{})
}

func (s *session) takeFile(name string) error {
	f := &file{}
	for {
		var head struct {
			Length uint32
			Code   uint8
		}
		if err := binary.Read(s.in, binary.BigEndian, &head); err != nil {
			return err
		}
		length := int64(head.Length) - 1
		switch head.Code {
		case 0x0c:
			if s.Discard && !strings.Contains(path.Base(name), ".") {
				if _, err := io.CopyN(io.Discard, s.in, length); err != nil {
					return err
				}
			} else {
				data := make([]byte, length)
				if _, err := io.ReadFull(s.in, data); err != nil {
					return err
				}
				f.data = append(f.data, data...)
			}
			f.size += length
		case 0x00:
			s.folder(path.Dir(name))[path.Base(name)] = f
			s.Response.Files++
			s.Bytes += f.size
			return nil
		default:
			_, err := io.CopyN(io.Discard, s.in, length)
			return err
		}
	}
}

// giveFiles sends a stream of files.
func (s *session) giveFiles(names []any) error {
	const frame = 32 << 10
	out := bufio.NewWriterSize(s.out, 64<<10)
	number := func(n int) { out.Write(binary.BigEndian.AppendUint32(nil, uint32(n))) }
	missing := map[string]any{}
	for _, each := range names {
		name := fmt.Sprint(each)
		number(len(name))
		out.WriteString(name)
		f := s.file(name)
		if f == nil || s.Fail == "DLMessageDownloadFiles" {
			code, text := int64(notFound), "No such file"
			if s.Fail == "DLMessageDownloadFiles" {
				code, text = s.FailCode, "Failure"
			}
			missing[name] = map[string]any{"DLFileErrorString": text, "DLFileErrorCode": code}
			number(1 + len(text))
			out.WriteByte(0x06)
			out.WriteString(text)
			continue
		}
		for block := range slices.Chunk(f.data, frame) {
			number(1 + len(block))
			out.WriteByte(0x0c)
			out.Write(block)
		}
		number(1)
		out.WriteByte(0x00)
	}
	number(0)
	if err := out.Flush(); err != nil {
		return err
	}
	if len(missing) > 0 {
		return s.send("DLMessageStatusResponse", int64(-13), "Multi status", missing)
	}
	return s.status(ok, map[string]any{})
}

func (s *session) list(name string) error {
	entries, there := s.folders[name]
	below := name + "/"
	answer := map[string]any{}
	for child, f := range entries {
		answer[child] = map[string]any{"DLFileType": "DLFileTypeRegular", "DLFileSize": uint64(f.size), "DLFileModificationDate": time.Unix(0, 0)}
	}
	for other := range s.folders {
		if child, ok := strings.CutPrefix(other, below); ok && !strings.Contains(child, "/") {
			there = true
			answer[child] = map[string]any{"DLFileType": "DLFileTypeDirectory", "DLFileSize": uint64(0), "DLFileModificationDate": time.Unix(0, 0)}
		}
	}
	if !there {
		return s.status(notFound, map[string]any{})
	}
	return s.status(ok, answer)
}

// folder returns a folder, creating it if needed.
func (h *Host) folder(name string) map[string]*file {
	if h.folders[name] == nil {
		h.folders[name] = map[string]*file{}
	}
	return h.folders[name]
}

func (h *Host) file(name string) *file { return h.folders[path.Dir(name)][path.Base(name)] }

// move moves a file, or a folder with everything below it.
func (h *Host) move(from, to string) {
	if f := h.file(from); f != nil {
		delete(h.folders[path.Dir(from)], path.Base(from))
		h.folder(path.Dir(to))[path.Base(to)] = f
		return
	}
	for _, name := range slices.Collect(maps.Keys(h.folders)) {
		if below, ok := strings.CutPrefix(name, from); ok && (below == "" || below[0] == '/') {
			h.folders[to+below] = h.folders[name]
			delete(h.folders, name)
		}
	}
}

// Remove removes a file, or a folder with everything below it.
func (h *Host) Remove(name string) {
	delete(h.folders[path.Dir(name)], path.Base(name))
	maps.DeleteFunc(h.folders, func(folder string, _ map[string]*file) bool {
		return folder == name || strings.HasPrefix(folder, name+"/")
	})
}

// Put replaces a file.
func (h *Host) Put(name string, data []byte) {
	if h.folders == nil {
		h.folders = map[string]map[string]*file{}
	}
	h.folder(path.Dir(name))[path.Base(name)] = &file{data: data, size: int64(len(data))}
}

// Clone returns a host with the same contents.
func (h *Host) Clone() *Host {
	clone := *h
	clone.folders = map[string]map[string]*file{}
	for folder, entries := range h.folders {
		clone.folders[folder] = maps.Clone(entries)
	}
	return &clone
}

// Files returns the contents of all files, by path.
func (h *Host) Files() map[string][]byte {
	files := map[string][]byte{}
	for folder, entries := range h.folders {
		for name, f := range entries {
			files[path.Join(folder, name)] = f.data
		}
	}
	return files
}
