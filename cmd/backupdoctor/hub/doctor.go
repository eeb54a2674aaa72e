package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/urfave/cli/v2"
)

func doctorCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "check the hub once: its parts, its keys and its benches",
		Description: "Reads the data folder, the database, and what the hub last wrote about itself. It changes\n" +
			"nothing. Exit code 1 means that something does not work, 3 that something could not be\n" +
			"checked.\n\n" +
			command.Examples("backupdoctor hub doctor", "backupdoctor hub doctor --json"),
		Flags:  append(dataFlags(), tableOrJSON.Flags(formatHeading)...),
		Action: command.Takes(0, e.examine),
	}
}

// An examined is the state of one part of a hub.
type examined struct {
	part string
	state
}

// stateNames are the states in JSON.
var stateNames = map[mark]string{wellMark: "well", warningMark: "warning", failingMark: "failing", unknownMark: "unknown"}

// examination returns what was found as a document.
func examination(found []examined) report.HubExamination {
	document := report.HubExamination{Header: report.NewHeader(report.KindHub), Parts: []report.HubPart{}}
	for _, x := range found {
		document.Parts = append(document.Parts, report.HubPart{Part: x.part, State: stateNames[x.mark], Seen: x.text})
	}
	return document
}

func examinedPart(part string, s state) examined {
	return examined{part, state{s.mark, report.Clean(s.text)}}
}

func (e env) examine(ctx *cli.Context) error {
	data, err := e.dataOf(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(string(data.folder)); err != nil {
		return command.Usage("start one with backupdoctor hub, or name its folder with --data DIR", "no hub keeps its data in %s", data.folder)
	}
	found := e.examineHub(ctx.Context, data, time.Now())
	if err := e.printTable(ctx, examination(found), func(w io.Writer) error { return writeExamined(w, found) }); err != nil {
		return err
	}
	return exitOf(found)
}

// examineHub examines each part once. A part that cannot be examined costs only its own line.
func (e env) examineHub(ctx context.Context, data hubData, now time.Time) (found []examined) {
	add := func(part string, s state) { found = append(found, examinedPart(part, s)) }
	written, err := readStatus(data.folder.status())
	switch running := err == nil && now.Sub(written.WrittenAt) < statusValidFor; {
	case err != nil:
		add("hub", state{unknownMark, err.Error()})
	case written.WrittenAt.IsZero():
		add("hub", state{failingMark, "never ran on this folder"})
	case !running:
		add("hub", state{failingMark, "is not running; it last ran " + words.Ago(written.WrittenAt, now)})
	default:
		add("hub", state{wellMark, "runs; benches reach it at " + written.Address})
		for _, p := range written.Health {
			add(p.Part, stateOfPart(p, now))
		}
	}
	add("database file", examineDatabase(ctx, data))
	add("keys", examineKeys(data.folder))
	add("sign-in token", examineSecret(data.folder.token()))
	rows, err := data.benches(ctx)
	if err != nil {
		add("benches", state{unknownMark, err.Error()})
	}
	for _, r := range rows {
		add("bench "+r.Name, e.stateOf(r, now))
	}
	return found
}

// examineDatabase reads the database as a program that opens it for the first time does.
func examineDatabase(ctx context.Context, data hubData) state {
	var totals ledger.Totals
	err := data.query(ctx, ledger.OpenToRead, func(within context.Context, store *ledger.Store) (err error) {
		if totals, err = store.Totals(within, ""); err == nil {
			err = store.Verify(within)
		}
		return err
	})
	switch {
	case errors.Is(err, os.ErrNotExist):
		return state{failingMark, "is not there"}
	case err != nil:
		return state{failingMark, err.Error()}
	}
	return state{wellMark, "whole; " + words.Count(totals.Devices, "device")}
}

func examineKeys(folder hubFolder) state {
	node, err := credentials.OpenNode(filepath.Join(folder.credentials(), "node"))
	if err == nil {
		_, err = node.Accounts()
	}
	if err == nil {
		_, err = node.ServeTLS("", "")
	}
	if err != nil {
		return state{failingMark, err.Error()}
	}
	if _, err := credentials.Open(folder.credentials()); errors.Is(err, os.ErrNotExist) {
		return state{wellMark, "of a node; benches are added and revoked on the first node"}
	} else if err != nil {
		return state{failingMark, err.Error()}
	}
	return state{wellMark, "can be read"}
}

// examineSecret checks who may read a file that grants access.
func examineSecret(path string) state {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return state{wellMark, "not in the data folder"}
	case err != nil:
		return state{unknownMark, err.Error()}
	case info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/':
		return state{failingMark, fmt.Sprintf("others may read %s (mode %o): run chmod 600", path, info.Mode().Perm())}
	}
	return state{wellMark, "readable by its owner only"}
}

func writeExamined(w io.Writer, found []examined) error {
	var lines [][]string
	for _, x := range found {
		lines = append(lines, []string{string(x.mark), x.part, x.text})
	}
	return format.Columns(w, lines)
}

// exitOf returns exit code 1 if something does not work, and 3 if that is unknown.
func exitOf(found []examined) error {
	failing, unknown := 0, 0
	for _, x := range found {
		switch x.mark {
		case failingMark:
			failing++
		case unknownMark:
			unknown++
		}
	}
	switch {
	case failing > 0:
		return command.Exit{Code: report.ExitProblems}
	case unknown > 0:
		return command.Exit{Code: report.ExitNotExamined}
	}
	return nil
}
