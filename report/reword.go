package report

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// Reworded rewrites a report that was not made in this run: one from a file, the history or a
// bench. Everything with an id that this version knows is looked up: titles, effects, sources,
// remedies with their steps, faults and questions. All other wording is quoted, because its
// author is unknown. Missing lists become empty. Rewording a report twice changes nothing.
func Reworded(r Report) Report {
	r.Devices = convert(r.Devices, RewordedDevice)
	return counted(rewordedFrame(r))
}

// rewordedFrame is [Reworded] for everything but the devices and what is counted.
func rewordedFrame(r Report) Report {
	r.Kind, r.JSONSchema, r.Tool.Name = KindReport, SchemaID(KindReport), "backupdoctor"
	r.Gaps, r.Places = convert(r.Gaps, rewordedGap), convert(r.Places, rewordedPlace)
	r.LeftOut = listed(r.LeftOut)
	if !slices.Contains(Levels(), FailOn(r.FailOn)) {
		r.FailOn = string(Unproved)
	}
	if r.Inventory != nil {
		inventory := *r.Inventory
		inventory.Unseen, inventory.UnlistedDevices = listed(inventory.Unseen), listed(inventory.UnlistedDevices)
		inventory.UnseenAssets = convert(inventory.UnseenAssets, listed[Field])
		r.Inventory = &inventory
	}
	if r.MDM != nil {
		r.MDM = r.MDM.counted()
		r.MDM.List = convert(r.MDM.List, func(m Managed) Managed {
			if stateRank(m) < 0 {
				m.State = string(checks.ManagedUnknown)
			}
			return m
		})
	}
	return r
}

// RewordedDevice is like [Reworded] for one device.
func RewordedDevice(d Device) Device {
	ids := identitiesOf(d)
	d.Headline, d.Expected = device.Quoted(d.Headline), expectedOf(d.Expected)
	d.Findings = convert(d.Findings, func(f Finding) Finding { return rewordedFinding(f, ids) })
	d.Proof = convert(d.Proof, rewordedNeed)
	d.Plan = convert(d.Plan, func(s Step) Step { return rewordedStep(s, ids) })
	d.Backups = convert(d.Backups, rewordedBackup)
	d.Repair = RewordedRepair(d.Repair)
	d.Copy = rewordedCopy(d.UDID, d.Copy)
	d.Suppressed = slices.Clone(d.Suppressed)
	for i := range d.Suppressed {
		d.Suppressed[i].Summary = device.Quoted(d.Suppressed[i].Summary)
	}
	return d
}

// identitiesOf returns what the wording for a device can depend on. A report has no device
// class if the model is unknown, so every class is possible.
func identitiesOf(d Device) []device.Identity {
	var id device.Identity
	if d.ProductVersion != "" {
		id.ProductVersion = device.Known(d.ProductVersion)
	}
	if d.ProductType != "" {
		id.ProductType = device.Known(d.ProductType)
		return []device.Identity{id}
	}
	ids := []device.Identity{id}
	for _, class := range []string{"iPhone", "iPad", "iPod"} {
		id.Class = device.Known(class)
		ids = append(ids, id)
	}
	return ids
}

// byWriter precedes the text of an id that this version does not know.
const byWriter = "in the words of the program that wrote the report: "

// foreign quotes the text of an id that this version does not know.
func foreign(text string) string {
	text = strings.TrimPrefix(text, byWriter)
	if text == "" || text == unknownTitle {
		return unknownTitle
	}
	return byWriter + device.Quoted(text)
}

const unknownTitle = "unknown to this version of backupdoctor"

func rewordedGap(g Gap) Gap {
	gap := device.Gap{Reason: device.Reason(g.Reason), Detail: g.Detail}
	if g.About == AboutArchive {
		g.Summary = archiveGap(gap)
		return g
	}
	g.Summary, g.About = newGap(gap).Summary, ""
	return g
}

func rewordedPlace(p Place) Place {
	p.Hint = device.Quoted(p.Hint)
	return p
}

func rewordedFinding(f Finding, ids []device.Identity) Finding {
	check, known := checks.Find(f.Check)
	if known {
		f.Title, f.Effect, f.Sources = check.Title, string(check.Effect), convert(check.Sources, newSource)
	} else {
		f.Title, f.Sources = foreign(f.Title), convert(f.Sources, rewordedSource)
	}
	f.Summary = rewordedSummary(f, check, ids)
	f.Evidence = convert(f.Evidence, rewordedEvidence)
	f.Remedies = convert(f.Remedies, func(r Remedy) Remedy {
		if remedy, known := remedies.Find(remedies.ID(r.ID)); known {
			return Remedy{ID: r.ID, Title: remedy.Heading()}
		}
		return Remedy{ID: r.ID, Title: foreign(r.Title)}
	})
	if known && len(f.Remedies) == 0 && checks.Status(f.Status) == checks.Ask {
		f.Remedies = possible(check.Remedies, ids[0])
	}
	return f
}

func rewordedEvidence(e Evidence) Evidence {
	e.Key, e.Value, e.Expected, e.Source = device.Token(e.Key), device.Token(e.Value), device.Token(e.Expected), device.Token(e.Source)
	return e
}

func rewordedNeed(n Need) Need {
	if n.Text = checks.NeedText(n.ID); n.Text == "" {
		n.Text = unknownTitle
	}
	n.Evidence = convert(n.Evidence, rewordedEvidence)
	return n
}

