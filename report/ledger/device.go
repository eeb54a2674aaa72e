package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/backupdoctor/backupdoctor/report"
)

// An AmbiguousError is returned if several devices match a name.
type AmbiguousError struct {
	Who     string
	Devices []report.KnownDevice // most recently seen first
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%d devices are called %q", len(e.Devices), e.Who)
}

// Device returns the story of the device that matches who (see [Store.Find]), with its newest
// visits, at most limit. It returns ErrUnknown if no device matches, and an [AmbiguousError] if
// several do.
func (s *Store) Device(ctx context.Context, who string, limit int) (report.Story, error) {
	story := report.Story{Header: report.NewHeader(report.KindStory), Visits: []report.Visit{}}
	err := s.read(ctx, func(tx transaction) error {
		numbers, err := named(ctx, tx, who, mostRows)
		if err != nil {
			return err
		}
		found, err := devicesOf(ctx, tx, numbers)
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return ErrUnknown
		case len(found) > 1:
			several := &AmbiguousError{Who: who}
			for _, d := range found {
				several.Devices = append(several.Devices, d.KnownDevice)
			}
			return several
		}
		story.Device, story.Total = found[0].KnownDevice, found[0].Visits
		visits, places, err := newestVisits(ctx, tx, numbers[0], place{At: math.MaxInt64, Row: math.MaxInt64}, limit)
		story.Visits = append(story.Visits, visits...)
		if err != nil || s.turn == nil {
			return err
		}
		return addDoubts(ctx, tx, numbers[0], clockAt(s.now()), &story, places)
	})
	return story, during("reading the history of a device", err)
}

const datesInOrder = "SELECT visit, taken FROM visits WHERE device = $1 ORDER BY place, visit"

// addDoubts marks visits whose dates contradict the order of writing on the bench.
func addDoubts(ctx context.Context, tx transaction, number int64, c clock, story *report.Story, places []place) error {
	doubts := map[int64]string{}
	err := each(ctx, tx, datesInOrder, []any{number}, func(rows *sql.Rows) error {
		var visit, taken int64
		err := rows.Scan(&visit, &taken)
		doubts[visit] = c.judge(taken)
		return err
	})
	for i, p := range places {
		story.Visits[i].Doubtful = doubts[p.Row]
	}
	if len(places) > 0 {
		story.Device.Doubtful = doubts[places[0].Row]
	}
	return err
}
