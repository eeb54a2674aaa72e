package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// aFleet creates the data folder of a hub with the reports of one bench, a gap in their numbers,
// a repair and a rejected message.
func aFleet(t *testing.T) (folder, udid string) {
	t.Helper()
	folder = t.TempDir()
	well(t, "hub", "add-bench", "north", "--site", "Hamburg", "--data", folder)
	store, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(folder, "fleet.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now, series := time.Now(), receipt.NewLedger()
	chain := receipt.Start(series)
	for i, r := range devicesOfTray(t) {
		id, err := envelope.NewID()
		if err != nil {
			t.Fatal(err)
		}
		chain = receipt.Next(chain, id)
		if i == 1 {
			continue // a gap
		}
		if i == 0 {
			r.Devices[0].Repair = openRepair(now)
		}
		number := receipt.Number{Ledger: series, Sequence: int64(i + 1), Chain: chain}
		if _, err := store.Put(t.Context(), ledger.Message{ID: id, Bench: "north", Received: now, Report: r, Number: number}); err != nil {
			t.Fatal(err)
		}
		udid = r.Devices[0].UDID
	}
	err = store.SetAside(t.Context(), ledger.Reject{Bench: "north", Reason: "undecodable", Why: "unexpected end", Received: now, Message: []byte("{")})
	if err != nil {
		t.Fatal(err)
	}
	return folder, udid
}

// hubDocuments are the commands that print documents about a hub and its fleet.
func hubDocuments(udid string) []printed {
	return []printed{
		{[]string{"fleet", "--json"}, report.KindFleet, ""},
		{[]string{"fleet", "changes", "--since", "520w", "-o", "json"}, report.KindFleetChanges, ""},
		{[]string{"fleet", "device", udid, "--json"}, report.KindFleetDevice, ""},
		{[]string{"fleet", "remedies", "--json"}, report.KindRemedies, ""},
		{[]string{"hub", "benches", "--json"}, report.KindBenches, ""},
		{[]string{"hub", "gaps", "-o", "json"}, report.KindGaps, ""},
		{[]string{"hub", "rejects", "list", "--json"}, report.KindRejects, ""},
		{[]string{"hub", "rejects", "show", "--json", "1"}, report.KindReject, ""},
		{[]string{"hub", "doctor", "--json"}, report.KindHub, ""},
	}
}

// Documents about a hub conform to the schema of their kind, and have rows.
func TestHubDocumentsFollowTheirSchemas(t *testing.T) {
	skipOneByOne(t)
	folder, udid := aFleet(t)
	var all [][]byte
	for _, c := range hubDocuments(udid) {
		t.Run(strings.Join(c.args[:2], " "), func(t *testing.T) {
			ran := called(t, append(c.args, "--data", folder)...)
			mustBe(t, []byte(ran.stdout), ran.stderr, c.kind)
			all = append(all, []byte(ran.stdout))
			var document map[string]json.RawMessage
			if err := json.Unmarshal([]byte(ran.stdout), &document); err != nil {
				t.Fatal(err)
			}
			for field, value := range document {
				if string(value) == "[]" {
					t.Errorf("%s has no rows: %s", field, ran.stdout)
				}
			}
		})
	}
	file := filepath.Join(t.TempDir(), "benches.json")
	well(t, "hub", "benches", "-o", "json="+file, "--data", folder)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, text, "", report.KindBenches)
	mustConform(t, append(all, text))
}
