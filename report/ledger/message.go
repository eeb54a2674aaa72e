package ledger

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"github.com/google/uuid"
)

// A Message is one report as received from a bench.
type Message struct {
	ID       string        // a UUIDv7 that identifies the report
	Bench    string        // name of the bench, from its credentials
	Site     string        // site of the bench; "" if unknown
	Received time.Time     // when the hub received it
	Sent     time.Time     // when the bench sent it, by its own clock; zero if unknown
	Report   report.Report // with the devices; it may be in the words of its writer
	Cut      string        // what was left out to shorten the report: evidence, findings; "" for nothing
	JSON     []byte        // the report as received, including unknown fields; nil means Report itself

	Number receipt.Number // in the ledger of the bench; zero for an unnumbered report
	Whole  []byte         // the message as received, set aside if it is refused
}

// A Refusal is a message that was not stored.
type Refusal struct {
	ID     string // as received, shortened
	Bench  string // "" if the message names none
	Reason Reason
}

// A Reason says why a message was refused. Reasons are stored, so their values never change.
type Reason string

const (
	BadID      Reason = "bad-id"      // its ID is not a UUIDv7
	BadBench   Reason = "bad-bench"   // it names no bench
	NotDevices Reason = "not-devices" // its report is about backups on a computer
	NoDevice   Reason = "no-device"   // it has no reading of a device with an ID
	TooMany    Reason = "too-many"    // more devices than allowed
	TooLong    Reason = "too-long"    // longer than allowed
)

// UnknownCheck is the reason for leaving out individual findings rather than the report: this
// program does not know their checks, and the bench has sent too many unknown checks.
const UnknownCheck Reason = "unknown-check"

// Limits of a message.
const (
	maxDetail   = 32 << 20 // bytes of a report of this computer: about 45 kB per device, a few MB with ruined backups
	maxJSON     = 8 << 20  // bytes of a report from another computer
	maxDevices  = 1000     // per report
	maxFindings = 1000     // per device; any more are stored in the details only
	maxName     = 256      // bytes of a name, ID or version
	maxSentence = 1024     // bytes of a headline
	maxAsset    = 8 << 10  // bytes of an inventory row, as JSON
)

// A reading dated after its arrival was dated by a clock that jumped or was wrong. Differences up
// to these limits may come from the two clocks and the transmission.
const (
	aheadKnown   = time.Minute    // for a bench that sends its clock
	aheadUnknown = 24 * time.Hour // for one that does not
)

// sameClock is a difference small enough to be transmission time; it is not corrected.
const sameClock = 5 * time.Second

// clock returns how far the bench's clock was ahead of the hub's when it sent the message, or zero
// if unknown.
func (m Message) clock() time.Duration {
	off := m.Sent.Sub(m.Received)
	if m.Sent.IsZero() || off.Abs() < sameClock {
		return 0
	}
	return off
}

// takenAt returns when a device was read, by the hub's clock: the bench's time, corrected by how
// far its clock was ahead when it sent the message, and never later than the arrival. The date is
// doubtful if the clock must have jumped in between.
func (m Message) takenAt(at time.Time) (taken time.Time, doubtful bool) {
	allowed := aheadKnown
	if m.Sent.IsZero() {
		allowed = aheadUnknown
	}
	taken = at.Add(-m.clock())
	if late := taken.Sub(m.Received); late > 0 {
		return m.Received, late > allowed
	}
	return taken, false
}

// A preparedMessage is a message that can be stored.
type preparedMessage struct {
	message  Message
	received int64
	packed   []byte
	visits   []visit
	own      bool // of this computer: its visits are in the order of writing
	replaces struct{ report, visit int64 }
}

// open unpacks a message. The Reason is "" if the message can be stored. Checks do not have their
// numbers yet.
func open(m Message) (preparedMessage, Reason, error) {
	switch id, err := uuid.Parse(m.ID); {
	case err != nil || id.Version() != 7 || id.String() != m.ID:
		return preparedMessage{}, BadID, nil
	case m.Bench == "" || m.Bench != text(m.Bench, maxName):
		return preparedMessage{}, BadBench, nil
	case m.Report.Subject == report.OfBackups:
		return preparedMessage{}, NotDevices, nil
	case len(m.Report.Devices) > maxDevices:
		return preparedMessage{}, TooMany, nil
	}
	if m.JSON == nil {
		document, err := json.Marshal(m.Report)
		if err != nil {
			return preparedMessage{}, "", fmt.Errorf("writing a report: %w", err)
		}
		m.JSON = document
	}
	if len(m.JSON) > maxJSON {
		return preparedMessage{}, TooLong, nil
	}
	p := preparedMessage{message: m, received: seconds(m.Received), packed: pack(m.JSON)}
	seen := map[string]bool{}
	for _, d := range m.Report.Devices {
		v := newVisit(m, d)
		if v.key == "" || seen[v.key] || d.Reason == string(device.NotAttached) {
			continue
		}
		seen[v.key] = true
		p.visits = append(p.visits, v)
	}
	if len(p.visits) == 0 {
		return preparedMessage{}, NoDevice, nil
	}
	return p, "", nil
}

