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

// AppleURL is where Apple publishes its list of releases.
const AppleURL = "https://gdmf.apple.com/v2/pmv"

// maxBytes limits what is read from a file or a URL. Apple's list has 120 kB.
const maxBytes = 8 << 20

// leastModels is the least number of models in a complete list. Apple's listed 145 in the
// summer of 2026; a truncated one has fewer.
const leastModels = 100

// Load returns the newer of the built-in table and the copy that Update wrote to path, and
// prefers the copy if both are equally old. A missing copy is not an error. If the copy
// cannot be used, Load returns the built-in table and the error.
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

// Update reads Apple's list from a file or an https URL, or from AppleURL if from is "",
// and writes the resulting table to path, creating its folder. A list that is too short to
// be complete, or older than the built-in table, is rejected, and the existing copy is
// kept. A list from a URL is dated today; one from a file has the date of its newest
// release.
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
		return Table{}, fmt.Errorf("%s is of %s, older than the built-in table of %s", from, day(table.Date), day(builtIn.Date))
	}
	if err := table.Save(path); err != nil {
		return Table{}, fmt.Errorf("writing the table of releases: %w", err)
	}
	table.Source = SourceUpdated
	return table, nil
}

// read returns the table at a URL or in a file.
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

// Save writes the table to path atomically.
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

// readBounded reads all of r, up to maxBytes.
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
