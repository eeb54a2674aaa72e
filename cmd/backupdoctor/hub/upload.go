package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/urfave/cli/v2"
)

const linkHeading = "Hub"

// LinkHelp describes LinkFlags.
const LinkHelp = "With --hub, the report of each visit is sent to a hub as soon as the hub can be reached.\n" +
	"Names, serial numbers and the inventory stay here unless --send says otherwise; what is sent\n" +
	"is fixed when the visit ends. Without a hub, reports are kept for one that is joined later.\n" +
	"Repeat --hub for each node of a hub of three. A report is kept until history prune deletes\n" +
	"it, and sent again until the hub has confirmed it.\n\n"

// LinkExamples are examples of LinkFlags.
var LinkExamples = []string{
	"backupdoctor bench --hub tls://hub.example.org --credentials packing-1.creds",
}

// LinkFlags select the hub and what is sent to it.
func LinkFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "hub", Category: linkHeading, Usage: "send to the hub at `ADDRESS`: tls://HOST; repeatable"},
		&cli.StringFlag{Name: "credentials", Category: linkHeading, Usage: "`FILE` that hub add-bench wrote for this bench"},
		&cli.StringFlag{Name: "hub-ca", Category: linkHeading, Usage: "`FILE` of CA certificates (PEM) for the hub"},
		&cli.StringSliceFlag{Name: "send", Category: linkHeading, Usage: "also send `WHAT`: names, serials, assets"},
	}
}

// Outgoing reads LinkFlags. Without a hub, reports are kept for one that is joined later;
// without a history, there is nothing to send from. tell shows the state of the upload, and
// warn that reports would be lost.
func Outgoing(ctx *cli.Context, e command.Env, kept bool, tell, warn func(string)) (*scan.Outgoing, error) {
	hubs := ctx.StringSlice("hub")
	switch {
	case !kept && len(hubs) > 0:
		return nil, command.Usage("reports are sent without names and serial numbers unless --send says so", "--hub sends from the history, and --no-history, --redact and "+scan.HistoryVariable+"="+scan.NoHistory+" keep none")
	case !kept:
		return nil, nil
	case len(hubs) > 0 && ctx.String("credentials") == "":
		return nil, command.Usage("backupdoctor hub add-bench NAME makes them, on the hub", "--hub needs --credentials")
	case len(hubs) == 0 && ctx.String("credentials") != "":
		return nil, command.Usage("--hub tls://HOST", "--credentials need --hub")
	}
	outgoing := &scan.Outgoing{}
	for _, what := range ctx.StringSlice("send") {
		switch what {
		case "names":
			outgoing.Names = true
		case "serials":
			outgoing.Serials = true
		case "assets":
			outgoing.Assets = true
		default:
			return nil, command.Usage("use names, serials or assets", "unknown value %q of --send", what)
		}
	}
	path, err := scan.HistoryPath(e)
	if err == nil && len(hubs) > 0 {
		err = writable(ctx.Context, e)
	}
	if err != nil {
		return nil, err
	}
	bench := &relay.Bench{
		Tool: command.Version(), Dir: filepath.Join(filepath.Dir(path), "link"), Hubs: hubs, Credentials: ctx.String("credentials"), Roots: ctx.String("hub-ca"),
	}
	if err := bench.Check(); err != nil {
		return nil, command.Usage("", "%w", err)
	}
	outgoing.Upload = func(ctx context.Context, messages io.Writer, store *ledger.Store, added <-chan struct{}) (stop func()) {
		bench.Log = slog.New(slog.NewTextHandler(messages, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime}))
		bench.Ledger, bench.Wake = store, added
		if len(hubs) > 0 {
			if err := store.Reserve(reservedBytes); err != nil {
				fmt.Fprintln(messages, "backupdoctor: no space is reserved for reports in case the disk fills up:", err)
			}
		}
		return uploader{bench, store, messages, tell, warn}.start(ctx)
	}
	return outgoing, nil
}

// writable returns an error if reports cannot be kept until a hub has them, and so would be
// lost.
func writable(ctx context.Context, e command.Env) error {
	store, err := scan.OpenHistory(ctx, e, e.Stderr)
	if err != nil {
		return noReports(err)
	}
	if err := errors.Join(store.Writable(ctx), store.Close()); err != nil {
		return noReports(err)
	}
	return nil
}

