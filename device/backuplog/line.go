package backuplog

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// MaxText is the number of bytes kept of one message. Relevant lines are shorter.
const MaxText = 4 << 10

// A Line is one message of a log.
type Line struct {
	At      time.Time // zero if not in the log
	Process string    // backupd
	PID     string    // process ID; "" if not in the log
	Error   bool      // level is error or fault, if the log has levels
	Text    string    // at most MaxText bytes, not validated
}

// Processes with relevant lines. See the package comment.
const (
	backupd     = "backupd"
	preferences = "Preferences"
	setup       = "Setup"
	reporter    = "ReportCrash" // says which process died
)

// Concerns reports whether lines of a process, given by name or path, can be relevant to
// iCloud backups.
func Concerns(process string) bool {
	return slices.Contains([]string{backupd, preferences, setup, reporter}, path.Base(process))
}

// A Calendar completes timestamps in a log that omits the year, the date or the time zone.
type Calendar struct {
	Latest time.Time      // when the file was last written; no line is more than a day later
	Zone   *time.Location // for times without a zone
}

// ParseLine parses a line written by idevicesyslog, pymobiledevice3, log show or the
// Console app. ok is false for anything else, such as the continuation lines of a long
// message.
func ParseLine(text string, calendar Calendar) (line Line, ok bool) {
	for _, f := range forms {
		match := f.pattern.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		part := func(group string) string {
			if i := f.pattern.SubexpIndex(group); i >= 0 {
				return match[i]
			}
			return ""
		}
		return Line{
			At:      f.time(part("time"), calendar),
			Process: part("process"),
			PID:     part("pid"),
			Error:   isError(part("level")),
			Text:    Cut(part("text")),
		}, true
	}
	return Line{}, false
}

// Cut truncates a message to MaxText bytes.
func Cut(text string) string { return text[:min(len(text), MaxText)] }

func isError(level string) bool {
	switch strings.ToLower(level) {
	case "error", "fault", "e", "f":
		return true
	}
	return false
}

// A form is the log format of one program.
type form struct {
	pattern *regexp.Regexp
	time    func(string, Calendar) time.Time
}

var forms = []form{
	// idevicesyslog and the device's own syslog: Nov 21 03:12:15 Adas-iPhone backupd(Lib)[123] <Error>: text
	{
		regexp.MustCompile(`(?s)^(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)? (?:\S+ )?(?P<process>[^\[(<:]+)(?:\([^)]*\))?\[(?P<pid>\d+)\] <(?P<level>\w+)>: ?(?P<text>.*)`),
		withoutYear,
	},
	// pymobiledevice3: 2026-11-21 03:12:15.123456 backupd{Lib}[123] <ERROR>: text
	{
		regexp.MustCompile(`^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? (?P<process>[^\[{<:]+)(?:\{[^}]*\})?\[(?P<pid>\d+)\] ?<(?P<level>\w+)>: ?(?P<text>.*)`),
		whole,
	},
	// log show: 2026-11-21 03:12:15.123456+0100 0x1a2b Error 0x0 123 0 backupd: (Lib) [subsystem:category] text
	{
		regexp.MustCompile(`^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d{4}) +0x[0-9a-f]+ +(?P<level>\w+) +0x[0-9a-f]+ +(?P<pid>\d+) +\d+ +(?P<process>[^:]+): (?P<text>.*)`),
		whole,
	},
	// log show --style syslog: 2026-11-21 03:12:15.123456+0100  localhost backupd[123]: (Lib) [subsystem:category] text
	{
		regexp.MustCompile(`^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d{4}) +\S+ (?P<process>[^\[:]+)\[(?P<pid>\d+)\]: (?P<text>.*)`),
		whole,
	},
	// log show --style compact: 2026-11-21 03:12:15.123 E  backupd[123:4567] [subsystem:category] text
	{
		regexp.MustCompile(`^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) +(?P<level>\w{1,2}) +(?P<process>[^\[:]+)\[(?P<pid>\d+):[0-9a-f]+\] (?P<text>.*)`),
		whole,
	},
	// Copied from the Console app: error	03:12:15.123456+0100	backupd	text
	{
		regexp.MustCompile(`^(?:[^\t]*\t)?(?P<level>[A-Za-z]+)\t(?P<time>\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d{4})\t(?P<process>[^\t]+)\t(?P<text>.*)`),
		withoutDay,
	},
	// Copied from the Console app with two columns: backupd	text
	{
		regexp.MustCompile(`^(?P<process>[A-Za-z][\w.-]*)\t(?P<text>.+)`),
		func(string, Calendar) time.Time { return time.Time{} },
	},
}

// whole parses a time with a date and an optional zone.
func whole(text string, calendar Calendar) time.Time {
	if at, err := time.Parse("2006-01-02 15:04:05-0700", text); err == nil {
		return at.UTC()
	}
	at, err := time.ParseInLocation(time.DateTime, text, calendar.zone())
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// withoutYear parses a time without a year, and returns the latest such time that is not
// after the calendar's end.
func withoutYear(text string, calendar Calendar) time.Time {
	end := calendar.end()
	for year := end.Year(); year > end.Year()-5; year-- { // not every year has a 29 February
		at, err := time.ParseInLocation("2006 Jan _2 15:04:05", end.AddDate(year-end.Year(), 0, 0).Format("2006 ")+text, calendar.zone())
		if err == nil && !at.After(end) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// withoutDay parses a time without a date, and returns the latest such time before the file
// was written. Without a date, a whole day of tolerance would be ambiguous, so it allows
// only an hour.
func withoutDay(text string, calendar Calendar) time.Time {
	at, err := time.Parse("15:04:05-0700", text)
	if err != nil || calendar.Latest.IsZero() {
		return time.Time{}
	}
	latest := calendar.Latest.In(at.Location())
	at = time.Date(latest.Year(), latest.Month(), latest.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location())
	if at.After(latest.Add(time.Hour)) {
		at = at.AddDate(0, 0, -1)
	}
	return at.UTC()
}

// end is the latest possible time of a line.
func (c Calendar) end() time.Time { return c.Latest.In(c.zone()).AddDate(0, 0, 1) }

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}
