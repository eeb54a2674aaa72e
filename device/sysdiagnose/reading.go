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

// A reading is one archive as far as it was read.
type reading struct {
	archive       Archive
	isSysdiagnose bool            // it has shown a sign of being one
	seen          map[string]bool // the files that were read, by their paths
	zone          *time.Location  // of the device; nil while it is not known
	crashes       []string        // names of reports
}

func newReading(path string) *reading {
	r := &reading{seen: map[string]bool{}}
	r.archive.History = device.History{Source: "sysdiagnose", Origin: path}
	return r
}

// stamp is in the name of every archive, and of the folder that everything in it lies in:
// sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90.
var stamp = regexp.MustCompile(`sysdiagnose_(\d{4}\.\d\d\.\d\d_\d\d-\d\d-\d\d[+-]\d{4})`)

// dateBy takes the time and the zone in a name, if they are there and not known yet.
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

// below is the path of a member below the folder that everything lies in.
func (r *reading) below(name string) string {
	elements := strings.Split(path.Clean(name), "/")
	for i, element := range elements {
		if strings.Contains(element, "sysdiagnose_") && r.dateBy(element) {
			return path.Join(elements[i+1:]...)
		}
	}
	return path.Join(elements[min(1, len(elements)-1):]...)
}

// crashFolder holds the crash reports, in folders of their own where they were sent on.
const crashFolder = "crashes_and_spins/"

// read reads a member if it is one of the listed files. Its error ends the reading: one
// file that cannot be understood does not.
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

// A faulty reader remembers why it could not be read to its end.
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

// note keeps the name of a crash report that bears on backups.
func (r *reading) note(name string) {
	if _, ok := device.ParseCrash(name, time.UTC); ok && len(r.crashes) < maxCrashes {
		r.crashes = append(r.crashes, name)
	}
}

// dateByFolder takes the time and the zone in the name of a folder that an archive was
// unpacked into, where nothing within tells. The name is no sign that it is an archive.
func (r *reading) dateByFolder(path string) {
	if r.isSysdiagnose && r.zone == nil {
		r.dateBy(filepath.Base(path))
	}
}

// finish says of everything that was not met why it is not known: there is no such file,
// or the reading ended before it.
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

// datedCrashes are the crash reports, newest first. Their names tell the time in the
// device's zone. That there are none can only be told at the end of an archive.
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

// unknown gives a fact a reason, unless it is known from another file.
func unknown[T any](fact *device.Fact[T], why error) {
	if _, err := fact.Get(); err != nil {
		*fact = device.Unknown[T](why)
	}
}

// learn keeps a value, unless one is known from another file.
func learn[T any](fact *device.Fact[T], value T) {
	if _, err := fact.Get(); err != nil {
		*fact = device.Known(value)
	}
}
