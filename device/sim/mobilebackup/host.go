package mobilebackup

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
)

// batchSize is the number of files per message.
const batchSize = 128

// blockSize is the length of a file block.
const blockSize = 256 << 10

// maxFrame limits the blocks that a host sends, in bytes. Devices reject frames of 128 MiB.
const maxFrame = 16 << 20

// Block codes in a stream of files.
const (
	codeEnd         = 0x00
	codeLocalError  = 0x06
	codeRemoteError = 0x0b
	codeData        = 0x0c
)

// path returns the path of a backup file on the host.
func (s *session) path(name string) string { return s.UDID + "/" + name }

// An upload is a file to send to the host.
type upload struct {
	name   string // relative to the backup folder
	length int64
	open   func() io.Reader // nil for a file that the device cannot read
	sum    hash.Hash        // digest of the data sent; nil for a file without one
	sent   func()           // called once all of it is sent; may be nil
}

func plainUpload(name string, data []byte) upload {
	return upload{name: name, length: int64(len(data)), open: func() io.Reader { return bytes.NewReader(data) }}
}

// upload sends files in one message. progress is the overall percentage.
func (s *session) upload(files []upload, progress float64) error {
	var total int64
	for _, f := range files {
		total += f.length
	}
	if err := s.send("DLMessageUploadFiles", map[string]any{}, progress, uint64(total)); err != nil {
		return err
	}
	buffer := make([]byte, 5+blockSize)
	for _, f := range files {
		if err := s.stream(f, buffer); err != nil {
			return err
		}
	}
	if err := s.link.Part("end", number(0)); err != nil {
		return err
	}
	_, err := s.answer()
	return writing(err)
}

