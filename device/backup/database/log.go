package database

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// CheckLog returns an error unless the write-ahead log of the database at path is intact and
// ends with a committed change. SQLite ignores everything after a damaged frame without an
// error.
//
// A log is rewritten from its start, so frames of an earlier round may follow; their salt is
// older. A log truncated at the end of a change is not detected.
func CheckLog(ctx context.Context, path string) error {
	file, err := os.Open(path + "-wal")
	if err != nil {
		return withoutName(err)
	}
	defer file.Close()
	return checkLog(bufio.NewReaderSize(stoppable{ctx, file}, aheadSize))
}

func checkLog(log io.Reader) error {
	var header [logHeader]byte
	if _, err := io.ReadFull(log, header[:]); err != nil {
		return brokenOff(err)
	}
	pageSize, ok := logPageSize(header[:])
	sum := logSum{order: binary.LittleEndian}
	if header[3]&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(header[:24])
	if !ok || !sum.is(header[24:]) {
		return errors.New("its log has a damaged header")
	}
	salt := header[16:24]
	frame := make([]byte, frameHeader+pageSize)
	var committed, earlier bool // the last frame ends a change; frames of an earlier round have begun
	for number := 1; ; number++ {
		_, err := io.ReadFull(log, frame)
		switch {
		case errors.Is(err, io.EOF) && committed:
			return nil
		case err != nil:
			return brokenOff(err)
		}
		next := sum
		next.add(frame[:8])
		next.add(frame[frameHeader:])
		isNext := next.is(frame[16:frameHeader]) // the sum does not cover the salt
		switch {
		case isNext && bytes.Equal(frame[8:16], salt) && !earlier:
			sum, committed = next, binary.BigEndian.Uint32(frame[4:]) != 0
		case committed && !isNext && isEarlier(frame, salt):
			earlier = true
		default:
			return fmt.Errorf("its log is damaged in frame %d", number)
		}
	}
}

// brokenOff returns the error of a log that could not be read to its end.
func brokenOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("its log ends within a change")
	}
	return withoutName(err)
}

// maxRounds is how many rounds ago a frame may have been written. SQLite starts one after it has
// merged the whole log.
const maxRounds = 1 << 20

// isEarlier reports whether a frame is of an earlier round than the one with this salt. Each round
// adds 1 to the first half of the salt, which may overflow. No page has the number 0.
func isEarlier(frame, salt []byte) bool {
	rounds := binary.BigEndian.Uint32(salt) - binary.BigEndian.Uint32(frame[8:])
	return binary.BigEndian.Uint32(frame) != 0 && rounds > 0 && rounds <= maxRounds
}

// A logSum is the checksum of a log: two sums over pairs of 32-bit numbers.
type logSum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add adds data, whose length is a multiple of 8.
func (s *logSum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.s0 += s.order.Uint32(data) + s.s1
		s.s1 += s.order.Uint32(data[4:]) + s.s0
	}
}

// is reports whether this is the sum stored in a log, which is big-endian in both orders.
func (s *logSum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == s.s0 && binary.BigEndian.Uint32(stored[4:]) == s.s1
}
