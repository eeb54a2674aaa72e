package sim

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"howett.net/plist"
)

// settings is the format of sim.plist.
type settings struct {
	Note             string
	RecordedAt       time.Time
	ClockSkewSeconds float64
	Connections      []string // default: only USB
	LocationID       uint32
	LatencySeconds   float64
	AwaySeconds      float64
	Faults           []Fault
	ArchivesAfter    int
	MuxEntry         dict
	MuxProperties    dict
	MuxWithout       []string
}

// Load reads a folder of device folders, sorted by name: those with one of the names, or all if
// there are none. Files outside a device folder are ignored. An error names the file.
//
// sim.plist has the keys Note, RecordedAt (date), ClockSkewSeconds, Connections (array of USB and
// Network), LocationID, LatencySeconds, AwaySeconds, ArchivesAfter and Faults (array of
// dictionaries with the fields of [Fault]); only RecordedAt is required. MuxEntry and
// MuxProperties set keys of the device's mux entry, outside and inside Properties; MuxWithout
// (array of strings) removes keys: DeviceID, Properties/SerialNumber.
func Load(fsys fs.FS, names ...string) ([]*Device, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var devices []*Device
	for _, entry := range entries {
		if !entry.IsDir() || len(names) > 0 && !slices.Contains(names, entry.Name()) {
			continue
		}
		folder, err := fs.Sub(fsys, entry.Name())
		if err != nil {
			return nil, err
		}
		device, err := loadDevice(folder, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("device %s: %w", entry.Name(), err)
		}
		devices = append(devices, device)
	}
	return devices, nil
}

// LoadFaults reads the faults of the mux itself from tray.plist in a folder of device folders.
// Its Faults key has the same format as in sim.plist. Without that file there are none.
func LoadFaults(fsys fs.FS) ([]Fault, error) {
	set, err := readOptional[settings](fsys, "tray.plist")
	if err != nil {
		return nil, err
	}
	for _, fault := range set.Faults {
		if !fault.Kind.ofTray() && !fault.Kind.ofReply() {
			return nil, fmt.Errorf("tray.plist: a tray has no fault %q", fault.Kind)
		}
	}
	return set.Faults, nil
}

func loadDevice(folder fs.FS, name string) (*Device, error) {
	set, err := readPlist[settings](folder, "sim.plist")
	if err != nil {
		return nil, err
	}
	if set.RecordedAt.IsZero() {
		return nil, errors.New("sim.plist: RecordedAt is missing")
	}
	for _, fault := range set.Faults {
		if !fault.Kind.ofTrust() && !fault.Kind.ofReply() && !fault.Kind.ofBackup() && !fault.Kind.ofRestart() {
			return nil, fmt.Errorf("sim.plist: a device has no fault %q", fault.Kind)
		}
	}
	d := &Device{
		Name:        name,
		Note:        set.Note,
		RecordedAt:  set.RecordedAt,
		ClockSkew:   seconds(set.ClockSkewSeconds),
		Connections: set.Connections,
		LocationID:  cmp.Or(set.LocationID, 0x14100000),
		Latency:     seconds(set.LatencySeconds),
		Away:        seconds(set.AwaySeconds),
		Faults:      set.Faults,

		ArchivesAfter: set.ArchivesAfter,
		MuxEntry:      set.MuxEntry,
		MuxProperties: set.MuxProperties,
	}
	for _, key := range set.MuxWithout {
		if within, ok := strings.CutPrefix(key, "Properties/"); ok {
			d.MuxProperties = without(d.MuxProperties, within)
		} else {
			d.MuxEntry = without(d.MuxEntry, key)
		}
	}
	if len(d.Connections) == 0 {
		d.Connections = []string{"USB"}
	}
	if d.values, err = readAll(folder, "com.*.plist"); err != nil {
		return nil, err
	}
	if d.values[""], err = readPlist[dict](folder, "root.plist"); err != nil {
		return nil, err
	}
	if d.UDID() == "" {
		return nil, errors.New("root.plist: UniqueDeviceID is missing")
	}
	if d.registry, err = readAll(folder, "ioregistry/*.plist"); err != nil {
		return nil, err
	}
	if d.management, err = readAll(folder, "mcinstall/*.plist"); err != nil {
		return nil, err
	}
	if d.crashes, err = readOptional[[]string](folder, "crashreports.plist"); err != nil {
		return nil, err
	}
	if d.apps, err = readOptional[[]dict](folder, "apps.plist"); err != nil {
		return nil, err
	}
	if d.Log, err = readOptional[[]LogStep](folder, "log.plist"); err != nil {
		return nil, err
	}
	if d.Person, err = loadPerson(folder); err != nil {
		return nil, err
	}
	if d.members, err = loadMembers(folder); err != nil {
		return nil, err
	}
	if err := d.loadBackup(folder); err != nil {
		return nil, err
	}
	return d, nil
}

// loadPerson reads what a person does with the device: nothing if the file is missing.
func loadPerson(folder fs.FS) (Person, error) {
	const name = "person.txt"
	text, err := fs.ReadFile(folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	person, err := ParsePerson(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return person, nil
}

// without adds the removal of a key to the changes of an entry.
func without(changes dict, key string) dict {
	if changes == nil {
		changes = dict{}
	}
	changes[key] = nil
	return changes
}

// readAll reads every file that matches the pattern. The keys are the file names without .plist.
func readAll(folder fs.FS, pattern string) (map[string]dict, error) {
	names, err := fs.Glob(folder, pattern)
	if err != nil {
		return nil, err
	}
	all := make(map[string]dict, len(names)+1)
	for _, name := range names {
		values, err := readPlist[dict](folder, name)
		if err != nil {
			return nil, err
		}
		all[strings.TrimSuffix(path.Base(name), ".plist")] = values
	}
	return all, nil
}

// readOptional is like readPlist but returns the zero value if the file does not exist.
func readOptional[T any](folder fs.FS, name string) (T, error) {
	value, err := readPlist[T](folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return value, nil
	}
	return value, err
}

func readPlist[T any](folder fs.FS, name string) (T, error) {
	var value T
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return value, err
	}
	if _, err := plist.Unmarshal(data, &value); err != nil {
		return value, fmt.Errorf("%s: %w", name, err)
	}
	return value, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
