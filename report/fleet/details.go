package fleet

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// dictionary1 is the JSON of two reports. Most of a report is titles, sources and steps that
// stand in many others: with them at hand one takes a quarter of the room. It is never
// changed, or what was packed with it is lost; a better one gets the next number.
//
//go:embed dictionary1.json
var dictionary1 []byte

const dictionaryNumber1 = 1

var packer = sync.OnceValue(func() *zstd.Encoder {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(dictionaryNumber1, dictionary1), zstd.WithEncoderConcurrency(1))
	if err != nil { // the options are constants
		panic(err)
	}
	return encoder
})

var unpacker = sync.OnceValue(func() *zstd.Decoder {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryNumber1, dictionary1),
		zstd.WithDecoderMaxMemory(maxJSON), zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	return decoder
})

func pack(document []byte) []byte { return packer().EncodeAll(document, nil) }

func unpack(packed []byte) ([]byte, error) {
	document, err := unpacker().DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpacking a report: %w", err)
	}
	return document, nil
}
