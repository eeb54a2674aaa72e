package library

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path"
)

// compile writes the received records of the files in the backup, in order.
func (p *Partial) compile() error {
	file, err := p.device.root.OpenFile(path.Join(partialName, receivedName), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 64<<10)
	err = sorted(p.log, p.temporary, func(some []Received) error {
		for prefix, group := range byPrefix(some) {
			if err := p.compileGroup(out, prefix, group); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// compileGroup writes the records of the files that exist in one folder. Backups of iOS 9 and
// earlier have no such folders.
func (p *Partial) compileGroup(out io.Writer, prefix string, group []Received) error {
	backup := path.Join(partialName, p.device.UDID)
	names, err := namesIn(p.device.root, path.Join(backup, prefix))
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, name := range names {
		there[name] = true
	}
	for _, r := range group {
		id := r.ID.String()
		if !there[id] {
			if _, err := p.device.root.Lstat(path.Join(backup, id)); err != nil {
				continue
			}
		}
		if _, err := out.Write(r.append(nil)); err != nil {
			return err
		}
	}
	return nil
}

// byPrefix splits sorted records by the folder of their files.
func byPrefix(some []Received) func(yield func(string, []Received) bool) {
	return func(yield func(string, []Received) bool) {
		for len(some) > 0 {
			n := 1
			for n < len(some) && some[n].ID[0] == some[0].ID[0] {
				n++
			}
			if !yield(some[0].ID.String()[:2], some[:n]) {
				return
			}
			some = some[n:]
		}
	}
}
