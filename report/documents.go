package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A DeviceList is the attached devices, and whether they trust this computer.
type DeviceList struct {
	Header
	Devices []ListedDevice `json:"devices"` // in the order of reports
	LeftOut []LeftOut      `json:"leftOut"` // devices on the network, which were not queried
	Gaps    []Gap          `json:"gaps"`    // why devices may be missing
}

// A ListedDevice is an attached device that was not examined.
type ListedDevice struct {
	UDID           string  `json:"udid"`                     // its identifier
	Serial         string  `json:"serial,omitempty"`         // its serial number; absent if unknown
	Slot           string  `json:"slot,omitempty"`           // its place on the bench; absent if it has none
	Location       string  `json:"location,omitempty"`       // the USB port; absent if usbmuxd does not report it
	Connection     string  `json:"connection,omitempty"`     // USB or Network
	InUse          *InUse  `json:"inUse,omitempty"`          // the command that is acting on it; absent if none
	Asset          []Field `json:"asset,omitempty"`          // its row in the inventory; absent if it has none
	Name           string  `json:"name"`                     // its name, as set by its owner; "" if unknown
	ProductType    string  `json:"productType,omitempty"`    // iPhone14,4; absent if unknown
	ModelName      string  `json:"modelName,omitempty"`      // iPhone 13 mini; absent if unknown
	System         string  `json:"system,omitempty"`         // iOS or iPadOS
	ProductVersion string  `json:"productVersion,omitempty"` // of the system: 18.7.2; absent if unknown
	Trust          string  `json:"trust"`                    // true, false or unknown
	Summary        string  `json:"summary"`                  // the trust state in words
	Reason         string  `json:"reason,omitempty"`         // why trust is unknown: timeout, locked, …
	Detail         string  `json:"detail,omitempty"`         // the device's own name for the error
}

// ListOf returns the devices of a report made by [Trust].
func ListOf(r Report) DeviceList {
	list := DeviceList{Header: NewHeader(KindDevices), Devices: []ListedDevice{}, LeftOut: listed(r.LeftOut), Gaps: listed(r.Gaps)}
	for _, d := range r.Devices {
		one := ListedDevice{
			UDID: d.UDID, Serial: d.Serial, Slot: d.Slot, Location: d.Location, Connection: d.Connection, InUse: d.InUse, Asset: d.Asset,
			Name: d.Name, ProductType: d.ProductType, ModelName: d.ModelName, System: d.System, ProductVersion: d.ProductVersion,
			Trust: string(checks.NotShown), Reason: d.Reason, Detail: d.Detail,
		}
		for _, f := range d.Findings {
			one.Summary = f.Summary
			switch checks.Status(f.Status) {
			case checks.OK:
				one.Trust = string(checks.ShownTrue)
			case checks.Problem, checks.Warning:
				one.Trust = string(checks.ShownFalse)
			default:
				one.Reason, one.Detail = f.Reason, f.Detail
			}
		}
		list.Devices = append(list.Devices, one)
	}
	return list
}

// A CheckList lists every check, in the order of a scan.
type CheckList struct {
	Header
	Checks []ListedCheck `json:"checks"` // in the order in which findings are shown
}

// A ListedCheck is a check without its documentation.
type ListedCheck struct {
	Check    string `json:"check"`              // id of the check
	Title    string `json:"title"`              // the healthy state, as a statement
	Effect   string `json:"effect"`             // blocks, may-block or informs
	Judged   bool   `json:"judged"`             // what is read from the device can answer it, or hint at the answer
	Question string `json:"question,omitempty"` // for a person; absent if there is none
}

// NewCheckList returns the list of the given checks.
func NewCheckList(all []*checks.Check) CheckList {
	list := CheckList{Header: NewHeader(KindChecks), Checks: []ListedCheck{}}
	for _, c := range all {
		list.Checks = append(list.Checks, listedCheck(c))
	}
	return list
}

func listedCheck(c *checks.Check) ListedCheck {
	question, _ := remedies.Expand(c.Ask, device.Identity{})
	return ListedCheck{Check: c.ID, Title: c.Title, Effect: string(c.Effect), Judged: c.Judge != nil, Question: question}
}

// An Explanation is what is known about one check, or about error codes and messages.
type Explanation struct {
	Header
	Checks   []ExplainedCheck `json:"checks"`   // the requested check; empty for a code or message
	Meanings []Meaning        `json:"meanings"` // what the codes and messages mean; empty for a check
	Plan     []Step           `json:"plan"`     // what to do, in the wording of the newest version
}

