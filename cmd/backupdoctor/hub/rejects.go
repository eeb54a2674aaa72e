package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/urfave/cli/v2"
)

func rejectsCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "rejects",
		Usage: "list, show, retry or discard messages that could not be stored",
		Description: "A message that can never be stored is set aside with its reason, and delays nothing else. It\n" +
			"is kept in full while there is room, and always counted.\n\n" +
			command.Examples(
				"backupdoctor hub rejects list           what was set aside, and why",
				"backupdoctor hub rejects show 3         one of them, and how its content begins",
				"backupdoctor hub rejects retry          store what this version can store",
				"backupdoctor hub rejects discard 3      forget it; its report counts as lost",
			),
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "list the messages that were set aside", Flags: append(dataFlags(), tableOrJSON.Flags(formatHeading)...),
				Description: command.Examples("backupdoctor hub rejects list --json"),
				Action:      command.Takes(0, e.listRejects),
			},
			{
				Name: "show", Usage: "show a message that was set aside", ArgsUsage: "NUMBER", Flags: append(dataFlags(), tableOrJSON.Flags(formatHeading)...),
				Description: command.Examples(
					"backupdoctor hub rejects show 3",
					"backupdoctor hub rejects show --json 3 | jq -r .message      all of its content",
				),
				Action: command.Takes(1, e.showReject),
			},
			{
				Name: "retry", Usage: "try to store the messages again", Flags: dataFlags(),
				Description: "Use it after an update of the hub, or once the database is repaired.\n\n" + command.Examples("backupdoctor hub rejects retry"),
				Action:      command.Takes(0, e.retryRejects),
			},
			{
				Name: "discard", Usage: "forget a message; its report counts as lost", ArgsUsage: "NUMBER", Flags: dataFlags(),
				Description: command.Examples("backupdoctor hub rejects discard 3"),
				Action:      command.Takes(1, e.discardReject),
			},
		},
		Action: func(ctx *cli.Context) error {
			return command.Usage(command.HelpHint(ctx), "rejects needs list, show, retry or discard")
		},
	}
}

// rejectsAtOnce is how many messages are queried at a time.
const rejectsAtOnce = 1000

// eachReject calls a function for every message set aside, in order.
func eachReject(ctx context.Context, store *ledger.Store, do func(ledger.Reject) error) error {
	for after := int64(0); ; {
		list, err := store.Rejects(ctx, after, rejectsAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			if err := do(r); err != nil {
				return err
			}
			after = r.Reject
		}
	}
}

func (e env) listRejects(ctx *cli.Context) error {
	list := report.RejectList{Header: report.NewHeader(report.KindRejects), Rejects: []report.RejectedMessage{}}
	err := e.withDatabase(ctx, ledger.OpenToRead, func(within context.Context, store *ledger.Store) error {
		return eachReject(within, store, func(r ledger.Reject) error {
			list.Rejects = append(list.Rejects, rejectedMessage(r))
			return nil
		})
	})
	if err != nil {
		return err
	}
	return e.printTable(ctx, list, func(w io.Writer) error {
		fmt.Fprintln(e.Stderr, words.Count(len(list.Rejects), "message"), "set aside")
		return writeRejects(w, list.Rejects, time.Now())
	})
}

func rejectedMessage(r ledger.Reject) report.RejectedMessage {
	return report.RejectedMessage{
		Reject: r.Reject, Bench: r.Bench, MessageID: r.ID, Reason: r.Reason, Why: r.Why, ReceivedAt: r.Received, Bytes: r.Bytes, Kept: r.Kept,
	}
}

func writeRejects(w io.Writer, rejects []report.RejectedMessage, now time.Time) error {
	return format.List[report.RejectedMessage]{Terminal: []format.Column[report.RejectedMessage]{
		{Head: "NUMBER", Text: func(r report.RejectedMessage) string { return strconv.FormatInt(r.Reject, 10) }},
		{Head: "BENCH", Text: func(r report.RejectedMessage) string { return device.Token(r.Bench) }},
		{Head: "RECEIVED", Text: func(r report.RejectedMessage) string { return words.Ago(r.ReceivedAt, now) }},
		{Head: "REASON", Text: func(r report.RejectedMessage) string { return device.Token(r.Reason) }},
		{Head: "BYTES", Text: func(r report.RejectedMessage) string { return strconv.FormatInt(r.Bytes, 10) }},
		{Head: "KEPT", Text: func(r report.RejectedMessage) string {
			return map[bool]string{true: "in full", false: "counted only"}[r.Kept]
		}},
		{Head: "WHY", Text: func(r report.RejectedMessage) string { return device.Quoted(r.Why) }},
	}}.Write(w, "", format.Rows(rejects))
}

