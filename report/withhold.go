package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/device"
)

// Withhold returns a judged device without its identity. The facts come from redacted, the
// snapshot after [device.Redact], and every private text of the snapshot is replaced in the
// wording of findings. The verdict, findings and plan stay the same.
func Withhold(d Device, s, redacted device.Snapshot) Device {
	d.UDID, d.Serial, d.Name = redacted.Device.UDID, textOf(redacted.Device.Serial), textOf(redacted.Device.Name)
	d.Asset = nil
	for _, f := range redacted.Labels.Asset {
		d.Asset = append(d.Asset, Field(f))
	}
	d.Backups, d.Repair, d.Copy = convert(redacted.Backups, newBackup), newRepair(redacted.Repair), NewCopy(redacted.Device.UDID, redacted.Copy)
	w := newPrivateWords(device.PrivateTexts(s))
	d.Headline = w.clean(d.Headline)
	d.Findings = slices.Clone(d.Findings)
	for i, f := range d.Findings {
		f.Subject, f.Summary, f.Detail = w.clean(f.Subject), w.clean(f.Summary), w.clean(f.Detail)
		f.Evidence = convert(f.Evidence, w.evidence)
		d.Findings[i] = f
	}
	d.Proof = slices.Clone(d.Proof)
	for i, n := range d.Proof {
		d.Proof[i].Detail, d.Proof[i].Evidence = w.clean(n.Detail), convert(n.Evidence, w.evidence)
	}
	d.Suppressed = slices.Clone(d.Suppressed)
	for i, s := range d.Suppressed {
		s.Subject, s.Summary = w.clean(s.Subject), w.clean(s.Summary)
		d.Suppressed[i] = s
	}
	return d
}

// A withheld is a private text and its replacement.
type withheld struct{ text, placeholder string }

// privateWords are private texts to replace, longest first, because one may contain another.
type privateWords []withheld

func newPrivateWords(texts []string) privateWords {
	var w privateWords
	for i, text := range texts {
		w = append(w, withheld{text, fmt.Sprintf("withheld-%d", i+1)})
	}
	slices.SortStableFunc(w, func(a, b withheld) int { return cmp.Compare(len(b.text), len(a.text)) })
	return w
}

func (w privateWords) evidence(e Evidence) Evidence {
	e.Key, e.Value, e.Expected, e.Source = w.clean(e.Key), w.clean(e.Value), w.clean(e.Expected), w.clean(e.Source)
	return e
}

// clean replaces every private text that is not part of a longer word.
func (w privateWords) clean(text string) string {
	for _, private := range w {
		if strings.Contains(text, private.text) {
			text = replaceWord(text, private)
		}
	}
	return text
}

func replaceWord(text string, private withheld) string {
	var out strings.Builder
	rest := text
	for {
		i := strings.Index(rest, private.text)
		if i < 0 {
			out.WriteString(rest)
			return out.String()
		}
		end := i + len(private.text)
		before, _ := utf8.DecodeLastRuneInString(rest[:i])
		first, _ := utf8.DecodeRuneInString(private.text)
		last, _ := utf8.DecodeLastRuneInString(private.text)
		after, _ := utf8.DecodeRuneInString(rest[end:])
		out.WriteString(rest[:i])
		if wordly(before) && wordly(first) || wordly(last) && wordly(after) {
			out.WriteString(private.text)
		} else {
			out.WriteString(private.placeholder)
		}
		rest = rest[end:]
	}
}

// wordly reports whether a rune can be part of a word.
func wordly(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
