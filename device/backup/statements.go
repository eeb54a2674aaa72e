package backup

import (
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
)

// statements collects what was shown about a backup. It is safe for concurrent use. Refuted
// outweighs left open, and left open outweighs shown; a statement without any result stays
// open, so a skipped step never counts as a success.
type statements struct {
	mu  sync.Mutex
	all []device.Statement // in the order of [device.StatementIDs]; nil until one is marked
}

func (s *statements) of(id device.StatementID) *device.Statement {
	if s.all == nil {
		s.all = make([]device.Statement, len(device.StatementIDs))
		for i, id := range device.StatementIDs {
			s.all[i].ID = id
		}
	}
	return &s.all[slices.Index(device.StatementIDs, id)]
}

// show marks a statement as shown true, unless it is refuted or left open.
func (s *statements) show(id device.StatementID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if statement := s.of(id); statement.Shown == "" {
		statement.Shown = device.ShownTrue
	}
}

// skip marks a statement as not requested, with the reason.
func (s *statements) skip(id device.StatementID, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if statement := s.of(id); statement.Shown == "" {
		statement.Shown, statement.Detail = device.NotLookedAt, why
	}
}

// mark marks a statement as refuted or left open by a mode.
func (s *statements) mark(id device.StatementID, shown device.Shown, mode *Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.markID(id, shown, mode.ID)
}

func (s *statements) markID(id device.StatementID, shown device.Shown, mode string) {
	statement := s.of(id)
	switch {
	case statement.Shown == device.NotLookedAt && shown == device.ShownNeither:
		return // not requested
	case statement.Shown != device.ShownFalse:
		statement.Shown = shown
	}
	statement.Detail = ""
	if !slices.Contains(statement.Faults, mode) {
		statement.Faults = append(statement.Faults, mode)
	}
}

// replace substitutes one mode for another after a rename.
func (s *statements) replace(from, to *Mode) {
	for _, statement := range s.all {
		for i, mode := range statement.Faults {
			if mode == from.ID {
				statement.Faults[i] = to.ID
			}
		}
	}
}

// leaveRest marks all statements without a result as left open by a mode, except those that are
// always judged at the end.
func (s *statements) leaveRest(mode *Mode) {
	for _, id := range device.StatementIDs {
		if id == device.StatementUnchanged {
			continue
		}
		s.mu.Lock()
		unsaid := s.of(id).Shown == ""
		s.mu.Unlock()
		if unsaid {
			s.mark(id, device.ShownNeither, mode)
		}
	}
}

// withdraw leaves every statement that was looked at open, for one reason.
func (s *statements) withdraw(mode *Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range device.StatementIDs {
		if statement := s.of(id); statement.Shown != device.NotLookedAt {
			*statement = device.Statement{ID: id, Shown: device.ShownNeither, Faults: []string{mode.ID}}
		}
	}
}

// leaveWith leaves statements open for the reason that refutes another one: nothing is shown
// about the bytes of a missing file.
func (s *statements) leaveWith(cause device.StatementID, open ...device.StatementID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, mode := range slices.Clone(s.of(cause).Faults) {
		for _, id := range open {
			s.markID(id, device.ShownNeither, mode)
		}
	}
}

// count records for how many items a statement was shown.
func (s *statements) count(id device.StatementID, count, of uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	statement := s.of(id)
	statement.Count, statement.Of = count, of
}

// list returns every statement, in order. No statement may be marked afterwards.
func (s *statements) list() []device.Statement {
	for _, id := range device.StatementIDs {
		statement := s.of(id)
		if statement.Shown == "" {
			statement.Shown = device.ShownNeither
		}
		slices.Sort(statement.Faults)
	}
	return s.all
}

// refute records a fault of the backup as a whole that makes a statement false.
func (v *verification) refute(id device.StatementID, mode *Mode, detail string) {
	v.faults.add(mode, detail)
	v.statements.mark(id, device.ShownFalse, mode)
}

// leaveOpen records a fault of the backup as a whole that keeps a statement from being shown.
func (v *verification) leaveOpen(id device.StatementID, mode *Mode, detail string) {
	v.faults.add(mode, detail)
	v.statements.mark(id, device.ShownNeither, mode)
}
