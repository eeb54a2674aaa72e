package report

import (
	"embed"
	"fmt"
	"slices"
)

// Schema is the schema number of every document. Within one number, fields and values are
// only added: readers must ignore what they do not know. Renaming or removing a field, or
// changing its meaning, raises the number of that kind. Numbers begin at 2; number 1 was
// never released.
const Schema = 2

// A Kind says what a document is.
type Kind string

// The kinds of documents.
const (
	KindReport       Kind = "report"
	KindEvent        Kind = "event"
	KindDiff         Kind = "diff"
	KindRecording    Kind = "recording"
	KindSelfCheck    Kind = "self-check"
	KindRuns         Kind = "runs"
	KindStory        Kind = "device-history"
	KindStale        Kind = "stale"
	KindHistory      Kind = "history"
	KindRun          Kind = "run"
	KindVisit        Kind = "visit"
	KindSlotHealth   Kind = "slot-health"
	KindDevices      Kind = "devices"
	KindChecks       Kind = "checks"
	KindExplanation  Kind = "explanation"
	KindVersion      Kind = "version"
	KindReleases     Kind = "releases"
	KindSettings     Kind = "settings"
	KindSlots        Kind = "slots"
	KindFaultyFile   Kind = "faulty-file"
	KindFleet        Kind = "fleet"
	KindFleetChanges Kind = "fleet-changes"
	KindFleetDevice  Kind = "fleet-device"
	KindFleetBenches Kind = "fleet-benches"
	KindBenches      Kind = "benches"
	KindGaps         Kind = "gaps"
	KindRejects      Kind = "rejects"
	KindReject       Kind = "reject"
	KindHub          Kind = "hub"
	KindRestarts     Kind = "restarts"
	KindRepairs      Kind = "repairs"
	KindRemedies     Kind = "remedies"
)

// A DocumentKind describes a kind of document.
type DocumentKind struct {
	Kind   Kind
	Schema int
	About  string // the command that writes it
	Line   bool   // each document is one line of NDJSON
}

// Kinds returns the kinds of documents that programs may read.
func Kinds() []DocumentKind { return slices.Clone(kinds) }

var kinds = []DocumentKind{
	{KindReport, Schema, "scan, watch, listen, backup, backups, verify and report --json", false},
	{KindEvent, Schema, "a line of -o ndjson", true},
	{KindDiff, Schema, "report diff --json", false},
	{KindRecording, Schema, "scan --record and capture", false},
	{KindSelfCheck, Schema, "self-check --json", false},
	{KindRuns, Schema, "history --json", false},
	{KindStory, Schema, "history DEVICE --json", false},
	{KindStale, Schema, "history stale --json", false},
	{KindHistory, Schema, "history export -o json", false},
	{KindRun, Schema, "a run in history export -o ndjson", true},
	{KindVisit, Schema, "a device of a run in history export -o ndjson", true},
	{KindSlotHealth, Schema, "history health --json", false},
	{KindDevices, Schema, "devices --json", false},
	{KindChecks, Schema, "checks --json", false},
	{KindExplanation, Schema, "explain --json", false},
	{KindVersion, Schema, "version --json", false},
	{KindReleases, Schema, "releases --json", false},
	{KindSettings, Schema, "config --json", false},
	{KindSlots, Schema, "slots --json", false},
	{KindFaultyFile, Schema, "a line of verify --files", true},
	{KindFleet, Schema, "fleet --json", false},
	{KindFleetChanges, Schema, "fleet changes --json", false},
	{KindFleetDevice, Schema, "fleet device --json", false},
	{KindFleetBenches, Schema, "the list of benches on a hub's pages", false},
	{KindBenches, Schema, "hub benches --json", false},
	{KindGaps, Schema, "hub gaps --json", false},
	{KindRejects, Schema, "hub rejects list --json", false},
	{KindReject, Schema, "hub rejects show --json", false},
	{KindHub, Schema, "hub doctor --json", false},
	{KindRestarts, Schema, "restart --json", false},
	{KindRepairs, Schema, "treat --open --json", false},
	{KindRemedies, Schema, "history remedies and fleet remedies --json", false},
}

// schemaFolder is the URL under which the JSON Schemas are published.
const schemaFolder = "https://raw.githubusercontent.com/backupdoctor/backupdoctor/main/report/schemas/"

// SchemaID returns the URL of the JSON Schema of a kind.
func SchemaID(k Kind) string { return schemaFolder + string(k) + ".json" }

//go:embed schemas/*.json
var schemas embed.FS

// JSONSchema returns the JSON Schema (draft 2020-12) of a kind, or "" if the kind is unknown.
func JSONSchema(k Kind) string {
	text, err := schemas.ReadFile("schemas/" + string(k) + ".json")
	if err != nil {
		return ""
	}
	return string(text)
}

// A Header begins every document.
type Header struct {
	JSONSchema string `json:"$schema,omitempty"` // URL of the JSON Schema of this document; absent in a line of NDJSON
	Kind       Kind   `json:"kind"`              // what this document is
	Schema     int    `json:"schema"`            // schema number of its kind
}

// NewHeader returns the header of a document of the given kind.
func NewHeader(k Kind) Header {
	for _, known := range kinds {
		if known.Kind != k {
			continue
		}
		h := Header{Kind: k, Schema: known.Schema}
		if !known.Line {
			h.JSONSchema = SchemaID(k)
		}
		return h
	}
	panic("no kind of document is " + string(k))
}

// checkHeader rejects documents of another kind or schema number.
func checkHeader(h Header, want ...Kind) error {
	switch {
	case h.Schema < 1:
		return fmt.Errorf("not a %s: it has no schema number", want[0])
	case h.Schema == 1:
		return fmt.Errorf("schema number 1 is no longer supported: make the %s again", want[0])
	case h.Kind == "":
		return fmt.Errorf("not a %s: it does not say its kind", want[0])
	case !slices.Contains(want, h.Kind):
		return &KindError{h.Kind}
	case h.Schema > Schema:
		return fmt.Errorf("the %s has schema number %d and this version reads %d: use a newer backupdoctor", h.Kind, h.Schema, Schema)
	}
	return nil
}
