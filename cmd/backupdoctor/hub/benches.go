package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/gofrs/flock"
	"github.com/urfave/cli/v2"
)

func addBenchCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "add-bench",
		Usage:     "create the credentials of a bench for this hub",
		ArgsUsage: "NAME",
		Description: "Writes the credentials to a private file for that bench: anyone who has the file can send\n" +
			"reports as that bench. A running hub accepts them within a second.\n\n" +
			command.Examples(
				"backupdoctor hub add-bench packing-1 --site Hamburg",
				"backupdoctor hub add-bench packing-2 --out packing-2.creds",
			),
		Flags: append(dataFlags(),
			&cli.StringFlag{Name: "site", Usage: "`PLACE` of the bench, which its devices have unless an inventory says otherwise"},
			&cli.StringFlag{Name: "out", Usage: "move the credentials to `FILE`", DefaultText: "in the data folder"},
		),
		Action: command.Takes(1, e.addBench),
	}
}

func (e env) addBench(ctx *cli.Context) error {
	folder, err := e.hubFolderOf(ctx)
	if err != nil {
		return err
	}
	name, out := ctx.Args().First(), ctx.String("out")
	if _, err := os.Lstat(out); out != "" && !errors.Is(err, os.ErrNotExist) {
		return command.Usage("", "%s exists", out)
	}
	if !envelope.ValidBench(name) {
		return command.Usage("up to 48 small letters, digits, hyphens and underscores", "%q is not a valid name for a bench", name)
	}
	free, err := folder.alone(ctx.Context)
	if err != nil {
		return err
	}
	defer free()
	keys, err := folder.keys()
	if err != nil {
		return err
	}
	files, err := keys.AddBench(name)
	if errors.Is(err, credentials.ErrTaken) {
		return command.Usage("choose another name, or take its credentials away first: backupdoctor hub revoke "+name, "%w", err)
	}
	if err != nil {
		return command.Usage("", "%w", err)
	}
	if site := ctx.String("site"); site != "" {
		if err := keys.Place(name, site); err != nil {
			return command.Usage("", "%w", err)
		}
	}
	file := files[0]
	if out != "" {
		if err := move(file, out); err != nil {
			return command.Usage("the credentials are still in "+file, "%w", err)
		}
		file = out
	}
	if _, err = fmt.Fprintln(e.Stdout, file); err != nil {
		return err
	}
	now, err := readStatus(folder.status())
	if err != nil || now.Address == "" {
		now.Address = reachedAt("tls://:"+relay.HubPort, nil)
	}
	_, err = fmt.Fprintf(e.Stderr, "bench %s was added: move this file to it, and run there\n  backupdoctor bench --hub %s --credentials %s\n", name, now.Address, filepath.Base(file))
	return err
}

// aloneWithin is how long to wait for another command that changes the keys.
const aloneWithin = 30 * time.Second

// alone locks the keys against other commands until free is called, waiting for the lock if
// needed.
func (f hubFolder) alone(ctx context.Context) (free func(), err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, command.Usage("", "%w", err)
	}
	ctx, stop := context.WithTimeout(ctx, aloneWithin)
	defer stop()
	held := flock.New(filepath.Join(string(f), "lock"), flock.SetPermissions(0o600))
	if _, err := held.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, command.Usage("another command may be adding or revoking benches", "the data folder of the hub cannot be locked: %w", err)
	}
	return func() { held.Unlock() }, nil
}

// keys opens the keys of the hub, creating them if there are none.
func (f hubFolder) keys() (*credentials.Folder, error) {
	path := f.credentials()
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(string(f), 0o700); err != nil {
			return nil, command.Usage("", "%w", err)
		}
		keys, err := credentials.Create(path)
		if err != nil {
			return nil, command.Usage("", "%w", err)
		}
		return keys, nil
	}
	keys, err := credentials.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, command.Usage("benches are added and revoked where the keys are: on the node that was the first", "the keys of the hub are not on this computer")
	}
	if err != nil {
		return nil, command.Usage("", "%w", err)
	}
	return keys, nil
}

// move moves a private file, across disks too.
func move(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	file, err := wholefile.New(to, wholefile.Kind{Mode: 0o600})
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		return errors.Join(err, file.Discard())
	}
	if err := file.Commit(); err != nil {
		return err
	}
	return os.Remove(from)
}

func revokeCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "revoke",
		Usage:     "revoke the credentials of a bench for good",
		ArgsUsage: "NAME",
		Description: "A running hub ends the bench's connection within a second. What it has delivered stays; what\n" +
			"it has not delivered stays at the bench. The name can be used again, with other credentials.\n\n" +
			command.Examples("backupdoctor hub revoke packing-1"),
		Flags: dataFlags(),
		Action: command.Takes(1, func(ctx *cli.Context) error {
			folder, err := e.hubFolderOf(ctx)
			if err != nil {
				return err
			}
			name := ctx.Args().First()
			if _, err := os.Stat(folder.credentials()); errors.Is(err, os.ErrNotExist) {
				return command.Usage("see backupdoctor hub benches", "no bench named %q: none was ever added here", name)
			}
			free, err := folder.alone(ctx.Context)
			if err != nil {
				return err
			}
			defer free()
			keys, err := folder.keys()
			if err != nil {
				return err
			}
			if err := keys.Revoke(name); err != nil {
				return command.Usage("see backupdoctor hub benches", "%w", err)
			}
			fmt.Fprintf(e.Stderr, "bench %s was revoked\n", name)
			now, err := readStatus(folder.status())
			if err != nil || time.Since(now.WrittenAt) >= statusValidFor {
				fmt.Fprintln(e.Stderr, "no hub is running on this folder: the revocation takes effect when one starts")
			}
			return nil
		}),
	}
}

