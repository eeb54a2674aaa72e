package hub

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/ledger/export"
	"github.com/urfave/cli/v2"
)

func deviceCommand(e env) *cli.Command {
	return &cli.Command{
		Name:        "device",
		Usage:       "show one device's history on all benches",
		ArgsUsage:   "UDID",
		Description: "UDID may also be a serial number.\n\n" + command.Examples("backupdoctor fleet device 00008110-000A1B2C3D4E801E"),
		Flags:       slices.Concat(sourceFlags(), formatFlags()),
		Action: command.Takes(1, func(ctx *cli.Context) error {
			who := ctx.Args().First()
			return e.asking(ctx, func(e env, ctx context.Context, from source, as string) error {
				d, err := oneDevice(ctx, from, who)
				if err != nil {
					return err
				}
				return e.writeDevice(ctx, from, as, d)
			})
		}),
	}
}

// oneDevice finds the device with the given ID or serial number.
func oneDevice(ctx context.Context, from source, who string) (ledger.Device, error) {
	var found []ledger.Device
	for d, err := range from.find(ctx, who) {
		if err != nil {
			return ledger.Device{}, err
		}
		found = append(found, d)
	}
	switch len(found) {
	case 0:
		return ledger.Device{}, command.Exit{Code: report.ExitNoDevice, Err: fmt.Errorf("no bench has read a device %q", report.Clean(who)), Hint: "see backupdoctor fleet"}
	case 1:
		return found[0], nil
	}
	var ids []string
	for _, d := range found {
		ids = append(ids, report.Clean(d.UDID))
	}
	return ledger.Device{}, command.Usage("name one by its id: "+strings.Join(ids, ", "), "%q is the serial number of %s", report.Clean(who), words.Count(len(found), "device"))
}

func (e env) writeDevice(ctx context.Context, from source, as string, d ledger.Device) error {
	list, visits := export.Visits(d, time.Now()), from.visits(ctx, d.UDID)
	if as == "" {
		if err := writeFacts(e.Stdout, d, time.Now()); err != nil {
			return err
		}
	}
	return list.Write(e.Stdout, as, visits)
}

// label formats a name given by a device or its owner.
func label(text string) string { return device.Label(report.Clean(text)) }

// writeFacts writes what is known about a device, and an empty line.
func writeFacts(w io.Writer, d ledger.Device, now time.Time) error {
	facts := [][]string{
		{"Device", label(d.UDID)}, {"Name", label(d.Name)}, {"Serial", label(d.Serial)}, {"Model", label(d.ModelName)},
		{"System", label(strings.TrimSpace(d.System + " " + d.ProductVersion))}, {"Site", label(d.Site)},
		{"Last backup", export.LastBackup(d, now)}, {"Read", export.Read(words.Ago(d.TakenAt, now), d.Doubtful)}, {"Verdict", export.Verdict(d)}, {"Headline", d.Headline}, {"Causes", export.Causes(d)},
	}
	for _, f := range d.Asset {
		facts = append(facts, []string{label(f.Name), label(f.Value)})
	}
	if err := format.Columns(w, facts); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}
