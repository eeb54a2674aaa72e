package backuplog

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine is how much of one line of a file is looked at, in bytes. The rest of a longer
// one is passed over.
const maxLine = 64 << 10

// Read adds a saved log to l, in whatever form [ParseLine] knows. A line that it does not
// know belongs to the message before it: long ones go over several lines. known is how
// many lines had a form that is known; if none has, this is no log.
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

// readLine reads a line without its end, or the beginning of one that is too long. Its
// error is that of a reader with nothing more to read.
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
