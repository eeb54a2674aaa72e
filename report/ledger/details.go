package ledger

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// packWindow is how far back a packed report may refer, in bytes. It holds the report of one device,
// and an encoder that allocates more takes several times as long for its first report, as does one of
// a higher level, which packs a report to 1 % less.
const packWindow = 128 << 10

var packer = sync.OnceValue(func() *zstd.Encoder {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(packWindow), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil { // cannot fail: the options are constant
		panic(err)
	}
	return encoder
})

var unpacker = sync.OnceValue(func() *zstd.Decoder {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxDetail), zstd.WithDecoderConcurrency(1))
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
