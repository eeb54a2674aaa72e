package sim

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"howett.net/plist"
)

// archiveFolder is where sysdiagnose puts its archives, relative to the crash report folder.
const archiveFolder = "/DiagnosticLogs/sysdiagnose"

// loadMembers reads the files of a device's sysdiagnose, by path; nil if it has none.
func loadMembers(folder fs.FS) (map[string][]byte, error) {
	const root = "sysdiagnose"
	var members map[string][]byte
	err := fs.WalkDir(folder, root, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".plist") {
			var value any
			if _, err := plist.Unmarshal(data, &value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if members == nil {
			members = map[string][]byte{}
		}
		members[strings.TrimPrefix(name, root+"/")] = data
		return nil
	})
	return members, err
}

// addSysdiagnose packs the device's sysdiagnose files, if any, into an archive dated RecordedAt. The
// dates in the files are shifted by age.
func (d *Device) addSysdiagnose(age time.Duration) error {
	if d.members == nil {
		return nil
	}
	members := map[string][]byte{}
	for name, data := range d.members {
		if !strings.HasSuffix(name, ".plist") {
			members[name] = laterShutdowns(data, age)
			continue
		}
		moved, err := laterPlist(data, age)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		members[name] = moved
	}
	root := d.values[""]
	members["remotectl_dumpstate.txt"] = fmt.Appendf(nil,
		"Local device\n\tUUID: 00000000-0000-0000-0000-000000000000\n\tProperties: {\n"+
			"\t\tUniqueDeviceID => %v\n\t\tProductType => %v\n\t\tDeviceClass => %v\n\t\tOSVersion => %v\n\t\tBuildVersion => %v\n\t}\n",
		root["UniqueDeviceID"], root["ProductType"], root["DeviceClass"], root["ProductVersion"], root["BuildVersion"])
	name := fmt.Sprintf("sysdiagnose_%s_iPhone-OS_%v_%v", d.RecordedAt.Format("2006.01.02_15-04-05-0700"), root["DeviceClass"], root["BuildVersion"])
	archive, err := pack(name, members)
	if err != nil {
		return err
	}
	d.Archives = maps.Clone(d.Archives)
	if d.Archives == nil {
		d.Archives = map[string][]byte{}
	}
	d.Archives[name+".tar.gz"] = archive
	return nil
}

// pack creates an archive with the files in one folder.
func pack(folder string, members map[string][]byte) ([]byte, error) {
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	list := tar.NewWriter(compressed)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		header := &tar.Header{Name: path.Join(folder, name), Mode: 0o644, Size: int64(len(members[name])), Typeflag: tar.TypeReg}
		if err := list.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := list.Write(members[name]); err != nil {
			return nil, err
		}
	}
	err := errors.Join(list.Close(), compressed.Close())
	return archive.Bytes(), err
}

// laterPlist shifts every date in a property list, including dates within strings.
func laterPlist(data []byte, age time.Duration) ([]byte, error) {
	var value any
	if _, err := plist.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	return plist.Marshal(laterValue(value, age), plist.BinaryFormat)
}

func laterValue(value any, age time.Duration) any {
	switch value := value.(type) {
	case time.Time:
		return value.Add(age)
	case string:
		return laterEvent(value, age)
	case []any:
		for i := range value {
			value[i] = laterValue(value[i], age)
		}
	case dict:
		for key := range value {
			value[key] = laterValue(value[key], age)
		}
	}
	return value
}

// eventStart matches the date at the start of a LastOnConditionEvents entry.
var eventStart = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d`)

func laterEvent(text string, age time.Duration) string {
	const form = "2006-01-02T15:04:05.000-07:00"
	return eventStart.ReplaceAllStringFunc(text, func(start string) string {
		at, err := time.Parse(form, start)
		if err != nil {
			return start
		}
		return at.Add(age).Format(form)
	})
}

// shutdownTime matches the time of a shutdown in shutdown.log.
var shutdownTime = regexp.MustCompile(`SIGTERM: \[(\d+)\]`)

func laterShutdowns(data []byte, age time.Duration) []byte {
	return shutdownTime.ReplaceAllFunc(data, func(line []byte) []byte {
		seconds, err := strconv.ParseInt(string(shutdownTime.FindSubmatch(line)[1]), 10, 64)
		if err != nil {
			return line
		}
		return fmt.Appendf(nil, "SIGTERM: [%d]", seconds+int64(age/time.Second))
	})
}

// archives returns what the archive folder contains on this connection. Up to ArchivesAfter
// connections, that is nothing on the first, and then the folder of an archive in progress.
func (p *plugged) archives() map[string][]byte {
	p.mu.Lock()
	p.visits++
	visits := p.visits
	p.mu.Unlock()
	shown := map[string][]byte{}
	for name, archive := range p.Archives {
		switch {
		case visits > p.ArchivesAfter:
			shown[path.Join(archiveFolder, name)] = archive
		case visits > 1:
			shown[path.Join(archiveFolder, "IN_PROGRESS_"+strings.TrimSuffix(name, ".tar.gz")+".tmp")+"/"] = nil
		}
	}
	return shown
}
