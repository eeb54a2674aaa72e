package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
)

// maxForeign is how many unknown checks are stored for one bench: those of a newer version, or
// invented ones. Findings of any more are left out and counted. So no bench can take up the space
// of known checks or of another bench.
const maxForeign = 64

// A catalogue holds the checks that have a number in the database.
type catalogue struct {
	numbers map[string]int64
	names   map[int64]string
	foreign map[string]int // number of unknown checks, by the bench that sent them first
	last    int64
}

func readCatalogue(ctx context.Context, tx transaction) (catalogue, error) {
	c := catalogue{map[string]int64{}, map[int64]string{}, map[string]int{}, 0}
	err := each(ctx, tx, "SELECT check_number, name, sender FROM checks", nil, func(rows *sql.Rows) error {
		var number int64
		var name, bench string
		err := rows.Scan(&number, &name, &bench)
		c.add(number, name, bench)
		return err
	})
	return c, err
}

func (c *catalogue) add(number int64, name, bench string) {
	c.numbers[name], c.names[number] = number, name
	c.last = max(c.last, number)
	if bench != "" {
		c.foreign[bench]++
	}
}

// number assigns check numbers to the findings of messages, adding new checks. It returns all names
// by number.
func number(ctx context.Context, tx transaction, prepared []preparedMessage) (map[int64]string, error) {
	known, err := readCatalogue(ctx, tx)
	if err != nil {
		return nil, err
	}
	var added [][]any
	var left []Refusal
	for i := range prepared {
		message := prepared[i].message
		for _, name := range missing(prepared[i], known.numbers) {
			bench := message.Bench
			if _, ours := checks.Find(name); ours {
				bench = ""
			}
			if bench == "" || known.foreign[bench] < maxForeign {
				known.add(known.last+1, name, bench)
				added = append(added, []any{known.last, name, bench})
			}
		}
		for j := range prepared[i].visits {
			v := &prepared[i].visits[j]
			for k := range v.findings {
				f := &v.findings[k]
				f.number, f.byNumber = known.numbers[f.check], known.numbers[f.by]
			}
			all := len(v.findings)
			v.findings = slices.DeleteFunc(v.findings, func(f finding) bool { return f.number == 0 })
			for range all - len(v.findings) {
				left = append(left, Refusal{message.ID, message.Bench, UnknownCheck})
			}
		}
	}
	if err := insert(ctx, tx, "checks", "check_number, name, sender", added, ""); err != nil {
		return nil, err
	}
	return known.names, refuse(ctx, tx, left)
}

// missing returns the checks of a message that have no number, in the order of its findings.
func missing(p preparedMessage, numbers map[string]int64) []string {
	var names []string
	seen := map[string]bool{"": true}
	for _, v := range p.visits {
		for _, f := range v.findings {
			for _, name := range []string{f.check, f.by} {
				if !seen[name] && numbers[name] == 0 {
					names = append(names, name)
				}
				seen[name] = true
			}
		}
	}
	return names
}