// stream sends one file.
func (s *session) stream(f upload, buffer []byte) error {
	if err := s.link.Part("file", paths("/var/.backup/"+f.name, s.link.Path(s.path(f.name)))); err != nil {
		return err
	}
	if f.open == nil {
		return s.link.Part("block", block(codeRemoteError, "Input/output error"))
	}
	content := f.open()
	for {
		n, err := io.ReadFull(content, buffer[5:])
		if n > 0 {
			binary.BigEndian.PutUint32(buffer, uint32(n+1))
			buffer[4] = codeData
			if f.sum != nil {
				f.sum.Write(buffer[5 : 5+n])
			}
			if err := s.link.Part("block", buffer[:5+n]); err != nil {
				return err
			}
			s.agent.note(func(running *Session) { running.Bytes += int64(n) })
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if f.sent != nil {
		f.sent()
	}
	return s.link.Part("block", block(codeEnd, ""))
}

// paths encodes the names of a file in a stream: on the device and on the host.
func paths(device, host string) []byte {
	data := append(number(uint32(len(device))), device...)
	return append(append(data, number(uint32(len(host)))...), host...)
}

func block(code byte, text string) []byte {
	return append(append(number(uint32(1+len(text))), code), text...)
}

// download requests a file from the host and returns its contents. The error is a *hostError if
// the host could not read it.
func (s *session) download(name string) ([]byte, error) {
	var data bytes.Buffer
	err := s.downloadEach([]string{name}, func(string) io.Writer { return &data })
	return data.Bytes(), err
}

// downloadEach requests files from the host. If the host cannot read some of them, it returns an
// error after reading the rest.
func (s *session) downloadEach(names []string, to func(name string) io.Writer) error {
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = s.path(name)
	}
	if err := s.send("DLMessageDownloadFiles", list, map[string]any{}, 0.0); err != nil {
		return err
	}
	buffer := make([]byte, 32<<10)
	for {
		path, err := s.readText(4096)
		if err != nil {
			return err
		}
		if path == "" {
			break
		}
		if err := s.readFile(to(path[min(len(path), len(s.UDID)+1):]), buffer); err != nil {
			return err
		}
	}
	payload, err := s.answer()
	if failed := (*hostError)(nil); errors.As(err, &failed) && failed.code == hostMulti {
		return firstOf(payload, failed)
	}
	return err
}

// firstOf returns the error of the first file in a "multi status".
func firstOf(payload any, failed *hostError) *hostError {
	files, _ := payload.(map[string]any)
	for _, file := range files {
		details, _ := file.(map[string]any)
		if code, ok := integer(details["DLFileErrorCode"]); ok {
			text, _ := details["DLFileErrorString"].(string)
			return &hostError{code, text}
		}
	}
	return failed
}

func (s *session) readText(longest uint32) (string, error) {
	length, err := s.readNumber()
	if err != nil {
		return "", err
	}
	if length > longest {
		return "", fmt.Errorf("%w: a text of %d bytes", errMessage, length)
	}
	text := make([]byte, length)
	_, err = io.ReadFull(s.link, text)
	return string(text), err
}

// readFile reads the blocks of one file. It ignores the host's error for the file, because the
// status after the stream repeats it.
func (s *session) readFile(to io.Writer, buffer []byte) error {
	for {
		length, err := s.readNumber()
		if err != nil {
			return err
		}
		if length == 0 || length > maxFrame {
			return fmt.Errorf("%w: a block of %d bytes", errMessage, length)
		}
		var code [1]byte
		if _, err := io.ReadFull(s.link, code[:]); err != nil {
			return err
		}
		switch code[0] {
		case codeEnd:
			return nil
		case codeLocalError:
			_, err := io.CopyBuffer(io.Discard, io.LimitReader(s.link, int64(length-1)), buffer)
			return err
		case codeData:
			s.agent.note(func(running *Session) { running.Frame = max(running.Frame, int(length)) })
			n, err := io.CopyBuffer(to, io.LimitReader(s.link, int64(length-1)), buffer)
			if err != nil {
				return err
			}
			if n < int64(length-1) {
				return io.ErrUnexpectedEOF
			}
		default:
			return fmt.Errorf("%w: a block with code %#x", errMessage, code[0])
		}
	}
}

// list returns the sizes of the entries in a folder on the host, by name; -1 marks an entry that
// is not a file. A missing folder has no entries.
func (s *session) list(path string) (map[string]int64, error) {
	payload, err := s.ask("DLContentsOfDirectory", strings.TrimSuffix(path, "/"), map[string]any{})
	if failed := (*hostError)(nil); errors.As(err, &failed) && failed.code == hostNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, reading(err)
	}
	entries, _ := payload.(map[string]any)
	sizes := make(map[string]int64, len(entries))
	for name, value := range entries {
		sizes[name] = -1
		entry, _ := value.(map[string]any)
		if size, ok := integer(entry["DLFileSize"]); ok && entry["DLFileType"] == "DLFileTypeRegular" {
			sizes[name] = size
		}
	}
	return sizes, nil
}

// listAll returns the sizes of the files in the 256 subfolders of a backup folder, by name.
func (s *session) listAll(below string) (map[string]int64, error) {
	folders, err := s.list(s.path(below))
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for n := range 256 {
		folder := hex.EncodeToString([]byte{byte(n)})
		if size, ok := folders[folder]; !ok || size != -1 {
			continue
		}
		files, err := s.list(s.path(below + folder))
		if err != nil {
			return nil, err
		}
		for name, size := range files {
			all[name] = size
		}
	}
	return all, nil
}

// failed translates a host error into the device's error; any other error is unchanged.
func failed(err error, code func(int64) int, text string) error {
	answered := (*hostError)(nil)
	if !errors.As(err, &answered) {
		return err
	}
	return &Failure{code(answered.code), fmt.Sprintf("%s: %s", text, answered.text)}
}

// reading translates an error reading from the host.
func reading(err error) error {
	return failed(err, func(int64) int { return 103 }, "Error reading from the host")
}

// writing translates an error writing to the host: a missing path or a full disk.
func writing(err error) error {
	return failed(err, func(code int64) int {
		switch {
		case code == hostNotFound || code == -7:
			return 205
		case !known(code):
			return 100
		}
		return 104
	}, "Error writing to the host")
}

// sum returns a new hash for a file that has a digest in the manifest, or nil.
func (r *record) sum() hash.Hash {
	if r.hasDigest() {
		return sha1.New()
	}
	return nil
}
