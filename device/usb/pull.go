package usb

import (
	"context"
	"encoding/binary"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// Pull copies an archive from a device to w, starting at byte from: 0 copies all of it, a larger
// value resumes an interrupted pull. told, which may be nil, is called with the number of archive
// bytes written, including those before from.
//
// The error is a [device.Reason] or comes from w. After device.Detached, Timeout or Truncated the
// pull can be resumed once the device is back. An archive that has become shorter is
// device.Implausible.
func (c Client) Pull(ctx context.Context, a Attached, archive Archive, from uint64, w io.Writer, told func(done uint64)) (err error) {
	defer func() {
		if recover() != nil {
			err = device.Internal
		}
	}()
	if archive.Gathering || !archiveName.MatchString(archive.Name) || from > archive.Bytes {
		return device.Internal
	}
	reports, err := c.openReports(ctx, a)
	if err != nil {
		return err
	}
	defer reports.Close()
	file, err := reports.open(ctx, archiveFolder+"/"+archive.Name)
	if err != nil {
		return err
	}
	defer reports.closeFile(ctx, file)
	if from > 0 {
		if err := reports.seek(ctx, file, from); err != nil {
			return err
		}
	}
	for done := from; done < archive.Bytes; {
		data, err := reports.read(ctx, file, min(archive.Bytes-done, pullChunk))
		if err != nil {
			return err
		}
		if len(data) == 0 {
			return device.Implausible
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		done += uint64(len(data))
		if told != nil {
			told(done)
		}
	}
	return nil
}

// pullChunk is the size of each read request, in bytes.
const pullChunk = 1 << 20

// reports is an AFC connection to a device's crash reports that can also read files.
type reports struct{ *afc }

// openReports starts the crash report service in its own session.
func (c Client) openReports(ctx context.Context, a Attached) (*reports, error) {
	e := c.newExamination(a)
	defer func() { e.Close() }()
	if _, trust := e.begin(ctx); trust != nil {
		return nil, trust
	}
	l, err := e.openService(ctx, "com.apple.crashreportcopymobile")
	if err != nil {
		return nil, err
	}
	return &reports{&afc{link: l}}, nil
}

// The file operations. The only open mode defined here is read-only.
const (
	afcOpen     = 13
	afcOpened   = 14
	afcRead     = 15
	afcSeek     = 17
	afcClose    = 20
	afcReadOnly = 1
	afcFromHead = 0 // seek from the start
)

// words encodes numbers for AFC.
func words(numbers ...uint64) []byte {
	var body []byte
	for _, number := range numbers {
		body = binary.LittleEndian.AppendUint64(body, number)
	}
	return body
}

// open opens a file for reading and returns its handle.
func (r *reports) open(ctx context.Context, path string) (uint64, error) {
	body := append(append(words(afcReadOnly), path...), 0)
	answer, err := r.request(ctx, afcOpen, body, afcOpened)
	switch {
	case err != nil:
		return 0, err
	case len(answer) < 8:
		return 0, device.Truncated
	}
	return binary.LittleEndian.Uint64(answer), nil
}

// read reads at most length bytes from an open file, none at its end.
func (r *reports) read(ctx context.Context, file, length uint64) ([]byte, error) {
	data, err := r.request(ctx, afcRead, words(file, length), afcData)
	if err == nil && uint64(len(data)) > length {
		return nil, device.Malformed
	}
	return data, err
}

// seek sets the offset in an open file.
func (r *reports) seek(ctx context.Context, file, to uint64) error {
	return r.succeed(ctx, afcSeek, words(file, afcFromHead, to))
}

// closeFile closes a file. The result is ignored because the connection is closed next.
func (r *reports) closeFile(ctx context.Context, file uint64) {
	r.succeed(ctx, afcClose, words(file))
}

// succeed sends a request that is answered by a status.
func (r *reports) succeed(ctx context.Context, operation uint64, body []byte) error {
	status, err := r.request(ctx, operation, body, afcStatus)
	if err != nil {
		return err
	}
	if len(status) >= 8 && binary.LittleEndian.Uint64(status) == 0 {
		return nil
	}
	return afcError(status)
}

// info returns the file attributes reported by the device.
func (r *reports) info(ctx context.Context, path string) (map[string]string, error) {
	data, err := r.ask(ctx, afcFileInfo, path)
	if err != nil {
		return nil, err
	}
	fields := strings.Split(string(data), "\x00")
	info := map[string]string{}
	for i := 0; i+1 < len(fields); i += 2 {
		info[fields[i]] = fields[i+1]
	}
	return info, nil
}
