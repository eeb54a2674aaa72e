package mobilebackup

import (
	"errors"
)

// move replaces the old files with those just sent.
func (r *run) move() error {
	if err := r.enter("moving", 93); err != nil {
		return err
	}
	var names []string
	for _, record := range r.now.records {
		if record.inSnapshot {
			names = append(names, record.id)
		}
	}
	if err := r.moveFiles(names); err != nil {
		return err
	}
	return r.moveItems(map[string]any{
		r.path("Snapshot/Manifest.plist"): r.path("Manifest.plist"),
		r.path("Snapshot/Manifest.db"):    r.path("Manifest.db"),
	})
}

// moveFiles moves files from Snapshot into the backup.
func (s *session) moveFiles(names []string) error {
	for done := 0; done < len(names); done += batchSize {
		moves := map[string]any{}
		for _, name := range names[done:min(done+batchSize, len(names))] {
			place := name[:2] + "/" + name
			moves[s.path("Snapshot/"+place)] = s.path(place)
		}
		if err := s.moveItems(moves); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) moveItems(moves map[string]any) error {
	_, err := s.ask("DLMessageMoveItems", moves, map[string]any{}, 95.0)
	return writing(err)
}

// remove removes files that are no longer part of the backup.
func (r *run) remove() error {
	r.status.BackupState = "new"
	if err := r.enter("removing", 97); err != nil {
		return err
	}
	there := map[string]int64{}
	if r.base == nil || r.remains {
		var err error
		if there, err = r.listAll(""); err != nil {
			return err
		}
	}
	for id, record := range r.base {
		if record.Kind == Regular {
			there[id] = record.stored()
		}
	}
	for _, record := range r.now.records {
		if record.Kind == Regular {
			delete(there, record.id)
		}
	}
	var paths []any
	for name := range there {
		paths = append(paths, r.path(name[:min(2, len(name))]+"/"+name))
	}
	for done := 0; done < len(paths); done += batchSize {
		if err := r.removeItems(paths[done:min(done+batchSize, len(paths))]); err != nil {
			return err
		}
	}
	return r.removeItems([]any{r.path("Snapshot"), r.path("Manifest.mbdx")})
}

func (s *session) removeItems(paths []any) error {
	_, err := s.ask("DLMessageRemoveItems", paths, map[string]any{}, 98.0)
	if answered := (*hostError)(nil); errors.As(err, &answered) && (answered.code == hostNotFound || answered.code == hostMulti) {
		return nil
	}
	return writing(err)
}

// finish marks the backup as complete.
func (r *run) finish() error {
	if err := r.enter("finished", 99); err != nil || r.old == "" {
		return err
	}
	return r.removeItems([]any{r.old})
}

// check verifies that everything in the manifest is on the host.
func (r *run) check() error {
	if _, err := r.download("Status.plist"); err != nil {
		return reading(err)
	}
	made, err := r.readBackup()
	if err != nil {
		return err
	}
	there, err := r.listAll("")
	if err != nil {
		return err
	}
	for id, record := range made.byID() {
		if _, ok := there[id]; !ok && record.Kind == Regular {
			return &Failure{205, "Manifest references files not in backup"}
		}
	}
	r.agent.mu.Lock()
	defer r.agent.mu.Unlock()
	r.agent.finished = r.Now
	return nil
}
