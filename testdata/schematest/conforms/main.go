// Command conforms reads JSON documents from stdin, and fails if one violates the schema of its
// kind.
//
// It is a separate program because loading the library takes longer than starting backupdoctor,
// which the tests of the commands do hundreds of times with their own test binary.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
)

func main() {
	log.SetFlags(0)
	if err := check(os.Stdin); err != nil {
		log.Fatal(err)
	}
}

func check(r io.Reader) error {
	var failures error
	decoder := json.NewDecoder(r)
	for n := 1; ; n++ {
		var document json.RawMessage
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return failures
		} else if err != nil {
			return errors.Join(failures, err)
		}
		var header report.Header
		err := json.Unmarshal(document, &header)
		if err == nil {
			err = schematest.Check(header.Kind, document)
		}
		if err != nil {
			failures = errors.Join(failures, fmt.Errorf("document %d, a %q: %w\n%.200s", n, header.Kind, err, document))
		}
	}
}