func benchesCommand(e env) *cli.Command {
	return &cli.Command{
		Name:        "benches",
		Usage:       "list the benches, when each last reported, and what is waiting",
		Description: command.Examples("backupdoctor hub benches", "backupdoctor hub benches --json"),
		Flags:       append(dataFlags(), tableOrJSON.Flags(formatHeading)...),
		Action:      command.Takes(0, e.listBenches),
	}
}

// tableOrJSON are the formats of commands about a hub.
var tableOrJSON = output.Formats{"table", "json"}

// printTable writes a document as the flags of tableOrJSON say.
func (e env) printTable(ctx *cli.Context, value any, table func(io.Writer) error) error {
	printer, err := tableOrJSON.Printer(ctx, e.Stdout)
	if err != nil {
		return err
	}
	return printer.Print(ctx.Context, map[string]func(io.Writer) error{
		"table": table,
		"json":  func(w io.Writer) error { return format.WriteDocument(w, value) },
	})
}

func (e env) listBenches(ctx *cli.Context) error {
	data, err := e.dataOf(ctx)
	if err != nil {
		return err
	}
	rows, err := data.benches(ctx.Context)
	if err != nil {
		return command.Usage("", "%w", err)
	}
	return e.printTable(ctx, report.BenchList{Header: report.NewHeader(report.KindBenches), Benches: rows}, func(w io.Writer) error {
		if len(rows) == 0 {
			_, err := fmt.Fprintln(e.Stderr, "no bench was added")
			return err
		}
		return writeBenches(w, rows, time.Now())
	})
}

// benches returns the benches of a hub, from its credentials, its database and its last status.
func (d hubData) benches(ctx context.Context) ([]report.HubBench, error) {
	now, err := readStatus(d.folder.status())
	if err != nil {
		return nil, err
	}
	heard, gaps, err := d.heard(ctx)
	if err != nil {
		return nil, err
	}
	var added []credentials.Bench
	if keys, err := credentials.Open(d.folder.credentials()); err == nil {
		if added, err = keys.Benches(); err != nil {
			return nil, err
		}
	}
	return benchRows(added, heard, gapsByBench(gaps), now, time.Now()), nil
}

// heard returns the benches in the database, and what it lacks from each. There are none without
// a database.
func (d hubData) heard(ctx context.Context) (benches []ledger.Bench, gaps []ledger.Gaps, err error) {
	err = d.query(ctx, ledger.OpenToRead, func(within context.Context, store *ledger.Store) (err error) {
		for bench, err := range ledger.All(func(p ledger.Page) (ledger.List[ledger.Bench], error) { return store.Benches(within, p) }) {
			if err != nil {
				return err
			}
			benches = append(benches, bench)
		}
		gaps, err = store.Gaps(within)
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	return benches, gaps, err
}

// benchRows joins what is known about benches, by name. If a bench was revoked and added again,
// only the new entry counts.
func benchRows(added []credentials.Bench, heard []ledger.Bench, gaps map[string]ledger.Gaps, now status, at time.Time) []report.HubBench {
	byName := map[string]*report.HubBench{}
	for _, bench := range heard {
		byName[bench.Name] = &report.HubBench{Name: bench.Name, Site: bench.Site, State: "foreign", Received: &bench}
	}
	runs := at.Sub(now.WrittenAt) < statusValidFor
	for _, bench := range added {
		row := byName[bench.Name]
		if row == nil {
			row = &report.HubBench{Name: bench.Name}
			byName[bench.Name] = row
		}
		row.AddedAt = bench.Added
		if runs {
			row.InStream = int64(now.InStream[bench.Name])
		}
		switch {
		case bench.Revoked:
			row.State = "revoked"
		case !runs:
			row.State = "unknown"
		case slices.Contains(now.Linked, bench.Name):
			row.State = "linked"
		default:
			row.State, row.AwaySince = "away", now.LinkedAt[bench.Name]
		}
		if bench.Site != "" {
			row.Site = bench.Site
		}
	}
	rows := []report.HubBench{}
	for name, row := range byName {
		row.Waiting, row.SetAside, row.Lost = gaps[name].Waiting, gaps[name].SetAside, gaps[name].Lost
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b report.HubBench) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

func writeBenches(w io.Writer, rows []report.HubBench, now time.Time) error {
	received := func(r report.HubBench) ledger.Bench {
		if r.Received == nil {
			return ledger.Bench{}
		}
		return *r.Received
	}
	return format.List[report.HubBench]{Terminal: []format.Column[report.HubBench]{
		{Head: "BENCH", Text: func(r report.HubBench) string { return r.Name }},
		{Head: "SITE", Text: func(r report.HubBench) string { return r.Site }},
		{Head: "STATE", Text: func(r report.HubBench) string { return r.State }},
		{Head: "LAST REPORT", Text: func(r report.HubBench) string { return words.Ago(received(r).ReceivedAt, now) }},
		{Head: "WAITING", Text: func(r report.HubBench) string { return strconv.FormatInt(r.Waiting, 10) }},
		{Head: "SET ASIDE", Text: func(r report.HubBench) string { return strconv.FormatInt(r.SetAside, 10) }},
		{Head: "LOST", Text: func(r report.HubBench) string { return strconv.FormatInt(r.Lost, 10) }},
		{Head: "REPORTS", Text: func(r report.HubBench) string { return strconv.Itoa(received(r).Reports) }},
		{Head: "DEVICES", Text: func(r report.HubBench) string { return strconv.Itoa(received(r).Devices) }},
		{Head: "VERSION", Text: func(r report.HubBench) string { return received(r).Tool }},
	}}.Write(w, "", format.Rows(rows))
}
