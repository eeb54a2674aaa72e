package backuplog

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine is the number of bytes read of one line of a file. The rest is skipped.
const maxLine = 64 << 10

// Read adds a saved log in any format that [ParseLine] supports to l. A line in no known
// format continues the previous message. known is the number of lines in a known format; if
// it is 0, the file is not a log.
func Read(r io.Reader, calendar Calendar, l *Log) (known uint64, err error) {
	lines := bufio.NewReaderSize(r, maxLine)
	var pending Line
	for {
		text, err := readLine(lines)
		if err != nil {
			l.Add(pending)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return known, err
		}
		line, ok := ParseLine(text, calendar)
		if !ok {
			pending.Text = Cut(pending.Text + " " + text)
			continue
		}
		l.Add(pending)
		pending = line
		known++
	}
}

// readLine returns a line without its line ending, truncated if it is too long. Its error
// is the reader's, once there is nothing left to read.
func readLine(r *bufio.Reader) (string, error) {
	text, err := r.ReadSlice('\n')
	if err != nil && len(text) == 0 {
		return "", err
	}
	line := string(bytes.Trim(text, "\r\n\x00"))
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	return line, nil
}
