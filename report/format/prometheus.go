package format

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WritePrometheus writes the report in Prometheus' text format, for the textfile collector of
// node_exporter: gauges in base units, without timestamps, each family with HELP and TYPE, in
// the order of the report. Unknown values have no sample, so that no alert mistakes them for
// zero. A run without devices still has the samples of the run.
//
// The verdict of a device is a state set with all its states. The status of a check is not:
// only the current status has a sample, and checks that only a person can answer have none,
// because they are the same on every device. A device therefore costs some 20 to 35 series, and
// a thousand devices about 30,000; all states of all checks would be ten times as many. No
// label changes from run to run unless the device does: the run id is not a label.
func WritePrometheus(w io.Writer, r report.Report) error {
	e := exposition{text: bufio.NewWriter(w)}
	e.run(r)
	e.devices(r)
	return writing(e.text.Flush())
}

// run writes the metrics of the whole run.
func (e *exposition) run(r report.Report) {
	e.family("backupdoctor_build_info", "The program that wrote this.")
	e.sample(1, "version", r.Tool.Version)
	e.family("backupdoctor_run_timestamp_seconds", "When the last device of the run was read, in seconds since 1970.")
	if !r.TakenAt.IsZero() {
		e.sample(r.TakenAt.Unix())
	}
	e.family("backupdoctor_run_partial", "Whether devices or evidence may be missing: 1 if so.")
	e.sample(truth[r.Partial])
	e.family("backupdoctor_run_exit_code", "The exit code of the run.")
	e.sample(int64(r.Exit.Code))
	e.family("backupdoctor_run_host_clock_ahead_seconds", "How far this computer's clock is ahead of the clocks of several devices, by about the same amount; negative if it is behind.")
	if c := r.Host.Clock; c != nil {
		e.sample(int64(c.AheadSeconds))
	}
	e.family("backupdoctor_run_devices", "Devices of the run by their verdict.")
	for _, verdict := range checks.Verdicts() {
		e.sample(int64(r.Summary.Of(verdict)), "verdict", string(verdict))
	}
	e.family("backupdoctor_run_devices_unknown_verdict", "Devices whose verdict this version does not know.")
	e.sample(int64(r.Summary.Unknown))
	e.family("backupdoctor_run_devices_incomplete", "Devices that were read only in part.")
	e.sample(int64(r.Summary.Incomplete))
	e.family("backupdoctor_run_devices_need_attention", "Devices that make the default exit code other than 0.")
	e.sample(int64(r.Summary.NeedAttention))
	e.family("backupdoctor_run_devices_retried", "Devices that were examined in a second try, or not even then.")
	e.sample(int64(r.Summary.Retried))
	e.family("backupdoctor_run_findings_suppressed", "Suppressed findings.")
	e.sample(int64(r.Summary.SuppressedFindings))
	if i := r.Inventory; i != nil {
		e.family("backupdoctor_inventory_devices", "Devices that the inventory lists.")
		e.sample(int64(i.Devices))
		e.family("backupdoctor_inventory_devices_not_seen", "Devices of the inventory that were not seen in the run.")
		e.sample(int64(i.Missing))
		e.family("backupdoctor_inventory_devices_unlisted", "Devices of the run that the inventory does not list.")
		e.sample(int64(i.Unlisted))
		e.family("backupdoctor_inventory_not_seen", "A device of the inventory that was not seen, by its UDID or serial number, always 1.")
		for _, key := range i.Unseen {
			e.sample(1, "device", key)
		}
		e.family("backupdoctor_inventory_unlisted", "A device of the run that the inventory does not list, always 1.")
		for _, d := range i.UnlistedDevices {
			e.sample(1, "udid", d.UDID)
		}
	}
	if m := r.MDM; m != nil {
		e.family("backupdoctor_mdm_devices", "Devices that only an export of a management system knows.")
		e.sample(int64(m.Devices - m.Examined))
		e.family("backupdoctor_mdm_devices_without_backup", "Of those, devices without a recent iCloud backup.")
		e.sample(int64(m.Without))
		e.family("backupdoctor_mdm_devices_unknown", "Of those, devices for which it is unknown.")
		e.sample(int64(m.Unknown))
	}
	e.family("backupdoctor_run_cause_devices", "Devices with a cause that nothing else explains.")
	for _, cause := range r.Summary.Causes {
		e.sample(int64(cause.Devices), "check", cause.Check, "status", cause.Status, "hint", hintLabel(cause.Check, cause.Status))
	}
	e.family("backupdoctor_run_backups", "Backups on this computer by their verdict.")
	e.sample(int64(r.Summary.Backups.Whole), "verdict", string(device.Whole))
	e.sample(int64(r.Summary.Backups.Broken), "verdict", string(device.Broken))
	e.sample(int64(r.Summary.Backups.CannotTell), "verdict", string(device.CannotTell))
}

