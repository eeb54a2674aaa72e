package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/relay/outbox"
	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"
)

const linkHeading = "Hub"

// LinkHelp describes them.
const LinkHelp = "With --hub, what is found is sent to a hub, as soon as that is reached and once for each visit.\n" +
	"Names, serial numbers and the inventory stay here unless --send says otherwise. Without a hub\n" +
	"the reports are kept for one that is joined later. --hub is repeated for each node of a hub of\n" +
	"three. Where there is no more room for what no hub has, the oldest reports go first.\n\n"

// LinkExamples are of their use.
var LinkExamples = []string{
	"backupdoctor bench --hub tls://hub.example.org --credentials packing-1.creds",
}

// LinkFlags say where what is found goes, and what of it.
func LinkFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "hub", Category: linkHeading, Usage: "send to the hub at `ADDRESS`: tls://HOST; repeatable"},
		&cli.StringFlag{Name: "credentials", Category: linkHeading, Usage: "`FILE` that hub add-bench has made for this bench"},
		&cli.StringFlag{Name: "hub-ca", Category: linkHeading, Usage: "trust the hub by the certificates in `FILE`"},
		&cli.StringSliceFlag{Name: "send", Category: linkHeading, Usage: "send `WHAT` stays here else: names, serials, assets"},
		&cli.StringFlag{Name: "keep", Category: linkHeading, Usage: "keep `SIZE` of reports that no hub has", Value: "256MB"},
		&cli.StringFlag{Name: "keep-for", Category: linkHeading, Usage: "and those of the last `DAYS`: 30d", DefaultText: "all"},
	}
}

// Outgoing reads LinkFlags. Without a hub the reports are kept for one that is joined later.
// Where no history is kept, there is nothing to send from. tell shows the state of the upload,
// and warn that reports would be lost.
func Outgoing(ctx *cli.Context, e command.Env, kept bool, tell, warn func(string)) (*scan.Outgoing, error) {
	hubs := ctx.StringSlice("hub")
	switch {
	case !kept && len(hubs) > 0:
		return nil, command.Usage("what leaves has no names and no serial numbers unless --send says so", "--hub sends from the history, and --no-history, --redact and "+scan.HistoryVariable+"="+scan.NoHistory+" keep none")
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
		Tool: command.Version(), Dir: filepath.Join(filepath.Dir(path), "stream"), Hubs: hubs, Credentials: ctx.String("credentials"), Roots: ctx.String("hub-ca"),
	}
	if bench.Keep, err = keepOf(ctx); err != nil {
		return nil, err
	}
	if err := bench.Check(); err != nil {
		return nil, command.Usage("", "%w", err)
	}
	outgoing.Upload = func(ctx context.Context, messages io.Writer, store *history.Store, added <-chan struct{}) (stop func()) {
		bench.Log = slog.New(slog.NewTextHandler(messages, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime}))
		return uploader{bench, store, added, messages, tell, warn}.start(ctx)
	}
	return outgoing, nil
}

// writable reports why reports could not be kept until a hub has them: they would be lost.
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

// keepOf reads --keep and --keep-for.
func keepOf(ctx *cli.Context) (keep relay.Keep, err error) {
	bytes, err := humanize.ParseBytes(ctx.String("keep"))
	if err != nil || bytes > 1<<40 {
		return keep, command.Usage("256MB or 2GB", "--keep %q is no size", ctx.String("keep"))
	}
	keep.Bytes = int64(bytes)
	if text := ctx.String("keep-for"); text != "" {
		days, err := command.Days("keep-for", text)
		if err != nil {
			return keep, err
		}
		keep.Age = time.Duration(days) * 24 * time.Hour
	}
	return keep, nil
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// An uploader takes reports out of the outbox, puts them into the bench's own stream, and has
// that copied to the hub.
type uploader struct {
	stream   *relay.Bench
	store    *history.Store
	added    <-chan struct{} // something is new in the outbox
	messages io.Writer
	tell     func(string) // shows the state
	warn     func(string) // shows what is wrong; "" for nothing
}

const (
	lookEvery    = time.Second
	settleWithin = 5 * time.Second // for the last reports, at the end of a run
)

// start uploads until stop is called, which gives the last reports a moment.
func (u uploader) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	pump := outbox.Pump{Next: u.store.NextToSend, Done: u.store.Sent, Publish: u.publish, Wake: u.added, Log: u.stream.Log}
	running.Go(func() { pump.Run(ctx) })
	running.Go(func() {
		if err := u.stream.Run(ctx); err != nil {
			fmt.Fprintln(u.messages, "backupdoctor: reports stay in the outbox, and are not sent:", err)
		}
	})
	running.Go(func() { u.watch(ctx) })
	return func() {
		u.settle(ctx)
		cancel()
		running.Wait()
	}
}

// publish waits for a stream that is still being started.
func (u uploader) publish(ctx context.Context, item outbox.Item) error {
	for {
		err := u.stream.Publish(ctx, item)
		if !errors.Is(err, relay.ErrDown) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(lookEvery / 4):
		}
	}
}

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
		} else if lost != "" && ctx.Err() == nil {
			lost = ""
			u.warn("")
		}
		now, err := u.status(ctx)
		if err != nil {
			if waiting, err := u.store.ToSend(ctx); err == nil {
				u.tell(fmt.Sprintf("Reports are not sent now: the stream does not run. %s kept in the outbox.", reportsAre(waiting)))
			}
		} else {
			u.tell(now.words(len(u.stream.Hubs) > 0))
			if len(u.stream.Hubs) > 0 && (!known || now.Linked != linked) {
				linked, known = now.Linked, true
				fmt.Fprintln(u.messages, map[bool]string{true: "the hub is reached", false: "the hub is not reached: reports are kept here"}[linked])
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// An uploadStatus is the state of what leaves this computer.
type uploadStatus struct {
	relay.BenchState
	outbox int // reports that are not even in the stream
}

func (u uploader) status(ctx context.Context) (s uploadStatus, err error) {
	if s.BenchState, err = u.stream.State(ctx); err != nil {
		return s, err
	}
	s.outbox, err = u.store.ToSend(ctx)
	return s, err
}

// words are what a person needs to know of it.
func (s uploadStatus) words(hub bool) string {
	waiting := int(s.Waiting) + s.outbox
	var words string
	switch {
	case !hub && waiting == 0:
		words = "No hub. What is found is kept for one that is joined later."
	case !hub:
		words = fmt.Sprintf("No hub. %s kept for one that is joined later.", reportsAre(waiting))
	case s.Linked && waiting == 0:
		words = "The hub has all reports."
	case s.Linked:
		words = fmt.Sprintf("%s on the way to the hub.", reportsAre(waiting))
	case waiting == 0:
		words = "The hub is not reached. It has all reports so far."
	default:
		words = fmt.Sprintf("The hub is not reached. %s kept here until it is.", reportsAre(waiting))
	}
	if s.Discarded > 0 {
		words += fmt.Sprintf(" Discarded in all, for want of room: %d.", s.Discarded)
	}
	return words
}

func reportsAre(count int) string {
	if count == 1 {
		return "1 report is"
	}
	return fmt.Sprintf("%d reports are", count)
}

// settle gives what is in the outbox the time to reach the stream, and the hub if that is
// there. What does not reach it now is sent by the next run.
func (u uploader) settle(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, settleWithin)
	defer stop()
	for {
		now, err := u.status(ctx)
		settled := err == nil && now.outbox == 0 && (!now.Linked || now.Waiting == 0)
		if settled {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery / 10):
		}
	}
}
