package sysdiagnose

import (
	"cmp"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A reading is the state of reading one archive.
type reading struct {
	archive       Archive
	isSysdiagnose bool            // has shown a sign of being one
	seen          map[string]bool // paths of the files that were read
	zone          *time.Location  // of the device; nil if not known yet
	crashes       []string        // names of crash reports
}

func newReading(path string) *reading {
	r := &reading{seen: map[string]bool{}}
	r.archive.History = device.History{Source: "sysdiagnose", Origin: path}
	return r
}

// stamp is in the name of every archive and of its top-level folder:
// sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90.
var stamp = regexp.MustCompile(`sysdiagnose_(\d{4}\.\d\d\.\d\d_\d\d-\d\d-\d\d[+-]\d{4})`)

// dateBy takes the time and zone from a name that has them, unless they are already known.
func (r *reading) dateBy(name string) bool {
	found := stamp.FindStringSubmatch(name)
	if found == nil {
		return false
	}
	at, err := time.Parse("2006.01.02_15-04-05-0700", found[1])
	if err != nil {
		return false
	}
	r.isSysdiagnose = true
	if r.zone == nil {
		_, offset := at.Zone()
		r.zone = time.FixedZone("", offset)
		r.archive.History.AsOf = device.Known(at.UTC())
	}
	return true
}

// below returns the path of a member relative to the top-level folder.
func (r *reading) below(name string) string {
	elements := strings.Split(path.Clean(name), "/")
	for i, element := range elements {
		if strings.Contains(element, "sysdiagnose_") && r.dateBy(element) {
			return path.Join(elements[i+1:]...)
		}
	}
	return path.Join(elements[min(1, len(elements)-1):]...)
}

// crashFolder holds the crash reports, some in subfolders once they have been submitted.
const crashFolder = "crashes_and_spins/"

// read reads a member if it is a relevant file. An error ends the reading; a file that
// cannot be parsed is not an error.
func (r *reading) read(m member) error {
	below := r.below(m.name)
	if strings.HasPrefix(below, crashFolder) {
		r.note(path.Base(below))
		return nil
	}
	wanted, ok := fileAt(below)
	if !ok || r.seen[below] {
		return nil
	}
	r.seen[below], r.isSysdiagnose = true, true
	broken := &faulty{Reader: m.Reader}
	m.Reader = broken
	err := wanted.read(r, m)
	if broken.err != nil {
		err = reasonFor(broken.err)
	}
	if err != nil {
		wanted.unknown(r, err)
	}
	if broken.err != nil {
		return err
	}
	return nil
}

// A faulty reader records the error that kept it from being read to its end.
type faulty struct {
	io.Reader
	err error
}

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// note keeps the name of a crash report that is relevant to backups.
func (r *reading) note(name string) {
	if _, ok := device.ParseCrash(name, time.UTC); ok && len(r.crashes) < maxCrashes {
		r.crashes = append(r.crashes, name)
	}
}

// dateByFolder takes the time and zone from the name of the folder with an unpacked
// archive, if none of its files has them. The name alone does not make it an archive.
func (r *reading) dateByFolder(path string) {
	if r.isSysdiagnose && r.zone == nil {
		r.dateBy(filepath.Base(path))
	}
}

// finish records why the remaining facts are unknown: the archive has no such file, or
// reading ended before it.
func (r *reading) finish() {
	h := &r.archive.History
	why := error(device.Absent)
	if h.Ended != (device.Gap{}) {
		why = h.Ended
	}
	for path, file := range files {
		if !r.seen[path] {
			file.unknown(r, why)
		}
	}
	if r.zone == nil {
		h.AsOf = device.Unknown[time.Time](why)
	}
	h.Crashes = r.datedCrashes(why)
	id := &r.archive.Device
	for _, fact := range []*device.Fact[string]{&id.Name, &id.Class, &id.ProductType, &id.ProductVersion, &id.BuildVersion} {
		unknown(fact, why)
	}
}

// datedCrashes returns the crash reports, newest first. The times in their names are in the
// device's zone. Only a complete archive can show that there are none.
func (r *reading) datedCrashes(why error) device.Fact[[]device.Crash] {
	broken := r.archive.History.Ended != (device.Gap{})
	switch {
	case r.zone == nil:
		return device.Unknown[[]device.Crash](device.Absent)
	case len(r.crashes) == 0 && broken:
		return device.Unknown[[]device.Crash](why)
	}
	crashes := []device.Crash{}
	for _, name := range r.crashes {
		if crash, ok := device.ParseCrash(name, r.zone); ok {
			crashes = append(crashes, crash)
		}
	}
	slices.SortFunc(crashes, func(a, b device.Crash) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Process, b.Process))
	})
	return device.Known(slices.Compact(crashes))
}

// unknown records a reason, unless the fact is known from another file.
func unknown[T any](fact *device.Fact[T], why error) {
	if _, err := fact.Get(); err != nil {
		*fact = device.Unknown[T](why)
	}
}

// learn records a value, unless the fact is known from another file.
func learn[T any](fact *device.Fact[T], value T) {
	if _, err := fact.Get(); err != nil {
		*fact = device.Known(value)
	}
}
