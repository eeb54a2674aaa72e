package mobilebackup

import (
	"cmp"
	"context"

	"github.com/backupdoctor/backupdoctor/device"
)

// status responds to one message.
func (r *run) status(failure error, payload any) error {
	text := nothing
	if failure != nil {
		r.Folder.note(failure)
		text = wordsOf(failure)
	}
	return r.send(statusResponse, statusOf(failure), text, payload)
}

// answer carries out a message and responds to it.
func (r *run) answer(ctx context.Context, m message) error {
	r.trace(false, m.name, r.summary(m))
	switch m.name {
	case downloadFiles:
		if r.enter(Looking); r.progress.Phase == Moving {
			r.enter(Checking)
		}
	case listFolder:
		r.enter(Looking)
	case uploadFiles:
		r.enter(Sending)
		r.fraction(m.number(2))
	case moveFiles, moveItems, removeFiles, removeItems:
		r.enter(Moving)
		r.fraction(m.number(3))
	}
	if r.Probe && writes(m.name) {
		return r.status(ErrProbe, nothing)
	}
	switch m.name {
	case ping:
		return r.status(nil, nothing)
	case freeDiskSpace:
		return r.free()
	case purgeDiskSpace:
		return r.purge(m)
	case uploadFiles:
		return r.upload()
	case downloadFiles:
		return r.download(ctx, m)
	case listFolder:
		return r.contents(m)
	default:
		return r.change(m)
	}
}

// writes reports whether a message changes the folder.
func writes(name string) bool {
	switch name {
	case uploadFiles, createDirectory, moveFiles, moveItems, removeFiles, removeItems, copyItem:
		return true
	}
	return false
}

func (r *run) upload() error {
	unread, failed, err := r.Folder.receive(streamReader{r.r}, r.buffers, r.arrived)
	r.outcome.Unread = append(r.outcome.Unread, unread[:min(len(unread), maxUnread-len(r.outcome.Unread))]...)
	if err != nil {
		return err
	}
	return r.status(failed, nothing)
}

func (r *run) download(ctx context.Context, m message) error {
	paths, err := m.texts(1)
	if err != nil {
		return err
	}
	missed, err := r.Folder.send(ctx, streamWriter{r.w}, paths)
	if err != nil {
		return err
	}
	if len(missed) > 0 {
		return r.send(statusResponse, statusSeveral, "Multi status", missed)
	}
	return r.status(nil, map[string]any{})
}

func (r *run) contents(m message) error {
	asked, err := m.text(1)
	if err != nil {
		return err
	}
	name, err := cleanPath(asked)
	if err != nil {
		return err
	}
	entries, err := r.Folder.list(name)
	if err != nil {
		return r.status(err, nothing)
	}
	list := make(map[string]any, len(entries))
	for name, e := range entries {
		list[name] = map[string]any{"DLFileType": e.kind, "DLFileSize": e.size, "DLFileModificationDate": e.modified}
	}
	return r.status(nil, list)
}

// change carries out a message that changes the folder in a single step.
func (r *run) change(m message) error {
	failed, err := r.changed(m)
	if err != nil {
		return err
	}
	return r.status(failed, map[string]any{})
}

func (r *run) changed(m message) (failed, err error) {
	switch m.name {
	case createDirectory:
		return r.each([]string{m.textOr(1)}, r.Folder.makeFolder)
	case removeFiles, removeItems:
		paths, err := m.texts(1)
		if err != nil {
			return nil, err
		}
		return r.each(paths, r.Folder.remove)
	case moveFiles, moveItems:
		moves := m.dict(1)
		if moves == nil {
			return nil, device.WrongType
		}
		for from := range moves {
			to, err := moves.Text(from)
			if err != nil {
				return nil, err
			}
			if failed, err := r.pair(from, to, r.Folder.move); failed != nil || err != nil {
				return failed, err
			}
		}
		return nil, nil
	case copyItem:
		return r.pair(m.textOr(1), m.textOr(2), r.Folder.copy)
	default:
		return errUnknown, nil
	}
}

// textOr returns a string argument, or "" for anything else.
func (m message) textOr(number int) string {
	text, _ := m.text(number)
	return text
}

// each calls do for each path until it fails.
func (r *run) each(paths []string, do func(name string) error) (failed, err error) {
	for _, path := range paths {
		name, err := cleanPath(path)
		if err != nil {
			return nil, err
		}
		if failed := do(name); failed != nil {
			return failed, nil
		}
	}
	return nil, nil
}

// pair calls do with two paths.
func (r *run) pair(from, to string, do func(from, to string) error) (failed, err error) {
	source, errFrom := cleanPath(from)
	target, errTo := cleanPath(to)
	if err := cmp.Or(errFrom, errTo); err != nil {
		return nil, err
	}
	return do(source, target), nil
}
