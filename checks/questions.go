package checks

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Question is one thing to ask the person holding the device.
type Question struct {
	ID      string       // ID of a check, or of a question of package device
	Text    string       // in the wording of the device, including where to look
	Kind    QuestionKind // the form of the answer
	Settles int          // how many open findings an answer could settle
	Divides float64      // how well its answers split the open causes, in bits; see dividing
}

// QuestionKind is the form of an answer.
type QuestionKind string

const (
	YesNo QuestionKind = "yes-no"
	Size  QuestionKind = "size"  // bytes, with a unit
	Words QuestionKind = "words" // the text on a screen
)

// Answers is the meaning of an answer to a check's question. One of the two answers is unhealthy
// and has a sentence that says what is then the case; the other means the check's Title.
type Answers struct{ Yes, No string }

// unwell returns the sentence of the unhealthy answer; "" for a check without a question.
func (t Answers) unwell() string { return t.Yes + t.No }

// A shared question can settle more than one check.
type shared struct {
	id      string
	kind    QuestionKind
	text    string   // a template, see Expand
	settles []string // IDs of checks
}

// sharedQuestions come before those of single checks, in this order among equals.
var sharedQuestions = []shared{
	{
		id: device.BackUpNowQuestion, kind: YesNo, settles: ruledOutByBackUpNow,
		text: "Does a backup complete when Back Up Now is tapped in {P-BACKUP}? It needs Wi-Fi, but neither power nor a locked screen.",
	},
	{
		id: device.MessageQuestion, kind: Words, settles: namedByMessages(),
		text: "What does the {device} say about the failed backup, in {P-BACKUP} or in a notice? Give its exact words, as far as they are shown.",
	},
	{
		id: device.FreeICloudQuestion, kind: Size,
		settles: []string{"icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive", "storage-plan-lapsed"},
		text:    "How much iCloud storage is free, such as 1.2 GB? {P-STORAGE} shows how much is used, and the total.",
	},
	{
		id: device.NextSizeQuestion, kind: Size,
		settles: []string{"icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive"},
		text:    "How large is the next backup, such as 7.4 GB? {P-BACKUPS} shows it.",
	},
}

// ruledOutByBackUpNow is every cause that also keeps Back Up Now from completing, which
// excludes conditions of the nightly backup alone.
var ruledOutByBackUpNow = []string{
	"enable-backup-fails", "backup-now-greyed",
	"icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive", "storage-plan-lapsed",
	"signed-out", "account-needs-attention", "terms-not-accepted", "mdm-disallows-backup",
	"managed-account-service-off", "screen-time-account-changes", "store-demo-mode",
	"wifi-slow-unstable", "captive-portal", "vpn-proxy-firewall", "icloud-outage",
	"transient-glitch", "system-hung", "needs-unlock-for-keys", "backup-locked-elsewhere",
	"corrupt-previous-backup", "escalate-apple-support", "persistent-software-fault",
}

// namedByMessages returns every cause that a known message of a failed backup points to; such a
// cause also keeps Back Up Now from completing.
func namedByMessages() []string {
	var ids []string
	for _, m := range codes.Meanings() {
		if m.Message != "" {
			ids = append(ids, m.Checks...)
		}
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(ruledOutByBackUpNow, id) })
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Questions returns the unanswered questions that a device's findings leave open, starting with
// those whose answers split the open causes best. Judge the device again after each answer: an
// answer may settle other questions too.
func Questions(s device.Snapshot, findings []Finding) []Question {
	open := openChecks(findings)
	var questions []Question
	for _, q := range sharedQuestions {
		settles := settledBy(q, s, open)
		text, ok := remedies.Expand(q.text, s.Device)
		if _, answered := said(s, q.id); len(settles) > 1 && ok && !answered {
			questions = append(questions, Question{ID: q.id, Text: text, Kind: q.kind, Settles: len(settles), Divides: dividing(open, settles, q.kind == Words)})
		}
	}
	for _, c := range open {
		if _, answered := said(s, c.ID); c.Answers.unwell() != "" && !answered {
			questions = append(questions, Question{ID: c.ID, Text: QuestionOf(c, s.Device), Kind: YesNo, Settles: 1, Divides: dividing(open, []string{c.ID}, false)})
		}
	}
	slices.SortStableFunc(questions, func(a, b Question) int { return cmp.Compare(b.Divides, a.Divides) })
	return questions
}

