package hub

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/report/web/hubpages"
	"github.com/prometheus/client_golang/prometheus"
)

// answerWithin is how long the longest list may take.
const answerWithin = 10 * time.Minute

// servePages listens on the address of the pages, and returns a function that serves them until
// its context ends. Connections from other computers are encrypted.
func (h *hub) servePages(store *ledger.Store, shown *tls.Config, known *health, also prometheus.Collector) (func(context.Context) error, error) {
	if h.pages == "" {
		return func(ctx context.Context) error { <-ctx.Done(); return nil }, nil
	}
	token, err := h.token()
	if err != nil {
		return nil, err
	}
	secure := !local(h.pages)
	handler, err := hubpages.New(hubpages.Config{
		Store: store, Guard: web.Guard{Hosts: h.knownAs(), Secure: secure}, Token: token, Code: h.code, Proxy: h.proxy, Now: time.Now, Log: h.log,
		Also: []prometheus.Collector{also}, Failing: known.failing, States: h.statesOf,
	})
	if err != nil {
		return nil, command.Usage("", "%w", err)
	}
	listener, err := net.Listen("tcp", h.pages)
	if err != nil {
		return nil, command.Usage("choose another address with --http, or off", "the pages cannot be served: %w", err)
	}
	server := web.Server{Listener: listener, Pages: handler, AnswerWithin: answerWithin, Connections: &h.connections, Log: h.log}
	scheme := "http"
	if secure {
		scheme, server.TLS = "https", shown
	}
	h.served = scheme + "://" + named(listener.Addr().String(), h.hosts)
	h.log.Info("the pages are served", "address", scheme+"://"+listener.Addr().String())
	return server.Run, nil
}

// knownAs returns the names and addresses by which the pages may be requested: those
// configured, and, with a wildcard address, those of this computer.
func (h *hub) knownAs() []string {
	hosts := slices.Concat(web.Loopback, h.hosts)
	host, _, err := net.SplitHostPort(h.pages)
	if err == nil && host != "" && !net.ParseIP(host).IsUnspecified() {
		return append(hosts, host)
	}
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		h.log.Warn("the addresses of this computer are unknown: name them with --host", "error", err)
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok {
			hosts = append(hosts, network.IP.String())
		}
	}
	return hosts
}

// token returns the token that signs people in to the pages. Unless a token file was given, it
// is created at the first start.
func (h *hub) token() (string, error) {
	if token := h.Getenv(tokenVariable); token != "" && h.tokenFile == "" {
		return token, nil
	}
	if h.tokenFile != "" {
		return command.Token(h.tokenFile)
	}
	path := h.folder.token()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return command.Token(path)
	}
	if err != nil {
		return "", command.Usage("", "the token of the pages cannot be kept: %w", err)
	}
	_, err = fmt.Fprintln(file, rand.Text())
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		err = errors.Join(err, os.Remove(path)) // a partial token must not be found at the next start
		return "", command.Usage("", "the token of the pages cannot be kept: %w", err)
	}
	h.log.Info("a token was made for signing in to the pages", "file", path)
	return command.Token(path)
}

// statesOf returns the state of each bench in words, and which benches the database knows.
func (h *hub) statesOf(ctx context.Context) (words map[string]string, heard map[string]bool, err error) {
	rows, err := hubData{h.folder, h.sink}.benches(ctx)
	words, heard = map[string]string{}, map[string]bool{}
	for _, r := range rows {
		words[r.Name], heard[r.Name] = h.linkOf(r, time.Now()).text, r.Received != nil
	}
	return words, heard, err
}