// rewordedSummary quotes a summary, except for the question at its end: that is looked up, and
// added if it is missing.
func rewordedSummary(f Finding, check *checks.Check, ids []device.Identity) string {
	if check == nil || checks.Status(f.Status) != checks.Ask {
		return device.Quoted(f.Summary)
	}
	found, question := partedSummary(f.Summary, check, ids)
	return strings.TrimSpace(device.Quoted(found) + " " + question)
}

// partedSummary splits a summary into the finding and the question after it.
func partedSummary(summary string, check *checks.Check, ids []device.Identity) (found, question string) {
	for _, id := range ids {
		question := checks.QuestionOf(check, id)
		if found, asks := strings.CutSuffix(summary, question); asks {
			return strings.TrimSpace(found), question
		}
	}
	return summary, checks.QuestionOf(check, ids[0])
}

func rewordedStep(s Step, ids []device.Identity) Step {
	s.For = listed(s.For)
	remedy, known := remedies.Find(remedies.ID(s.Remedy))
	if !known {
		s.Title, s.Actor, s.Risk = foreign(s.Title), device.Token(s.Actor), device.Quoted(s.Risk)
		s.Steps, s.Sources = convert(s.Steps, device.Quoted), convert(s.Sources, rewordedSource)
		return s
	}
	lines := remedy.Lines(ids[0])
	for _, id := range ids {
		if possible := remedy.Lines(id); slices.Equal(possible, s.Steps) {
			lines = possible
		}
	}
	return NewStep(remedies.Step{Remedy: remedy, Lines: lines, For: s.For})
}

// rewordedSource quotes a source together with its URL, which may lead anywhere.
func rewordedSource(s Source) Source {
	return Source{Title: device.Quoted(strings.TrimSpace(strings.Trim(s.Title, "“”") + " " + s.URL))}
}

func rewordedBackup(b Backup) Backup {
	b.Statements = convert(b.Statements, func(s Statement) Statement {
		if s.Title = checks.StatementTitle(device.StatementID(s.ID)); s.Title == "" {
			s.Title = unknownTitle
		}
		s.Faults = listed(s.Faults)
		return s
	})
	situation := faults.Situation{
		Modes:    convert(b.Faults, func(f Fault) string { return f.Mode }),
		Archived: b.Archived, InLibrary: b.InLibrary, NextFails: b.NextFails,
	}
	b.Faults = convert(b.Faults, func(f Fault) Fault {
		f.Examples = listed(f.Examples)
		known, ok := faults.Find(f.Mode)
		if ok {
			f.Title, f.Severity, f.Remedy = known.Title, string(known.Severity), faults.RemedyIn(f.Mode, situation)
			return f
		}
		f.Title, f.Severity = foreign(f.Title), string(known.Severity)
		if f.Remedy != "" {
			f.Remedy = foreign(f.Remedy)
		}
		return f
	})
	return b
}

// Bare returns a report without what [Reworded] looks up. It keeps the ids and any text that
// has no id. An id that this version does not know keeps its text.
func Bare(r Report) Report {
	r.Gaps = slices.Clone(r.Gaps)
	for i := range r.Gaps {
		r.Gaps[i].Summary = ""
	}
	r.Devices = convert(r.Devices, bareDevice)
	return r
}

func bareDevice(d Device) Device {
	ids := identitiesOf(d)
	d.Findings = convert(d.Findings, func(f Finding) Finding { return bareFinding(f, ids) })
	d.Plan = convert(d.Plan, func(s Step) Step {
		remedy, known := remedies.Find(remedies.ID(s.Remedy))
		if known && slices.Equal(remedy.Lines(ids[0]), s.Steps) {
			return Step{Remedy: s.Remedy, For: s.For}
		}
		return s
	})
	d.Proof = convert(d.Proof, func(n Need) Need {
		n.Text = ""
		return n
	})
	d.Repair, d.Copy = bareRepair(d.Repair), bareCopy(d.Copy)
	d.Backups = slices.Clone(d.Backups)
	for i := range d.Backups {
		d.Backups[i].Statements = convert(d.Backups[i].Statements, func(s Statement) Statement {
			s.Title = ""
			return s
		})
		d.Backups[i].Faults = convert(d.Backups[i].Faults, func(f Fault) Fault {
			if _, known := faults.Find(f.Mode); known {
				f.Title, f.Severity, f.Remedy = "", "", ""
			}
			return f
		})
	}
	return d
}

func bareFinding(f Finding, ids []device.Identity) Finding {
	check, known := checks.Find(f.Check)
	asks := known && checks.Status(f.Status) == checks.Ask
	if asks && slices.Equal(f.Remedies, possible(check.Remedies, ids[0])) {
		f.Remedies = nil
	}
	f.Remedies = convert(f.Remedies, func(r Remedy) Remedy {
		if _, known := remedies.Find(remedies.ID(r.ID)); known {
			r.Title = ""
		}
		return r
	})
	if !known {
		return f
	}
	f.Title, f.Effect, f.Sources = "", "", nil
	if asks {
		if found, question := partedSummary(f.Summary, check, ids); question == checks.QuestionOf(check, ids[0]) {
			f.Summary = found
		}
	}
	return f
}
