package backup

import (
	"cmp"
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Problem is one faulty file of a backup, reported as it is found. There may be a million.
type Problem struct {
	Mode *Mode
	device.BackupProblem
}

// fewExamples is how many files per mode a proof keeps by default. The rest are only counted,
// so a backup with every file missing needs no more memory than a whole one.
const fewExamples = 20

// faults collects each mode once, with a count of its files. It is safe for concurrent use.
type faults struct {
	mu     sync.Mutex
	found  map[*Mode]*device.BackupFault
	keep   int            // files kept per mode
	budget *ExampleBudget // shared with other proofs
	room   int64          // bytes of the budget left for this proof
	tell   func(Problem)  // may be nil
}

func newFaults(options Options) *faults {
	return &faults{
		found: map[*Mode]*device.BackupFault{}, tell: options.Problem,
		keep: cmp.Or(options.Examples, fewExamples), budget: options.Budget, room: options.Budget.share(),
	}
}

// add records a fault of the backup as a whole. The first detail is kept.
func (f *faults) add(mode *Mode, detail string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault := f.of(mode)
	fault.Detail = cmp.Or(fault.Detail, detail)
}

// addFile records a fault of one file.
func (f *faults) addFile(mode *Mode, problem device.BackupProblem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault := f.of(mode)
	fault.Count++
	if len(fault.Examples) < f.keep {
		f.keepExample(fault, problem)
	}
	if f.tell != nil {
		f.tell(Problem{mode, problem})
	}
}

// keepExample keeps one faulty file as an example if there is room.
func (f *faults) keepExample(fault *device.BackupFault, problem device.BackupProblem) {
	problem = clipProblem(problem)
	size := weight(problem)
	if size > f.room {
		return
	}
	f.room -= size
	f.budget.take(size)
	fault.Examples = append(fault.Examples, problem)
}

// example records what a fault of the backup as a whole is about.
func (f *faults) example(mode *Mode, problem device.BackupProblem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keepExample(f.of(mode), problem)
}

func (f *faults) of(mode *Mode) *device.BackupFault {
	fault := f.found[mode]
	if fault == nil {
		fault = &device.BackupFault{Mode: mode.ID}
		f.found[mode] = fault
	}
	return fault
}

// has reports whether a mode was found.
func (f *faults) has(mode *Mode) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.found[mode] != nil
}

// rename counts the files of one mode under another.
func (f *faults) rename(from, to *Mode, detail string) {
	fault := f.found[from]
	fault.Mode = to.ID
	fault.Detail = detail
	f.found[to] = fault
	delete(f.found, from)
}

// list returns all faults in the order of Modes, with the total number of files for each.
func (f *faults) list(total uint64) []device.BackupFault {
	var all []device.BackupFault
	for _, mode := range Modes {
		fault := f.found[mode]
		if fault == nil {
			continue
		}
		if fault.Count > 0 && mode != orphan {
			fault.Total = total
		}
		slices.SortFunc(fault.Examples, func(a, b device.BackupProblem) int {
			return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Path, b.Path), cmp.Compare(a.FileID, b.FileID))
		})
		all = append(all, *fault)
	}
	return all
}