// An ExplainedCheck is a check with its documentation.
type ExplainedCheck struct {
	ListedCheck
	Doc     string   `json:"doc"`     // why the cause matters and how it is decided, as Markdown
	Sources []Source `json:"sources"` // where the cause is documented
}

// A Meaning is what an error code or a message means.
type Meaning struct {
	Title            string   `json:"title"`                      // MBErrorDomain/303, or the message
	InICloud         string   `json:"inICloud,omitempty"`         // in iCloud Backup; absent if it does not occur there
	InComputerBackup string   `json:"inComputerBackup,omitempty"` // in a backup to a computer; absent if it does not occur there
	Unofficial       bool     `json:"unofficial"`                 // the meaning is not from Apple's documentation
	Checks           []string `json:"checkIDs"`                   // ids of the likely causes, likeliest first
	Sources          []Source `json:"sources"`                    // where the meaning was found
}

// ExplainCheck explains a check.
func ExplainCheck(c *checks.Check) Explanation {
	e := Explanation{Header: NewHeader(KindExplanation), Meanings: []Meaning{}, Plan: StepsOf(c)}
	e.Checks = []ExplainedCheck{{ListedCheck: listedCheck(c), Doc: c.Doc, Sources: sourceList(c.Sources)}}
	return e
}

// ExplainMeanings explains error codes and messages.
func ExplainMeanings(meanings []codes.Meaning) Explanation {
	e := Explanation{Header: NewHeader(KindExplanation), Checks: []ExplainedCheck{}, Meanings: []Meaning{}, Plan: []Step{}}
	for _, m := range meanings {
		e.Meanings = append(e.Meanings, Meaning{
			Title: m.Title(), InICloud: m.InICloud, InComputerBackup: m.InComputerBackup,
			Unofficial: m.Unofficial(), Checks: append([]string{}, m.Checks...), Sources: sourceList(m.Sources),
		})
	}
	for _, step := range codes.PlanOf(meanings) {
		e.Plan = append(e.Plan, NewStep(step))
	}
	return e
}

// StepsOf returns the remedies of a check, worded for no particular model.
func StepsOf(c *checks.Check) []Step {
	steps := []Step{}
	for _, id := range c.Remedies {
		if remedy, ok := remedies.Find(id); ok {
			steps = append(steps, NewStep(remedies.Step{Remedy: remedy, Lines: remedy.Lines(device.Identity{})}))
		}
	}
	return steps
}

func sourceList(from []remedies.Source) []Source {
	list := []Source{}
	for _, s := range from {
		list = append(list, Source{Title: s.Title, URL: s.URL})
	}
	return list
}

// A Version says which program this is.
type Version struct {
	Header
	Tool Tool   `json:"tool"`      // the program
	Go   string `json:"goVersion"` // go1.26.0
	OS   string `json:"os"`        // linux, darwin, windows
	Arch string `json:"arch"`      // amd64, arm64
}

// A ReleaseTable describes the table of Apple's releases that is in use.
type ReleaseTable struct {
	Header
	TableDate   time.Time `json:"tableDate"`   // the day the table describes
	TableSource string    `json:"tableSource"` // embedded or updated
	Models      int       `json:"models"`      // in the table
}

// Settings are the settings in force, and where each comes from.
type Settings struct {
	Header
	File     string    `json:"file,omitempty"` // path of the configuration file; absent if unknown
	Read     bool      `json:"read"`           // the file exists and was read
	Settings []Setting `json:"settings"`       // in the order of the documentation
}

// A Setting is one setting.
type Setting struct {
	Key      string   `json:"key"`            // in the configuration file
	Source   string   `json:"source"`         // default, file or variable
	Values   []string `json:"values"`         // empty for the default
	Default  string   `json:"default"`        // in words
	Line     int      `json:"line,omitempty"` // line in the file; absent if the setting is not from the file
	Variable string   `json:"variable"`       // environment variable that sets it
}

// A SlotList lists the slots that were learned.
type SlotList struct {
	Header
	Slots []SlotPort `json:"slots"` // in order
}

// A SlotPort is a slot and its USB port.
type SlotPort struct {
	Slot string `json:"slot"` // its name
	Port string `json:"port"` // the USB port
}
