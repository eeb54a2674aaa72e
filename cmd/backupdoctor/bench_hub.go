//go:build fleet

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report/history"
	benchstream "github.com/backupdoctor/backupdoctor/report/stream"
	"github.com/backupdoctor/backupdoctor/report/stream/outbox"
	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"
)

const hubLinkHeading = "Hub"

const hubLinkHelp = "With --hub, what is found is sent to a hub, as soon as that is reached and once for each visit.\n" +
	"Names, serial numbers and the inventory stay here unless --send says otherwise. Without a hub\n" +
	"the reports are kept for one that is joined later. --hub is repeated for each node of a hub of\n" +
	"three. Where there is no more room for what no hub has, the oldest reports go first.\n\n"

var hubLinkExamples = []string{
	"backupdoctor bench --hub tls://hub.example.org --credentials packing-1.creds",
}

// hubLinkFlags say where what is found goes, and what of it.
func hubLinkFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "hub", Category: hubLinkHeading, Usage: "send to the hub at `ADDRESS`: tls://HOST; repeatable"},
		&cli.StringFlag{Name: "credentials", Category: hubLinkHeading, Usage: "`FILE` that hub add-bench has made for this bench"},
		&cli.StringFlag{Name: "hub-ca", Category: hubLinkHeading, Usage: "trust the hub by the certificates in `FILE`"},
		&cli.StringSliceFlag{Name: "send", Category: hubLinkHeading, Usage: "send `WHAT` stays here else: names, serials, assets"},
		&cli.StringFlag{Name: "keep", Category: hubLinkHeading, Usage: "keep `SIZE` of reports that no hub has", Value: "256MB"},
		&cli.StringFlag{Name: "keep-for", Category: hubLinkHeading, Usage: "and those of the last `DAYS`: 30d", DefaultText: "all"},
	}
}

// lettersOf reads hubLinkFlags. Without a hub the reports are kept for one that is joined
// later. Where there is no history, there is nothing to send from.
func (s surroundings) lettersOf(ctx *cli.Context, kept bool, tell func(string)) (*letters, error) {
	hubs := ctx.StringSlice("hub")
	switch {
	case !kept && len(hubs) > 0:
		return nil, usageError("what leaves has no names and no serial numbers unless --send says so", "--hub sends from the history, and --no-history and --redact keep none")
	case !kept:
		return nil, nil
	case len(hubs) > 0 && ctx.String("credentials") == "":
		return nil, usageError("backupdoctor hub add-bench NAME makes them, on the hub", "--hub needs --credentials")
	case len(hubs) == 0 && ctx.String("credentials") != "":
		return nil, usageError("--hub tls://HOST", "--credentials need --hub")
	}
	l := newLetters()
	for _, what := range ctx.StringSlice("send") {
		switch what {
		case "names":
			l.names = true
		case "serials":
			l.serials = true
		case "assets":
			l.assets = true
		default:
			return nil, usageError("use names, serials or assets", "unknown value %q of --send", what)
		}
	}
	path, err := s.historyPath()
	if err != nil {
		return nil, err
	}
	c := carrier{letters: l, tell: tell, stream: &benchstream.Bench{
		Tool: version(), Dir: filepath.Join(filepath.Dir(path), "stream"), Hubs: hubs, Credentials: ctx.String("credentials"), Roots: ctx.String("hub-ca"),
	}}
	if c.stream.Keep, err = keepOf(ctx); err != nil {
		return nil, err
	}
	if err := c.stream.Check(); err != nil {
		return nil, usageError("", "%w", err)
	}
	l.carry = c.carry
	return l, nil
}

