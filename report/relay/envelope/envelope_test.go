package envelope

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/report"
)

const id = "01979f3e-7c1a-7b54-9e0d-0a4c1f6f2b11"

func oneDevice() report.Report {
	return report.Report{
		Header: report.NewHeader(report.KindReport), Subject: report.OfDevices,
		Gaps: []report.Gap{}, Places: []report.Place{}, Summary: report.Summary{Devices: 1, Causes: []report.CauseCount{}},
		Devices: []report.Device{{
			UDID: "00008110-000A1B2C3D4E5F60", Name: "Anna’s iPhone", Verdict: "failing", Headline: "iCloud Backup is turned off.",
			Findings: []report.Finding{{
				Check: "backup-turned-off", Title: "iCloud Backup is turned on", Status: "problem", Summary: "It is turned off.",
				Evidence: []report.Evidence{{Key: "switch", Value: "off", Source: "lockdown"}},
				Remedies: []report.Remedy{{ID: "turn-backup-on", Title: "Turn iCloud Backup on"}}, Sources: []report.Source{},
			}},
			Plan: []report.Step{}, Backups: []report.Backup{},
		}},
	}
}

func sealed(t *testing.T, r report.Report) []byte {
	t.Helper()
	packed, cut, err := Pack(r)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Seal(Envelope{ID: id, Bench: "north-2", Tool: "1.4.0", Cut: cut, Report: packed})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestWhatIsSealedIsOpened holds the contract on the wire, byte by byte.
func TestWhatIsSealedIsOpened(t *testing.T) {
	s := sealed(t, oneDevice())
	if want := `{"schema":"1.0","id":"` + id + `","bench":"north-2","tool":"1.4.0","report":{"devices":[{"`; !strings.HasPrefix(string(s), want) {
		t.Errorf("sealed as %.120s…\nwant        %s…", s, want)
	}
	e, r, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(report.Reworded(oneDevice()), report.Reworded(r)); diff != "" {
		t.Errorf("the report changed under way (-sent +received):\n%s", diff)
	}
	e.Report = nil
	if diff := cmp.Diff(Envelope{Schema: "1.0", ID: id, Bench: "north-2", Tool: "1.4.0"}, e); diff != "" {
		t.Errorf("the envelope changed under way (-sent +received):\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	whole := string(sealed(t, oneDevice()))
	change := func(from, to string) string {
		if !strings.Contains(whole, from) {
			t.Fatalf("%q is not in the envelope", from)
		}
		return strings.Replace(whole, from, to, 1)
	}
	for name, test := range map[string]struct {
		sealed string
		want   error // nil if it can be opened
	}{
		"as it was":                   {whole, nil},
		"of a later minor":            {change(`"1.0"`, `"1.7"`), nil},
		"with a field of a later one": {change(`"tool"`, `"colour":"blue","tool"`), nil},
		"with more in its report":     {change(`"subject"`, `"mood":{"a":[1]},"subject"`), nil},
		"of a later major":            {change(`"1.0"`, `"2.0"`), UnknownSchema},
		"of a later major whose id is a number": {
			strings.Replace(change(`"1.0"`, `"2.0"`), `"`+id+`"`, "7", 1), UnknownSchema},
		"of an earlier major": {change(`"1.0"`, `"0.9"`), UnknownSchema},
		"with a report of a later whose devices are a map": {
			`{"schema":"1.0","id":"` + id + `","bench":"b","report":{"schema":3,"devices":{}}}`, UnknownSchema},
		"with a report of a later":   {change(`"schema":2,`, `"schema":3,`), UnknownSchema},
		"with a report of no number": {change(`"schema":2,`, ``), UnknownSchema},
		"without a schema":           {change(`"schema":"1.0",`, ``), Undecodable},
		"with half a schema":         {change(`"1.0"`, `"1"`), Undecodable},
		"with a schema of words":     {change(`"1.0"`, `"one.two"`), Undecodable},
		"with a schema too large":    {change(`"1.0"`, `"99999999999999999999.0"`), Undecodable},
		"with an id of version 4":    {change(id, "0b0ab1f2-6ad2-4f6c-8f43-2f8f8d2f6e1a"), Undecodable},
		"with an id in capitals":     {change(id, strings.ToUpper(id)), Undecodable},
		"with an id in braces":       {change(id, "{"+id+"}"), Undecodable},
		"without a bench":            {change(`"north-2"`, `""`), Undecodable},
		"with a bench of two tokens": {change(`"north-2"`, `"north.2"`), Undecodable},
		"with a bench that is all":   {change(`"north-2"`, `"*"`), Undecodable},
		"without a report":           {`{"schema":"1.0","id":"` + id + `","bench":"b"}`, Undecodable},
		"with a list for a report":   {`{"schema":"1.0","id":"` + id + `","bench":"b","report":[]}`, Undecodable},
		"without a device":           {`{"schema":"1.0","id":"` + id + `","bench":"b","report":{"kind":"report","schema":2,"devices":[]}}`, Undecodable},
		"with a number for a device": {`{"schema":"1.0","id":"` + id + `","bench":"b","report":{"kind":"report","schema":2,"devices":[1]}}`, Undecodable},
		"cut off":                    {whole[:len(whole)/2], Undecodable},
		"followed by another":        {whole + whole, Undecodable},
		"empty":                      {"", Undecodable},
		"too long":                   {whole + strings.Repeat(" ", MaxBytes), TooLong},
		"too deep":                   {strings.Repeat("[", MaxBytes), Undecodable},
	} {
		t.Run(name, func(t *testing.T) {
			e, _, err := Open([]byte(test.sealed))
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if (err == nil) != (e.ID == id) {
				t.Errorf("an envelope with the id %q and the error %v", e.ID, err)
			}
		})
	}
}

// TestOpenHandsOnWhatItDoesNotKnow checks that an old hub does not lose new fields of a bench.
func TestOpenHandsOnWhatItDoesNotKnow(t *testing.T) {
	newer := strings.Replace(string(sealed(t, oneDevice())), `"subject"`, `"mood":"good","subject"`, 1)
	e, _, err := Open([]byte(newer))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(e.Report), `"mood":"good"`) {
		t.Errorf("the report is handed on as %s", e.Report)
	}
}

func TestSealRefuses(t *testing.T) {
	for name, e := range map[string]Envelope{
		"an id that is none":       {ID: "7", Bench: "b", Report: json.RawMessage("{}")},
		"a bench that is a path":   {ID: id, Bench: "../b", Report: json.RawMessage("{}")},
		"a report that is no JSON": {ID: id, Bench: "b", Report: json.RawMessage("{")},
		"a report that is longer":  {ID: id, Bench: "b", Report: json.RawMessage(`"` + strings.Repeat("x", MaxBytes) + `"`)},
	} {
		if s, err := Seal(e); err == nil {
			t.Errorf("%s is sealed as %.80s", name, s)
		}
	}
}

func TestNewIDsAreValidAndInOrder(t *testing.T) {
	last := ""
	for range 1000 {
		id, err := NewID()
		if err != nil {
			t.Fatal(err)
		}
		if !ValidID(id) || id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}

func TestPackCuts(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, test := range map[string]struct {
		change func(*report.Device)
		cut    string
		kept   int // findings
	}{
		"nothing":   {func(*report.Device) {}, "", 1},
		"evidence":  {func(d *report.Device) { d.Findings[0].Evidence[0].Value = long(MaxReport) }, CutEvidence, 1},
		"plans":     {func(d *report.Device) { d.Plan = []report.Step{{Title: long(MaxReport)}} }, CutEvidence, 1},
		"inventory": {func(d *report.Device) { d.Asset = []report.Field{{Value: long(MaxReport)}} }, CutEvidence, 1},
		"files": {func(d *report.Device) {
			d.Backups = []report.Backup{{Faults: []report.Fault{{Examples: []report.File{{Path: long(MaxReport)}}}}}}
		}, CutEvidence, 1},
		"a name": {func(d *report.Device) { d.Name = long(MaxReport) }, CutFindings, 1},
		"letters that need six bytes": {func(d *report.Device) {
			d.Name = strings.Repeat("<", 1000)
			for range 100 {
				f := d.Findings[0]
				f.Subject, f.Summary, f.Detail, f.Reason, f.Title = d.Name, d.Name, d.Name, d.Name, d.Name
				d.Findings = append(d.Findings, f)
				d.Backups = append(d.Backups, report.Backup{Folder: d.Name, ProductVersion: d.Name})
			}
			for _, text := range []*string{&d.UDID, &d.Serial, &d.Slot, &d.ModelName, &d.Headline, &d.Detail} {
				*text = d.Name
			}
		}, CutFindings, keptFindings},
		"findings that are no trouble": {func(d *report.Device) {
			for range 100 {
				d.Findings = append([]report.Finding{{Status: "ok", Summary: long(MaxReport / 100)}}, d.Findings...)
			}
		}, CutFindings, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := oneDevice()
			test.change(&r.Devices[0])
			before, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			packed, cut, err := Pack(r)
			if err != nil {
				t.Fatal(err)
			}
			if cut != test.cut || len(packed) > MaxReport {
				t.Errorf("cut %q to %d bytes, want %q", cut, len(packed), test.cut)
			}
			if after, _ := json.Marshal(r); string(after) != string(before) {
				t.Error("packing changed the report itself")
			}
			_, opened, err := Open(sealed(t, r))
			if err != nil {
				t.Fatal(err)
			}
			d := opened.Devices[0]
			if d.Verdict != "failing" || d.Headline == "" || len(d.Findings) != test.kept || d.Findings[0].Check != "backup-turned-off" {
				t.Errorf("of the report is left %+.200v", d)
			}
		})
	}
}

func TestPackRefusesAnythingButOneDevice(t *testing.T) {
	r := oneDevice()
	r.Devices = append(r.Devices, r.Devices[0])
	if _, _, err := Pack(r); err == nil {
		t.Error("a report on two devices is packed")
	}
}

func TestShortenedEndsBetweenLetters(t *testing.T) {
	if got := shortened(strings.Repeat("é", keptText)); got != strings.Repeat("é", keptText/2)+"…" {
		t.Errorf("shortened to %q", got)
	}
	if got := shortened("x" + strings.Repeat("é", keptText)); got != "x"+strings.Repeat("é", keptText/2-1)+"…" {
		t.Errorf("shortened to %q", got)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"schema":"1.0","id":"` + id + `","bench":"b","report":{"kind":"report","schema":2,"devices":[{}]}}`))
	f.Add([]byte(`{"schema":"1.0","report":null}`))
	f.Add([]byte(`{"schema":"1.0","id":"` + id + `","bench":"b","report":{"schema":2,"devices":[{"sharedEvidence":[{"key":"]}\""}],"findings":[{"evidence":[0,{},0]}]}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, r, err := Open(data)
		var reason Reason
		if err != nil {
			if !errors.As(err, &reason) {
				t.Errorf("%v has no reason", err)
			}
			return
		}
		if !ValidID(e.ID) || !ValidBench(e.Bench) || len(r.Devices) != 1 {
			t.Errorf("opened %q of %q with %d devices", e.ID, e.Bench, len(r.Devices))
		}
		if !json.Valid(e.Report) || len(e.Report) > len(data)+maxEvidence {
			t.Errorf("opened %d bytes of a report from %d: %s", len(e.Report), len(data), e.Report)
		}
		if _, err := Seal(e); err != nil && len(data) < MaxBytes/2 {
			t.Errorf("what was opened cannot be sealed again: %v", err)
		}
	})
}