// newVisit returns the visit for one device of a report.
func newVisit(m Message, d report.Device) visit {
	taken, doubtful := m.takenAt(d.TakenAt)
	d = withPlausibleBackup(d, taken)
	return visit{
		key:      device.UDIDKey(text(d.UDID, maxName)),
		udid:     text(d.UDID, maxName),
		reportID: m.ID,
		received: seconds(m.Received),
		taken:    seconds(taken),
		place:    seconds(taken),
		seen:     true,
		ahead:    doubtful,
		bench:    m.Bench,
		site:     siteOf(m, d),
		slot:     text(d.Slot, maxName),
		location: text(d.Location, maxName),
		serial:   text(d.Serial, maxName),
		name:     text(d.Name, maxName),
		product:  text(d.ProductType, maxName),
		model:    text(d.ModelName, maxName),
		system:   text(d.System, maxName),
		version:  text(d.ProductVersion, maxName),
		asset:    assetOf(d),
		verdict:  text(d.Verdict, maxName),
		headline: device.Quoted(text(d.Headline, maxSentence-len("“”"))),
		reason:   text(d.Reason, maxName),
		retried:  text(d.Retried, maxName),
		backup:   backupOf(d),
		noBackup: text(d.NoLastBackup, maxName),
		findings: findingsOf(d),
		repair:   report.RewordedRepair(d.Repair),
	}
}

// siteOf returns the site of a device: from the inventory unless redacted, otherwise the site of
// the bench.
func siteOf(m Message, d report.Device) string {
	for _, f := range d.Asset {
		if strings.EqualFold(f.Name, "site") && f.Value != "" && !m.Report.Redacted {
			return text(f.Value, maxName)
		}
	}
	return text(m.Site, maxName)
}

// assetOf returns the inventory row as JSON, with as many columns as fit.
func assetOf(d report.Device) string {
	kept := []report.Field{}
	room := maxAsset
	for _, f := range d.Asset {
		f := report.Field{Name: text(f.Name, maxName), Value: text(f.Value, maxSentence)}
		if room -= len(f.Name) + len(f.Value); room < 0 {
			break
		}
		kept = append(kept, f)
	}
	document, err := json.Marshal(kept)
	if err != nil { // cannot fail: it contains only text
		return "[]"
	}
	return string(document)
}

// withPlausibleBackup returns the device without a last backup that ended after the device was read:
// the bench could not notice that if its own clock was wrong, too.
func withPlausibleBackup(d report.Device, taken time.Time) report.Device {
	if d.LastBackup.After(taken.Add(checks.ClockTolerance)) {
		d.LastBackup, d.NoLastBackup = time.Time{}, string(device.Implausible)
	}
	return d
}

func backupOf(d report.Device) int64 {
	switch {
	case !d.LastBackup.IsZero():
		return max(seconds(d.LastBackup), neverBackedUp+1)
	case d.NoLastBackup == string(device.Absent):
		return neverBackedUp
	default:
		return backupUnknown
	}
}

// severity orders the statuses: if a check has several findings, the most severe is kept. One unreadable
// subject does not make the others healthy.
var severity = map[string]int{
	string(checks.OK): 1, string(checks.Unknown): 2, report.StatusSuppressed: 3, string(checks.Warning): 4, string(checks.Problem): 5,
}

// checkID matches valid check IDs.
var checkID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// findingsOf returns the findings of a device, one per check. An open question is not a finding.
func findingsOf(d report.Device) []finding {
	var list []finding
	at := map[string]int{}
	add := func(f finding) {
		i, known := at[f.check]
		switch {
		case severity[f.status] == 0 || !checkID.MatchString(f.check):
		case !known && len(list) < maxFindings:
			at[f.check] = len(list)
			list = append(list, f)
		case known && outranks(f, list[i]):
			list[i] = f
		}
	}
	for _, f := range d.Findings {
		by := f.ExplainedBy
		if !checkID.MatchString(by) {
			by = ""
		}
		add(finding{check: f.Check, status: f.Status, by: by})
	}
	for _, s := range d.Suppressed {
		add(finding{check: s.Check, status: report.StatusSuppressed})
	}
	return list
}

// outranks reports whether f outranks than; of two equals, the unexplained one does.
func outranks(f, than finding) bool {
	if f.status == than.status {
		return f.by == "" && than.by != ""
	}
	return severity[f.status] > severity[than.status]
}

// text returns untrusted text as a database can store it: UTF-8 without NUL, at most limit bytes.
func text(s string, limit int) string {
	if len(s) > limit {
		end := limit
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

// lastSecond is the last second that RFC 3339 can represent.
var lastSecond = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()

// seconds returns a time as it is stored.
func seconds(t time.Time) int64 { return min(max(t.Unix(), 0), lastSecond) }

// timeOf converts a stored time; 0 is the zero time.
func timeOf(seconds int64) time.Time {
	if seconds <= 0 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
