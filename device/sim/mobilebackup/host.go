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

// batchSize is how many files go with one message.
const batchSize = 128

// blockSize is the length of a block of a file.
const blockSize = 256 << 10

// maxFrame bounds the blocks that a host sends, in bytes. Devices stop at frames of 128 MiB.
const maxFrame = 16 << 20

// Codes of a block in a stream of files.
const (
	codeEnd         = 0x00
	codeLocalError  = 0x06
	codeRemoteError = 0x0b
	codeData        = 0x0c
)

// path is a file of the backup on the host.
func (s *session) path(name string) string { return s.UDID + "/" + name }

// An upload is a file on its way to the host.
type upload struct {
	name   string // below the folder of the backup
	length int64
	open   func() io.Reader // nil for a file that the device cannot read
	sum    hash.Hash        // takes what is sent; nil for a file without a digest
	sent   func()           // called once all of it is sent; may be nil
}

func plainUpload(name string, data []byte) upload {
	return upload{name: name, length: int64(len(data)), open: func() io.Reader { return bytes.NewReader(data) }}
}

// upload sends files with one message. progress is in percent of the whole.
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

// paths are the names of a file in a stream: on the device and on the host.
func paths(device, host string) []byte {
	data := append(number(uint32(len(device))), device...)
	return append(append(data, number(uint32(len(host)))...), host...)
}

func block(code byte, text string) []byte {
	return append(append(number(uint32(1+len(text))), code), text...)
}

// download asks the host for a file and gives its bytes. Its error is a *hostError for a file
// that could not be read.
func (s *session) download(name string) ([]byte, error) {
	var data bytes.Buffer
	err := s.downloadEach([]string{name}, func(string) io.Writer { return &data })
	return data.Bytes(), err
}

// downloadEach asks the host for files. Those that it cannot read are an error once all are read.
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

// firstOf is the error of the first file in a "multi status".
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

// readFile reads the blocks of one file. An error of the host for it is passed over here: the
// status behind the stream has it too.
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

// list is the sizes of the entries of a folder on the host, by name; -1 for what is no file. A
// folder that is not there has none.
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

// listAll is the sizes of the files in the 256 folders below a folder of the backup, by name.
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

// failed turns what the host answered into the device's error; anything else is left alone.
func failed(err error, code func(int64) int, text string) error {
	answered := (*hostError)(nil)
	if !errors.As(err, &answered) {
		return err
	}
	return &Failure{code(answered.code), fmt.Sprintf("%s: %s", text, answered.text)}
}

// reading is a failure to read from the host.
func reading(err error) error {
	return failed(err, func(int64) int { return 103 }, "Error reading from the host")
}

// writing is a failure to write to the host: to a path that is not there, or to a full disk.
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

// sum is a new digest for a file that has one in the manifest.
func (r *record) sum() hash.Hash {
	if r.hasDigest() {
		return sha1.New()
	}
	return nil
}
