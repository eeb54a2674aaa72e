package hub

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/relay"
)

// logger returns a logger that writes JSON for programs, or text for a person at a terminal.
func (h *hub) logger() *slog.Logger {
	if _, is := terminal.Of(h.Stderr); !is {
		return slog.New(slog.NewJSONHandler(h.Stderr, nil))
	}
	return slog.New(slog.NewTextHandler(terminal.NewScreen(h.Stderr, h.Getenv), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// greetWithin is how long the greeting waits for all parts to work: the first probe of the stream
// may come before the stream has started.
const greetWithin = 5 * time.Second

// greet greets a person at a terminal, and waits for ctx to end.
func (h *hub) greet(ctx context.Context, known *health) error {
	if screen := terminal.NewScreen(h.Stderr, h.Getenv); screen.IsTerminal() {
		h.greetOn(ctx, screen, known)
	}
	<-ctx.Done()
	return nil
}

// greetOn tells a person where the hub is, what to do next, and whether its parts work. The sign-in
// link works once: the token itself would stay on the screen.
func (h *hub) greetOn(ctx context.Context, w io.Writer, known *health) {
	for deadline := time.Now().Add(greetWithin); len(known.failing()) > 0 && time.Now().Before(deadline); {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery / 10):
		}
	}
	rows, err := hubData{h.folder, h.sink}.benches(ctx)
	if err != nil {
		h.log.Warn("the benches cannot be listed", "error", err)
	}
	h.writeGreeting(w, rows, known.all(), time.Now())
}

func (h *hub) writeGreeting(w io.Writer, rows []report.HubBench, parts []partState, now time.Time) {
	database := "PostgreSQL"
	if path, ok := strings.CutPrefix(h.sink, "sqlite:"); ok {
		database = filepath.Base(path)
	}
	fmt.Fprintf(w, "backupdoctor hub %s · %s · %s\n", command.Version(), database, benchesAre(len(rows)))
	if h.served != "" {
		fmt.Fprintf(w, "  pages    %s\n           sign in once: %s/in/%s\n", h.served, h.served, h.code)
	}
	fmt.Fprintf(w, "  benches  %s\n           add one: backupdoctor hub add-bench NAME\n", h.reachedAt())
	fmt.Fprintf(w, "  check    backupdoctor hub doctor\n\n")
	var lines [][]string
	for _, r := range rows {
		lines = append(lines, []string{r.Name, h.stateOf(r, now).String()})
	}
	for _, p := range parts {
		lines = append(lines, []string{p.Part, stateOfPart(p, now).String()})
	}
	format.Columns(w, lines)
}

// reachedAt returns the address where benches reach the hub, as far as it knows.
func (h *hub) reachedAt() string {
	if h.nats != "" {
		return h.nats
	}
	return reachedAt(h.listen, h.hosts)
}

// reachedAt replaces a wildcard listen address by a host name. The default port is omitted.
func reachedAt(listen string, hosts []string) string {
	u, err := url.Parse(listen)
	if err != nil {
		return listen
	}
	u.Host = named(u.Host, hosts)
	if u.Port() == relay.HubPort {
		u.Host = u.Hostname()
		if strings.Contains(u.Host, ":") {
			u.Host = "[" + u.Host + "]"
		}
	}
	return u.String()
}

// named adds a host to an address that has none: the first of hosts, or else the name of this computer.
func named(address string, hosts []string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		name, _ := os.Hostname() // on error, localhost remains
		host = cmp.Or(append(hosts, name, "localhost")...)
	}
	return net.JoinHostPort(host, port)
}

func benchesAre(count int) string {
	if count == 1 {
		return "1 bench"
	}
	return fmt.Sprintf("%d benches", count)
}
