package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/report/web/hubpages"
)

const (
	token = "nobody else is let in" // protects pages that are served for a moment
	aDay  = 24 * time.Hour
)

// benches are the benches of the fleet, each with its site.
var benches = [][2]string{{"packing-1", "Hamburg"}, {"packing-2", "Hamburg"}, {"front-desk", "Bremen"}, {"workshop", "Kiel"}, {"carts", "Kiel"}}

// pictureOfFleet takes a screenshot of an invented fleet made from the devices of a report:
// three weeks of readings in which some devices recover.
func pictureOfFleet(r report.Report, scratch string) error {
	now := time.Now().UTC().Truncate(time.Hour)
	ctx := context.Background()
	store, err := ledger.Open(ctx, "sqlite:"+filepath.Join(scratch, "fleet.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	for week := range 3 {
		for n := range 240 {
			m, err := reading(r, n, week, now)
			if err != nil {
				return err
			}
			if _, err := store.Put(ctx, m); err != nil {
				return err
			}
		}
	}
	handler, err := hubpages.New(hubpages.Config{
		Store: store, Guard: web.Guard{Hosts: []string{"127.0.0.1"}}, Token: token, Now: func() time.Time { return now }, Log: slog.Default(),
	})
	if err != nil {
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		q.Header.Set("Authorization", "Bearer "+token)
		handler.ServeHTTP(w, q)
	}))
	defer server.Close()
	return picture(server.URL, scratch, "fleet.png", 1280, 900)
}

// reading returns what the bench of device n found some weeks ago. A third of the devices
// recover in some week; the last device of the report is always well.
func reading(r report.Report, n, week int, now time.Time) (ledger.Message, error) {
	d := r.Devices[n%len(r.Devices)]
	if n%3 == week {
		d = r.Devices[len(r.Devices)-1]
	}
	at := now.Add(-time.Duration(2-week)*7*aDay - time.Duration(n%96)*time.Hour)
	if !d.LastBackup.IsZero() {
		d.LastBackup = at.Add(d.LastBackup.Sub(d.TakenAt))
	}
	d.UDID, d.TakenAt, d.Slot = fmt.Sprintf("00008110-%016X", 0x1A2B3C*(n+1)), at, fmt.Sprintf("A%d", 1+n%20)
	bench := benches[n%len(benches)]
	r.Devices, r.TakenAt = []report.Device{d}, at
	id, err := envelope.NewID()
	return ledger.Message{ID: id, Bench: bench[0], Site: bench[1], Received: at.Add(time.Minute), Report: r}, err
}
