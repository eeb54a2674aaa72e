package releases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// AppleURL is where Apple publishes what it offers.
const AppleURL = "https://gdmf.apple.com/v2/pmv"

// maxBytes bounds what is read from a file or an address. Apple's answer has 120 kB.
const maxBytes = 8 << 20

// leastModels is how many models a list must know to be believed: Apple's knew 145 in the
// summer of 2026, and one that broke off knows fewer.
const leastModels = 100

// Load returns the newer of the built-in table and the copy that Update wrote to path; of
// two that are equally old, the copy. No copy is no error. If there is one and it cannot be
// used, Load returns the built-in table together with the reason.
func Load(builtIn Table, path string) (Table, error) {
	table := builtIn
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return table, nil
	}
	if err != nil {
		return table, fmt.Errorf("the updated table of releases is not used: %w", err)
	}
	defer file.Close()
	data, err := readBounded(file)
	if err != nil {
		return table, fmt.Errorf("the updated table of releases is not used: %s: %w", path, err)
	}
	updated, err := decode(data)
	if err != nil {
		return table, fmt.Errorf("the updated table of releases is not used: %s: %w", path, err)
	}
	if updated.Date.Before(table.Date) {
		return table, nil
	}
	updated.Source = SourceUpdated
	return updated, nil
}

// Update reads Apple's answer from a file or an https address, or from AppleURL if from is
// "", and writes the table made of it to path, creating its folder. What is shorter than
// Apple's list can be, or older than the built-in table, is refused, and the copy that was
// there stays. A list from an address is dated today, one from a file by its newest posting.
func Update(ctx context.Context, builtIn Table, from, path string) (Table, error) {
	if from == "" {
		from = AppleURL
	}
	table, err := read(ctx, transportFor(from), from)
	if err != nil {
		return Table{}, err
	}
	if models := table.Models(); models < leastModels {
		return Table{}, fmt.Errorf("%s lists %d models, and Apple's list has at least %d: it is not complete", from, models, leastModels)
	}
	if table.Date.Before(builtIn.Date) {
		return Table{}, fmt.Errorf("%s is of %s, older than the table of %s that is built in", from, day(table.Date), day(builtIn.Date))
	}
	if err := table.Save(path); err != nil {
		return Table{}, fmt.Errorf("writing the table of releases: %w", err)
	}
	table.Source = SourceUpdated
	return table, nil
}

// read makes a table of what is at an address or in a file.
func read(ctx context.Context, transport http.RoundTripper, from string) (Table, error) {
	if !strings.Contains(from, "://") {
		return readFile(from)
	}
	data, err := fetch(ctx, transport, from)
	if err != nil {
		return Table{}, err
	}
	table, err := Parse(data)
	if err != nil {
		return Table{}, fmt.Errorf("%s: %w", from, err)
	}
	table.Date = time.Now().UTC().Truncate(24 * time.Hour)
	return table, nil
}

func readFile(name string) (Table, error) {
	file, err := os.Open(name)
	if err != nil {
		return Table{}, err
	}
	defer file.Close()
	data, err := readBounded(file)
	if err != nil {
		return Table{}, fmt.Errorf("%s: %w", name, err)
	}
	table, err := Parse(data)
	if err != nil {
		return Table{}, fmt.Errorf("%s: %w", name, err)
	}
	return table, nil
}

// Save writes the table to path, all of it or nothing.
func (t Table) Save(path string) error {
	data, err := t.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return wholefile.WriteBytes(path, data)
}

// readBounded reads all there is, as long as it is not more than a list can be.
func readBounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxBytes {
		return nil, fmt.Errorf("it is larger than %d MiB", maxBytes>>20)
	}
	return data, nil
}

func day(t time.Time) string { return t.Format(time.DateOnly) }