// rejectNumber parses the number of a message.
func rejectNumber(ctx *cli.Context) (int64, error) {
	n, err := strconv.ParseInt(ctx.Args().First(), 10, 64)
	if err != nil || n < 1 {
		return 0, command.Usage("backupdoctor hub rejects list has them", "%q is not the number of a message", ctx.Args().First())
	}
	return n, nil
}

// withReject finds the message that the command line names.
func (e env) withReject(ctx *cli.Context, open opener, do func(context.Context, *ledger.Store, ledger.Reject) error) error {
	n, err := rejectNumber(ctx)
	if err != nil {
		return err
	}
	return e.withDatabase(ctx, open, func(within context.Context, store *ledger.Store) error {
		r, err := store.FindReject(within, n)
		if errors.Is(err, ledger.ErrUnknown) {
			return command.Usage("backupdoctor hub rejects list has them", "no message %d is set aside", n)
		}
		if err != nil {
			return command.Usage("", "%w", err)
		}
		return do(within, store, r)
	})
}

func (e env) showReject(ctx *cli.Context) error {
	return e.withReject(ctx, ledger.OpenToRead, func(_ context.Context, _ *ledger.Store, r ledger.Reject) error {
		reject := report.Reject{Header: report.NewHeader(report.KindReject), RejectedMessage: rejectedMessage(r), Message: string(r.Message)}
		return e.printTable(ctx, reject, func(w io.Writer) error { return writeReject(w, reject, time.Now()) })
	})
}

// maxContent is how much of a message's content is shown to a person, in characters.
const maxContent = 200

// writeReject writes a message for a person, with the beginning of its content.
func writeReject(w io.Writer, r report.Reject, now time.Time) error {
	content := "not kept"
	if r.Kept {
		start := []rune(report.Clean(r.Message))
		content = device.Quoted(string(start[:min(len(start), maxContent)]))
		if len(start) > maxContent {
			content += " … (--json prints all of it)"
		}
	}
	_, err := fmt.Fprintf(w, "message   %d of bench %s\nid        %s\nreceived  %s (%s)\nreason    %s: %s\nsize      %s\ncontent   %s\n",
		r.RejectedMessage.Reject, device.Token(report.Clean(r.Bench)), device.Token(report.Clean(r.MessageID)),
		words.Moment(r.ReceivedAt.Local()), words.Ago(r.ReceivedAt, now),
		device.Token(r.Reason), device.Quoted(report.Clean(r.Why)), words.Count(int(r.Bytes), "byte"), content)
	return err
}

func (e env) discardReject(ctx *cli.Context) error {
	return e.withReject(ctx, ledger.Open, func(within context.Context, store *ledger.Store, r ledger.Reject) error {
		if err := store.Discard(within, r, true); err != nil {
			return command.Usage("", "%w", err)
		}
		fmt.Fprintf(e.Stderr, "message %d was discarded\n", r.Reject)
		return nil
	})
}

func (e env) retryRejects(ctx *cli.Context) error {
	stored, left := 0, 0
	err := e.withDatabase(ctx, ledger.Open, func(within context.Context, store *ledger.Store) error {
		return eachReject(within, store, func(r ledger.Reject) error {
			ok, err := retry(within, store, r)
			if ok {
				stored++
			} else {
				left++
			}
			return err
		})
	})
	fmt.Fprintf(e.Stdout, "stored: %d\nstill set aside: %d\n", stored, left)
	return err
}

// retry stores a message that was set aside, if that is possible now.
func retry(ctx context.Context, store *ledger.Store, of ledger.Reject) (stored bool, err error) {
	r, err := store.FindReject(ctx, of.Reject)
	if err != nil || !r.Kept {
		return false, err
	}
	e, report, err := envelope.Open(r.Message)
	if err != nil || e.Bench != r.Bench {
		return false, nil // still not storable
	}
	outcome, err := store.Put(ctx, ledger.Message{
		ID: e.ID, Bench: e.Bench, Received: r.Received, Report: report, Cut: e.Cut, JSON: e.Report, Number: r.Number, Whole: r.Message,
	})
	if err != nil || len(outcome.Refused) > 0 {
		return false, err
	}
	return true, store.Discard(ctx, r, false)
}
