package backup

import (
	"strings"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device"
)

// Bounds on one example of a fault. iOS allows paths of 1,024 bytes.
const (
	maxExamplePath = 1 << 10
	maxExampleText = 256
)

// An ExampleBudget is the memory, in bytes, that the examples of several proofs may take
// together. It may be used by several goroutines. A nil budget is not limited.
type ExampleBudget struct{ left atomic.Int64 }

// NewExampleBudget is a budget of this many bytes.
func NewExampleBudget(bytes int64) *ExampleBudget {
	b := &ExampleBudget{}
	b.left.Store(bytes)
	return b
}

// share is what one proof may take: most of what is left, so that no folder, however many
// faults it has, leaves the next one without examples.
func (b *ExampleBudget) share() int64 {
	if b == nil {
		return 1 << 62
	}
	return b.left.Load() / 4 * 3
}

func (b *ExampleBudget) take(bytes int64) {
	if b != nil {
		b.left.Add(-bytes)
	}
}

// clipProblem bounds the texts of an example, which come from the backup.
func clipProblem(p device.BackupProblem) device.BackupProblem {
	p.Domain, p.Path, p.Detail = clip(p.Domain, maxExampleText), clip(p.Path, maxExamplePath), clip(p.Detail, maxExampleText)
	return p
}

// clip bounds a text, and copies what it keeps so that the rest can be freed.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// weight is about what an example takes in memory, its fields included.
func weight(p device.BackupProblem) int64 {
	const fields = 4 * 16
	return int64(fields + len(p.Domain) + len(p.Path) + len(p.FileID) + len(p.Detail))
}