// keepOf reads --keep and --keep-for.
func keepOf(ctx *cli.Context) (keep benchstream.Keep, err error) {
	bytes, err := humanize.ParseBytes(ctx.String("keep"))
	if err != nil || bytes > 1<<40 {
		return keep, usageError("256MB or 2GB", "--keep %q is no size", ctx.String("keep"))
	}
	keep.Bytes = int64(bytes)
	if text := ctx.String("keep-for"); text != "" {
		days, err := daysOf("keep-for", text)
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

// A carrier takes letters out of the outbox, puts them into the bench's own stream, and has
// that brought to the hub.
type carrier struct {
	letters *letters
	stream  *benchstream.Bench
	tell    func(string) // shows how it stands
}

const (
	lookEvery    = time.Second
	settleWithin = 5 * time.Second // that the last letters have, at the end of a run
)

// carry carries letters until stop is called, which gives the last ones a moment.
func (c carrier) carry(ctx context.Context, s surroundings, store *history.Store) (stop func()) {
	c.stream.Log = slog.New(slog.NewTextHandler(s.stderr, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime}))
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	pump := outbox.Pump{Next: store.NextToSend, Done: store.Sent, Publish: c.publish, Wake: c.letters.added, Log: c.stream.Log}
	running.Go(func() { pump.Run(ctx) })
	running.Go(func() {
		if err := c.stream.Run(ctx); err != nil {
			fmt.Fprintln(s.stderr, "backupdoctor: reports stay in the outbox, and are not sent:", err)
		}
	})
	running.Go(func() { c.watch(ctx, s, store) })
	return func() {
		c.settle(ctx, store)
		cancel()
		running.Wait()
	}
}

// publish waits for a stream that is still being started.
func (c carrier) publish(ctx context.Context, item outbox.Item) error {
	for {
		err := c.stream.Publish(ctx, item)
		if !errors.Is(err, benchstream.ErrDown) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(lookEvery / 4):
		}
	}
}

// watch shows how it stands, and says on stderr when the hub is lost or found.
func (c carrier) watch(ctx context.Context, s surroundings, store *history.Store) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	linked, known := false, false
	for {
		now, err := c.standing(ctx, store)
		if err != nil {
			if waiting, err := store.ToSend(ctx); err == nil {
				c.tell(fmt.Sprintf("Reports are not sent now: the stream does not run. %s kept in the outbox.", reportsAre(waiting)))
			}
		} else {
			c.tell(now.words(len(c.stream.Hubs) > 0))
			if len(c.stream.Hubs) > 0 && (!known || now.Linked != linked) {
				linked, known = now.Linked, true
				fmt.Fprintln(s.stderr, map[bool]string{true: "the hub is reached", false: "the hub is not reached: reports are kept here"}[linked])
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// A postage is how it stands with what leaves this computer.
type postage struct {
	benchstream.BenchState
	outbox int // reports that are not even in the stream
}

func (c carrier) standing(ctx context.Context, store *history.Store) (p postage, err error) {
	if p.BenchState, err = c.stream.State(ctx); err != nil {
		return p, err
	}
	p.outbox, err = store.ToSend(ctx)
	return p, err
}

// words are what a person needs to know of it.
func (p postage) words(hub bool) string {
	waiting := int(p.Waiting) + p.outbox
	var words string
	switch {
	case !hub && waiting == 0:
		words = "No hub. What is found is kept for one that is joined later."
	case !hub:
		words = fmt.Sprintf("No hub. %s kept for one that is joined later.", reportsAre(waiting))
	case p.Linked && waiting == 0:
		words = "The hub has all reports."
	case p.Linked:
		words = fmt.Sprintf("%s on the way to the hub.", reportsAre(waiting))
	case waiting == 0:
		words = "The hub is not reached. It has all reports so far."
	default:
		words = fmt.Sprintf("The hub is not reached. %s kept here until it is.", reportsAre(waiting))
	}
	if p.Discarded > 0 {
		words += fmt.Sprintf(" Discarded in all, for want of room: %d.", p.Discarded)
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
func (c carrier) settle(ctx context.Context, store *history.Store) {
	ctx, stop := context.WithTimeout(ctx, settleWithin)
	defer stop()
	for {
		now, err := c.standing(ctx, store)
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
