package backup

import (
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
)

// statements collects what was shown of a backup. It may be used by several goroutines.
// Refuted outweighs left open, and left open outweighs shown; what nothing was said of
// stays open, so a step that was skipped can never pass for one that succeeded.
type statements struct {
	mu  sync.Mutex
	all map[device.StatementID]*device.Statement
}

func (s *statements) of(id device.StatementID) *device.Statement {
	if s.all == nil {
		s.all = map[device.StatementID]*device.Statement{}
	}
	statement := s.all[id]
	if statement == nil {
		statement = &device.Statement{ID: id}
		s.all[id] = statement
	}
	return statement
}

// show marks a statement as shown true, unless something spoke against it.
func (s *statements) show(id device.StatementID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if statement := s.of(id); statement.Shown == "" {
		statement.Shown = device.ShownTrue
	}
}

// skip marks a statement as one that this look does not ask for, and says why.
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
		return // nobody asked
	case statement.Shown != device.ShownFalse:
		statement.Shown = shown
	}
	statement.Detail = ""
	if !slices.Contains(statement.Faults, mode) {
		statement.Faults = append(statement.Faults, mode)
	}
}

// replace names another mode where one was renamed.
func (s *statements) replace(from, to *Mode) {
	for _, statement := range s.all {
		for i, mode := range statement.Faults {
			if mode == from.ID {
				statement.Faults[i] = to.ID
			}
		}
	}
}

// leaveRest marks as left open by a mode whatever nothing was said of, except for what is
// judged at the end in any case.
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

// leaveWith leaves statements open for what speaks against another one: nothing is shown of
// the bytes of a file that is not there.
func (s *statements) leaveWith(cause device.StatementID, open ...device.StatementID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, mode := range slices.Clone(s.of(cause).Faults) {
		for _, id := range open {
			s.markID(id, device.ShownNeither, mode)
		}
	}
}

// count says how many a statement was shown of.
func (s *statements) count(id device.StatementID, count, of uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	statement := s.of(id)
	statement.Count, statement.Of = count, of
}

// list is every statement, in order.
func (s *statements) list() []device.Statement {
	var list []device.Statement
	for _, id := range device.StatementIDs {
		statement := *s.of(id)
		if statement.Shown == "" {
			statement.Shown = device.ShownNeither
		}
		slices.Sort(statement.Faults)
		list = append(list, statement)
	}
	return list
}

// refute records a fault of the backup as a whole that makes a statement false.
func (v *verification) refute(id device.StatementID, mode *Mode, detail string) {
	v.faults.add(mode, detail)
	v.statements.mark(id, device.ShownFalse, mode)
}

// leaveOpen records a fault of the backup as a whole that keeps a statement from being
// shown.
func (v *verification) leaveOpen(id device.StatementID, mode *Mode, detail string) {
	v.faults.add(mode, detail)
	v.statements.mark(id, device.ShownNeither, mode)
}
