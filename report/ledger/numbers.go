package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"
)

// maxChecks is how many checks a database knows. There are some fifty; a bench could make up
// more than there is room for, and findings of those are left out.
const maxChecks = 4096

// number gives the findings of parcels the numbers of their checks, and makes new ones for
// checks that are new. It returns the names of all by number.
func number(ctx context.Context, tx transaction, parcels []parcel) (map[int64]string, error) {
	numbers, names := map[string]int64{}, map[int64]string{}
	err := each(ctx, tx, "SELECT check_number, name FROM checks", nil, func(rows *sql.Rows) error {
		var number int64
		var name string
		err := rows.Scan(&number, &name)
		numbers[name], names[number] = number, name
		return err
	})
	if err != nil {
		return nil, err
	}
	var added [][]any
	for _, name := range missing(parcels, numbers) {
		if len(names) < maxChecks {
			next := int64(len(names) + 1)
			numbers[name], names[next] = next, name
			added = append(added, []any{next, name})
		}
	}
	for i := range parcels {
		for j := range parcels[i].visits {
			v := &parcels[i].visits[j]
			for k := range v.findings {
				f := &v.findings[k]
				f.number, f.byNumber = numbers[f.check], numbers[f.by]
			}
			v.findings = slices.DeleteFunc(v.findings, func(f finding) bool { return f.number == 0 })
		}
	}
	return names, insert(ctx, tx, "checks", "check_number, name", added, "")
}

// missing are the checks of parcels that have no number, in order.
func missing(parcels []parcel, numbers map[string]int64) []string {
	names := map[string]bool{}
	for _, p := range parcels {
		for _, v := range p.visits {
			for _, f := range v.findings {
				names[f.check], names[f.by] = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool { return name == "" || numbers[name] != 0 })
}
