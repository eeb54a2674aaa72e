package history

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// maxDetail is the longest document that is kept or read, in bytes of JSON. A device has
// about 45 kB of it, and one with ruined backups some MB.
const maxDetail = 32 << 20

// pack makes a document small.
func pack(document any) ([]byte, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	if len(text) > maxDetail {
		return nil, fmt.Errorf("what was found is too long for the history: %d MiB", len(text)>>20)
	}
	return packBytes(text)
}

// compressors are reused: a new one clears several times the memory of what it compresses, and
// each device waits for it before it is shown.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the only error is of the level
	return w
}}

func packBytes(text []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&packed)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// unpack reads what pack made, or what somebody else put in its place.
func unpack(packed []byte, document any) error {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxDetail+1))
	if err != nil {
		return err
	}
	if len(text) > maxDetail {
		return fmt.Errorf("it is longer than %d MiB", maxDetail>>20)
	}
	return json.Unmarshal(text, document)
}
