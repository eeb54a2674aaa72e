package envelope

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/report"
)

// MaxReport is the longest allowed JSON of a report, in bytes.
const MaxReport = 256 << 10

// What Pack may leave out of a report, for Envelope.Cut.
const (
	CutEvidence = "evidence" // evidence, remedies, sources, plans, files and the inventory
	CutFindings = "findings" // also harmless findings and the ends of long texts
)

// Limits used when even texts must be shortened. A character can take six bytes of JSON: within
// these limits no device can make its report too long.
const (
	keptFindings = 32
	keptBackups  = 8
	keptText     = 200 // bytes
)

// Pack writes the JSON of a report on one device, without empty fields and without texts that a hub
// looks up by ID. If the report is still too long, it is cut, and cut says how far: verdict,
// headline and findings remain, details that can be looked up at the bench do not.
func Pack(r report.Report) (packed []byte, cut string, err error) {
	if len(r.Devices) != 1 {
		return nil, "", fmt.Errorf("packing a report: it has %d devices", len(r.Devices))
	}
	for _, step := range []struct {
		cut   string
		apply func(report.Report) report.Report
	}{
		{"", func(r report.Report) report.Report { return r }},
		{CutEvidence, withoutEvidence},
		{CutFindings, onlyTrouble},
	} {
		packed, err := brief(report.Bare(step.apply(r)))
		if err != nil {
			return nil, "", fmt.Errorf("packing a report: %w", err)
		}
		if len(packed) <= MaxReport {
			return packed, step.cut, nil
		}
	}
	return nil, "", fmt.Errorf("packing a report: it is longer than %d bytes without its evidence", MaxReport)
}

func withoutEvidence(r report.Report) report.Report {
	r.Gaps, r.Places = []report.Gap{}, []report.Place{}
	r.Devices = slices.Clone(r.Devices)
	for i, d := range r.Devices {
		d.Asset, d.Plan = nil, []report.Step{}
		d.Findings = slices.Clone(d.Findings)
		for i := range d.Findings {
			f := &d.Findings[i]
			f.Evidence, f.Remedies, f.Sources = []report.Evidence{}, []report.Remedy{}, []report.Source{}
		}
		d.Backups = slices.Clone(d.Backups)
		for i := range d.Backups {
			b := &d.Backups[i]
			b.Faults = slices.Clone(b.Faults)
			for i := range b.Faults {
				b.Faults[i].Examples = []report.File{}
			}
		}
		r.Devices[i] = d
	}
	return r
}

// onlyTrouble limits every text and every list that a device can make long.
func onlyTrouble(r report.Report) report.Report {
	r = withoutEvidence(r)
	r.Summary.Causes = r.Summary.Causes[:min(len(r.Summary.Causes), keptFindings)]
	for i := range r.Devices {
		d := &r.Devices[i]
		d.Suppressed = nil
		for _, text := range []*string{&d.UDID, &d.Serial, &d.Slot, &d.Location, &d.Name, &d.ProductType, &d.ModelName, &d.ProductVersion, &d.BuildVersion, &d.Headline, &d.Reason, &d.Detail, &d.Retried, &d.NoLastBackup} {
			*text = shortened(*text)
		}
		d.Findings = slices.DeleteFunc(d.Findings, func(f report.Finding) bool { return f.Status != "problem" && f.Status != "warning" })
		d.Findings = d.Findings[:min(len(d.Findings), keptFindings)]
		for i := range d.Findings {
			f := &d.Findings[i]
			for _, text := range []*string{&f.Title, &f.Subject, &f.Summary, &f.Reason, &f.Detail} {
				*text = shortened(*text)
			}
		}
		d.Backups = d.Backups[:min(len(d.Backups), keptBackups)]
		for i := range d.Backups {
			b := &d.Backups[i]
			b.Folder, b.ProductVersion, b.Faults = shortened(b.Folder), shortened(b.ProductVersion), []report.Fault{}
		}
	}
	return r
}

// shortened cuts a text between two characters and appends an ellipsis.
func shortened(text string) string {
	if len(text) <= keptText {
		return text
	}
	end := keptText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.ToValidUTF8(text[:end], "\uFFFD") + "…"
}
