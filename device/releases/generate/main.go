// Command generate writes the table that is embedded in the program, from a saved copy of
// Apple's list. It runs when preparing a release of backupdoctor, never on a user's
// computer:
//
//	go run ./device/releases/generate -from pmv.json -out device/releases/table.json
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/backupdoctor/backupdoctor/device/releases"
)

func main() {
	from := flag.String("from", "", "file with Apple's answer")
	out := flag.String("out", "table.json", "file to write")
	flag.Parse()
	if err := generate(*from, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(from, out string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	table, err := releases.Parse(data)
	if err != nil {
		return err
	}
	return table.Save(out)
}
