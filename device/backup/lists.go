package backup

import (
	"errors"
	"io/fs"
)

// Lists are the property lists of a backup as [ReadLists] found them. A verification decodes those
// again that have changed since.
type Lists struct {
	status     status
	info       info
	properties properties
	marks      [3]mark // in the order of listNames, from before they were read
}

var listNames = [3]string{statusName, infoName, propertiesName}

func readLists(top blobDirectory) *Lists {
	l := &Lists{}
	for i, name := range listNames {
		l.marks[i] = markOf(top, name)
	}
	l.status, l.info, l.properties = readStatus(top), readInfo(top), readProperties(top)
	return l
}

// Size estimates the memory that the lists take, in bytes.
func (l *Lists) Size() int64 {
	const fields, text = 1300, 64 // a text has 16 bytes besides its letters
	apps := len(l.info.apps) + len(l.properties.apps)
	return int64(fields + apps*text + len(l.properties.keybag) + len(l.properties.manifestKey))
}

// lists returns the property lists of a folder whose files have these marks.
func (v *verification) lists(now marks) (status, info, properties) {
	same := func(i int) bool {
		mark := now.of(listNames[i])
		return v.options.Lists != nil && mark.err == nil && v.options.Lists.marks[i] == mark
	}
	if same(0) && same(1) && same(2) {
		return v.options.Lists.status, v.options.Lists.info, v.options.Lists.properties
	}
	return readStatus(v.top), readInfo(v.top), readProperties(v.top)
}

// A mark is the state of a file or folder, compared to detect a change.
type mark struct {
	size     uint64
	modified int64 // Unix nanoseconds
	exists   bool
	err      error // why nothing is known; nil if it is known whether it exists
}

// marks are the marks of several names. A map of so few takes three times the memory.
type marks []namedMark

type namedMark struct {
	name string
	mark mark
}

// of returns the mark of a name; a zero mark if there is none.
func (m marks) of(name string) mark {
	for _, named := range m {
		if named.name == name {
			return named.mark
		}
	}
	return mark{}
}

func markOf(top blobDirectory, name string) mark {
	info, err := top.lstat(name)
	switch {
	case err == nil:
		return mark{size: info.size, modified: info.modified, exists: true}
	case errors.Is(err, fs.ErrNotExist):
		return mark{}
	default:
		return mark{err: err}
	}
}