// settledBy returns the open checks that an answer to a shared question could settle. The size
// of the next backup settles nothing by itself: it is compared with the known free storage.
func settledBy(q shared, s device.Snapshot, open []*Check) []string {
	if _, known := said(s, device.FreeICloudQuestion); q.id == device.NextSizeQuestion && !known {
		return nil
	}
	var ids []string
	for _, id := range q.settles {
		if slices.ContainsFunc(open, func(c *Check) bool { return c.ID == id }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// dividing returns how well the answers to a question split the open causes: the entropy, in
// bits, of the answer. Each cause is weighted by how often the table of codes and messages
// leads to it (see likelihood). An answer separates the causes that a question settles from all
// others; the text of a message also separates them from each other.
func dividing(open []*Check, settles []string, each bool) float64 {
	total, group := 0.0, 0.0
	var parts []float64
	for _, c := range open {
		weight := likelihood(c.ID)
		total += weight
		switch {
		case !slices.Contains(settles, c.ID):
		case each:
			parts = append(parts, weight)
			group += weight
		default:
			group += weight
		}
	}
	if !each {
		parts = []float64{group}
	}
	bits := 0.0
	for _, part := range append(parts, total-group) {
		if share := part / total; share > 0 {
			bits -= share * math.Log2(share)
		}
	}
	return bits
}

// likelihood weights a cause by the table of codes and messages: 3 for each that states it, 2
// for each that points to it, 1 for each that it may be, and 1 for a cause that none leads to.
func likelihood(id string) float64 {
	return likelihoods()[id] + 1
}

var likelihoods = sync.OnceValue(func() map[string]float64 {
	weights := map[string]float64{}
	for _, m := range codes.Meanings() {
		for _, id := range m.Checks {
			switch m.Strength(id) {
			case codes.States:
				weights[id] += 3
			case codes.PointsTo:
				weights[id] += 2
			default:
				weights[id]++
			}
		}
	}
	return weights
})

// openChecks returns the checks that ended in a question, blocking ones first.
func openChecks(findings []Finding) []*Check {
	var open []*Check
	for _, f := range findings {
		if f.Status == Ask && !slices.Contains(open, f.Check) {
			open = append(open, f.Check)
		}
	}
	order := []Effect{Blocks, MayBlock, Informs}
	slices.SortStableFunc(open, func(a, b *Check) int {
		return cmp.Compare(slices.Index(order, a.Effect), slices.Index(order, b.Effect))
	})
	return open
}

// FindQuestion returns the question with an ID in the wording of a device; false if there is
// none.
func FindQuestion(id string, of device.Identity) (Question, bool) {
	for _, q := range sharedQuestions {
		if q.id == id {
			text, _ := remedies.Expand(q.text, of)
			return Question{ID: id, Text: text, Kind: q.kind, Settles: len(q.settles)}, true
		}
	}
	for _, c := range All() {
		if c.ID == id && c.Answers.unwell() != "" {
			return Question{ID: id, Text: QuestionOf(c, of), Kind: YesNo, Settles: 1}, true
		}
	}
	return Question{}, false
}

// QuestionIDs returns the IDs of all questions that can be answered, sorted.
func QuestionIDs() []string {
	var ids []string
	for _, q := range sharedQuestions {
		ids = append(ids, q.id)
	}
	for _, c := range All() {
		if c.Answers.unwell() != "" {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// said returns a person's answer to a question.
func said(s device.Snapshot, question string) (device.Answer, bool) {
	i := slices.IndexFunc(s.Answers, func(a device.Answer) bool { return a.Question == question })
	if i >= 0 {
		return s.Answers[i], true
	}
	if question == device.FreeICloudQuestion {
		return freeInMessage(s)
	}
	return device.Answer{}, false
}

// freeInMessage returns the free iCloud storage if the typed message states it.
func freeInMessage(s device.Snapshot) (device.Answer, bool) {
	a, ok := said(s, device.MessageQuestion)
	text, err := a.Text.Get()
	if !ok || err != nil {
		return device.Answer{}, false
	}
	size, found := codes.FreeStorage(text)
	if !found {
		return device.Answer{}, false
	}
	free, err := device.ParseAnswer(device.FreeICloudQuestion, size, a.At)
	return free, err == nil
}
