package backup

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device"
)

// Bounds on one example of a fault. iOS allows paths of 1,024 bytes.
const (
	maxExamplePath = 1 << 10
	maxExampleText = 256
)

// counted formats a number with the singular or plural of a word.
func counted[N int | int64 | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// An ExampleBudget limits the total memory, in bytes, for the examples of several proofs. It is
// safe for concurrent use: each of several proofs at once may take a share of what is left when
// it begins. A nil budget is unlimited.
type ExampleBudget struct{ left atomic.Int64 }

// NewExampleBudget returns a budget of the given number of bytes.
func NewExampleBudget(bytes int64) *ExampleBudget {
	b := &ExampleBudget{}
	b.left.Store(bytes)
	return b
}

// share returns what one proof may use: most of what is left, so that a folder with many faults
// still leaves room for the next one's examples.
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

// clipProblem truncates the texts of an example, which come from the backup.
func clipProblem(p device.BackupProblem) device.BackupProblem {
	p.Domain, p.Path, p.Detail = clip(p.Domain, maxExampleText), clip(p.Path, maxExamplePath), clip(p.Detail, maxExampleText)
	return p
}

// clip truncates text, copying the part it keeps so that the rest can be freed.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// weight estimates the memory an example takes, including its fields.
func weight(p device.BackupProblem) int64 {
	const fields = 4 * 16
	return int64(fields + len(p.Domain) + len(p.Path) + len(p.FileID) + len(p.Detail))
}