// devices writes the metrics of each device, one family at a time.
func (e *exposition) devices(r report.Report) {
	ids := identities(r.Devices)
	e.family("backupdoctor_device_info", "What is known of a device that does not change from day to day.")
	for i, d := range r.Devices {
		e.sample(1, "udid", ids[i], "serial", d.Serial, "name", d.Name, "slot", d.Slot, "location", d.Location, "model", d.ModelName,
			"product_type", d.ProductType, "system", d.System, "product_version", d.ProductVersion, "build_version", d.BuildVersion)
	}
	e.family("backupdoctor_device_verdict", "The verdict on a device: 1 for its current verdict, 0 for the others.")
	for i, d := range r.Devices {
		for _, verdict := range checks.Verdicts() {
			e.sample(truth[d.Verdict == string(verdict)], "udid", ids[i], "verdict", string(verdict))
		}
	}
	e.family("backupdoctor_device_last_icloud_backup_timestamp_seconds", "End of the last good iCloud backup of a device, in seconds since 1970.")
	for i, d := range r.Devices {
		if !d.LastBackup.IsZero() {
			e.sample(d.LastBackup.Unix(), "udid", ids[i])
		}
	}
	e.family("backupdoctor_check_status", "The status of a check on a device, always 1: ok, warning, problem, unknown or suppressed; with the cause that explains it.")
	var contradicted [][2]string // device and check
	for i, d := range r.All() {
		e.statuses(ids[i], d)
		for _, f := range d.Findings {
			if f.Contradicted {
				contradicted = append(contradicted, [2]string{ids[i], f.Check})
			}
		}
	}
	e.family("backupdoctor_check_contradicted", "A check on which a person's answer contradicts what was read, always 1.")
	for _, c := range contradicted {
		e.sample(1, "udid", c[0], "check", c[1])
	}
}

// statuses writes each status of each check on a device once, even if it has several subjects.
func (e *exposition) statuses(id string, d report.Device) {
	type series struct{ check, status, explainedBy string }
	told := map[series]bool{}
	tell := func(s series) {
		if !told[s] {
			told[s] = true
			e.sample(1, "udid", id, "check", s.check, "status", s.status, "explained_by", s.explainedBy)
		}
	}
	for _, f := range d.Findings {
		if checks.Status(f.Status) != checks.Ask {
			tell(series{f.Check, f.Status, f.ExplainedBy})
		}
	}
	for _, s := range d.Suppressed {
		tell(series{check: s.Check, status: "suppressed"})
	}
}

// An exposition builds a text in Prometheus' format.
type exposition struct {
	text       *bufio.Writer // keeps the first error for Flush
	name, help string
	begun      bool // HELP and TYPE of the family were written
}

// family starts the samples of a metric. A family without samples writes nothing.
func (e *exposition) family(name, help string) { e.name, e.help, e.begun = name, help, false }

// sample writes a value with pairs of label name and value. Empty labels are omitted, which is
// equivalent in Prometheus.
func (e *exposition) sample(value int64, labels ...string) {
	if !e.begun {
		fmt.Fprintf(e.text, "# HELP %s %s\n# TYPE %s gauge\n", e.name, e.help, e.name)
		e.begun = true
	}
	e.text.WriteString(e.name)
	before := "{"
	for i := 0; i < len(labels); i += 2 {
		if text := report.Clean(labels[i+1]); text != "" {
			e.text.WriteString(before + labels[i] + `="` + labelText.Replace(text) + `"`)
			before = ","
		}
	}
	if before == "," {
		e.text.WriteByte('}')
	}
	fmt.Fprintf(e.text, " %d\n", value)
}

// labelText escapes backslashes and quotes in a label value. Clean text contains no newlines.
var labelText = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// hintLabel returns "true" for a cause that is a hint, or "" to omit the label.
func hintLabel(check, status string) string {
	if report.IsHint(check, status) {
		return "true"
	}
	return ""
}

// truth converts a boolean to a metric value.
var truth = map[bool]int64{false: 0, true: 1}