func noReports(err error) error {
	err = scan.HistoryError(err)
	why, ok := errors.AsType[command.Exit](err)
	if !ok {
		why = command.Exit{Err: err}
	}
	return command.Usage(why.Hint, "--hub needs a history that can be written, or reports would be lost: %w", why.Err)
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// An uploader sends the reports in a history to the hub and shows the progress.
type uploader struct {
	bench    *relay.Bench
	store    *ledger.Store
	messages io.Writer
	tell     func(string) // shows the state
	warn     func(string) // shows a warning; "" clears it
}

// reservedBytes is the space reserved for reports that are stored while the disk is full: some 500.
const reservedBytes = 16 << 20

const (
	lookEvery    = time.Second
	settleWithin = 5 * time.Second // for the last reports, at the end of a run
)

// start uploads until stop is called, which gives the last reports a moment.
func (u uploader) start(ctx context.Context) (stop func()) {
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := u.bench.Run(ctx); err != nil {
			fmt.Fprintln(u.messages, "backupdoctor: reports are kept here, and are not sent:", err)
		}
	})
	running.Go(func() { u.watch(ctx) })
	return func() {
		u.settle(ctx, began)
		cancel()
		running.Wait()
	}
}

// diskFull is shown while the space reserved for reports is in use.
const diskFull = "The disk is full: reports are kept in the space that was reserved for them, until that is used up."

// watch shows the state, and says when the connection to the hub is lost or made.
func (u uploader) watch(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	linked, known := false, false
	lost := ""
	for {
		if err := u.store.Writable(ctx); err != nil && ctx.Err() == nil {
			if lost != err.Error() {
				fmt.Fprintln(u.messages, "backupdoctor: reports of devices cannot be kept, and would be lost:", err)
			}
			lost = err.Error()
			u.warn("Reports of devices cannot be kept, and would be lost: " + lost)
		} else if !u.store.Reserved() && ctx.Err() == nil {
			if lost != diskFull {
				fmt.Fprintln(u.messages, "backupdoctor:", diskFull)
			}
			lost = diskFull
			u.warn(lost)
		} else if lost != "" && ctx.Err() == nil {
			lost = ""
			u.warn("")
		}
		now, err := u.bench.State(ctx)
		if err != nil {
			u.tell("How many reports the hub has is not known: the history cannot be read.")
		} else {
			hub := len(u.bench.Hubs) > 0
			u.tell(uploadWords(now, hub))
			if hub && (!known || now.Linked != linked) {
				linked, known = now.Linked, true
				fmt.Fprintln(u.messages, map[bool]string{true: "connected to the hub", false: "not connected to the hub: reports are kept here"}[linked])
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// uploadWords describes the state of the upload. It says that the hub has all reports only if
// its receipts cover them all.
func uploadWords(s relay.BenchState, hub bool) string {
	var words []string
	say := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	held := int64(0)
	for _, h := range s.OtherNames {
		held += h.Waiting
		if h.Why != "" {
			say("%s kept here under its earlier name %s: %s.", reportsAre(h.Waiting), h.Bench, h.Why)
		} else {
			say("%s on the way under its earlier name %s.", reportsAre(h.Waiting), h.Bench)
		}
	}
	waiting := s.Waiting - held
	switch {
	case !hub && waiting == 0:
		say("No hub. Reports are kept for one that is joined later.")
	case !hub:
		say("No hub. %s kept for one that is joined later.", reportsAre(waiting))
	case s.Linked && s.Waiting+s.SetAside+s.Lost == 0:
		say("The hub has all reports.")
	case s.Full:
		say("%s kept here: the hub holds %d reports of this bench that it has not stored yet, which is its limit.", reportsAre(max(waiting-relay.Share, 0)), relay.Share)
	case s.Linked && waiting > 0:
		say("%s on the way to the hub.", reportsAre(waiting))
	case s.Linked && held == 0:
		say("The hub has accounted for all reports.")
	case s.Linked:
	default:
		why := "The bench is not connected"
		if s.Refused != "" {
			why += ": " + s.Refused
		}
		if waiting > 0 {
			say("%s. %s kept here until it is.", why, reportsAre(waiting))
		} else {
			say("%s.", why)
		}
	}
	if s.SetAside > 0 {
		say("%s set aside at the hub, which could not store them.", reportsAre(s.SetAside))
	}
	if s.Lost > 0 {
		say("%s lost: neither this bench nor the hub has them.", reportsAre(s.Lost))
	}
	return strings.Join(words, " ")
}

func reportsAre(count int64) string {
	if count == 1 {
		return "1 report is"
	}
	return fmt.Sprintf("%d reports are", count)
}

// settle gives the last reports time to reach the hub, if it is connected or the run has just
// begun: the first try may have come before the hub was ready. The next run sends the rest.
func (u uploader) settle(ctx context.Context, began time.Time) {
	if len(u.bench.Hubs) == 0 {
		return
	}
	ctx, stop := context.WithTimeout(ctx, settleWithin)
	defer stop()
	for {
		now, err := u.bench.State(ctx)
		if err == nil && (now.Waiting == 0 || !now.Linked && time.Since(began) > settleWithin) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery / 10):
		}
	}
}
