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

// A Message is one report as it came from a bench.
type Message struct {
	ID       string        // a UUIDv7, by which the same report is known again
	Bench    string        // name of the bench, as its credentials tell it
	Site     string        // where the bench stands; "" if that is not known
	Received time.Time     // when the hub had it
	Sent     time.Time     // when the bench sent it, by its own clock; zero if it does not tell
	Report   report.Report // with the devices
	Cut      string        // what was left out of the report to make it short enough: evidence, findings; "" for nothing
	JSON     []byte        // the report as it came, with whatever its writer added; nil is Report's own

	Number receipt.Number // in the ledger of the bench; zero for a report without one
	Whole  []byte         // the message as it came, to be set aside if it is refused
}

// A Refusal is a message that was not kept.
type Refusal struct {
	ID     string // as it came, shortened
	Bench  string // "" if the message names none
	Reason Reason
}

// A Reason says why a message was refused. Reasons are stored, so their values never change.
type Reason string

const (
	BadID      Reason = "bad-id"      // its id is no UUIDv7
	BadBench   Reason = "bad-bench"   // it names no bench
	NotDevices Reason = "not-devices" // its report is about the backups on a computer
	NoDevice   Reason = "no-device"   // nothing in it is the reading of a device that has an id
	TooMany    Reason = "too-many"    // more devices than a report can have
	TooLong    Reason = "too-long"    // longer than a report can be
)

// UnknownCheck is the reason for which single findings of a report were left out, and not the
// report: this program does not know their checks, and the bench has sent too many of those.
const UnknownCheck Reason = "unknown-check"

// What a message may hold.
const (
	maxDetail   = 32 << 20 // bytes of a report of this computer: a device has about 45 kB, and one with ruined backups some MB
	maxJSON     = 8 << 20  // bytes of a report that came from another
	maxDevices  = 1000     // in a report
	maxFindings = 1000     // on a device; those behind are in the details only
	maxName     = 256      // bytes of a name, an id or a version
	maxSentence = 1024     // bytes of a headline
	maxAsset    = 8 << 10  // bytes of a row of the inventory, as JSON
)

// A reading that lies later than its arrival was dated by a clock that jumped, or was wrong. So
// much of it may be the clocks of two computers, and the way between them.
const (
	aheadKnown   = time.Minute    // of a bench that tells its clock
	aheadUnknown = 24 * time.Hour // of one that does not
)

// sameClock is a difference that may be the way between two computers, and corrects nothing.
const sameClock = 5 * time.Second

// clock is how far the clock of the bench was ahead of the hub's when it sent the message, zero if
// that is not known.
func (m Message) clock() time.Duration {
	off := m.Sent.Sub(m.Received)
	if m.Sent.IsZero() || off.Abs() < sameClock {
		return 0
	}
	return off
}

// takenAt is when a device was read, by the hub's clock: the bench's time, less what its clock was
// ahead as it sent the message, and never later than the arrival. The order is doubtful where the
// clock must have jumped in between.
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

// A parcel is a message that can be kept.
type parcel struct {
	message  Message
	received int64
	packed   []byte
	visits   []visit
	own      bool // of this computer: its visits are in the order in which they are written
	replaces struct{ report, visit int64 }
}

// open takes a message apart. Its Reason is "" if the message can be kept. Names of checks
// are not known by number yet.
func open(m Message) (parcel, Reason, error) {
	switch id, err := uuid.Parse(m.ID); {
	case err != nil || id.Version() != 7 || id.String() != m.ID:
		return parcel{}, BadID, nil
	case m.Bench == "" || m.Bench != text(m.Bench, maxName):
		return parcel{}, BadBench, nil
	case m.Report.Subject == report.OfBackups:
		return parcel{}, NotDevices, nil
	case len(m.Report.Devices) > maxDevices:
		return parcel{}, TooMany, nil
	}
	if m.JSON == nil {
		document, err := json.Marshal(m.Report)
		if err != nil {
			return parcel{}, "", fmt.Errorf("writing a report: %w", err)
		}
		m.JSON = document
	}
	if len(m.JSON) > maxJSON {
		return parcel{}, TooLong, nil
	}
	p := parcel{message: m, received: seconds(m.Received), packed: pack(m.JSON)}
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
		return parcel{}, NoDevice, nil
	}
	return p, "", nil
}

// newVisit is what a report tells of one of its devices.
func newVisit(m Message, d report.Device) visit {
	taken, doubtful := m.takenAt(d.TakenAt)
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
	}
}

// siteOf is where a device belongs: what the inventory says, unless that was redacted, and
// else where the bench stands.
func siteOf(m Message, d report.Device) string {
	for _, f := range d.Asset {
		if strings.EqualFold(f.Name, "site") && f.Value != "" && !m.Report.Redacted {
			return text(f.Value, maxName)
		}
	}
	return text(m.Site, maxName)
}

// assetOf is the row of the inventory as JSON, as many columns as there is room for.
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
	if err != nil { // it is texts
		return "[]"
	}
	return string(document)
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

// gravity orders the statuses: of several findings of one check the gravest is kept. That
// one subject could not be read does not make the others well.
var gravity = map[string]int{
	string(checks.OK): 1, string(checks.Unknown): 2, report.StatusSuppressed: 3, string(checks.Warning): 4, string(checks.Problem): 5,
}

// checkID is what can name a check.
var checkID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// findingsOf are the findings of a device, one for each check. A question that is open tells
// nothing.
func findingsOf(d report.Device) []finding {
	var list []finding
	at := map[string]int{}
	add := func(f finding) {
		i, known := at[f.check]
		switch {
		case gravity[f.status] == 0 || !checkID.MatchString(f.check):
		case !known && len(list) < maxFindings:
			at[f.check] = len(list)
			list = append(list, f)
		case known && graver(f, list[i]):
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

// graver puts what nothing explains above its like that is explained.
func graver(f, than finding) bool {
	if f.status == than.status {
		return f.by == "" && than.by != ""
	}
	return gravity[f.status] > gravity[than.status]
}

// text is a stranger's text as a database can keep it: UTF-8 without NUL, of at most limit
// bytes.
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

// lastSecond is the last one that RFC 3339 can write.
var lastSecond = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()

// seconds is a time as it is stored.
func seconds(t time.Time) int64 { return min(max(t.Unix(), 0), lastSecond) }

// timeOf is a stored time, the zero time for 0.
func timeOf(seconds int64) time.Time {
	if seconds <= 0 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
