package main

import (
	"context"
	"errors"

	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/backupdoctor/backupdoctor/report/station"
)

// visitsShown is how many earlier visits of a device are asked for.
const visitsShown = 50

// earlierVisits are those of a device, the newest first.
func (s surroundings) earlierVisits(ctx context.Context, udid string) (visits []station.Visit, err error) {
	store, err := s.openHistory(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	story, err := store.Device(ctx, udid, visitsShown)
	if errors.Is(err, history.ErrUnknown) {
		return nil, nil
	}
	for _, v := range story.Visits {
		visit := station.Visit{At: v.TakenAt, Verdict: v.Verdict, LastBackup: v.LastBackup}
		for _, c := range v.Causes {
			visit.Causes = append(visit.Causes, c.Check)
		}
		visits = append(visits, visit)
	}
	return visits, err
}
