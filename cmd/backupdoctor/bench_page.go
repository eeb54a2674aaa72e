package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/report/web/benchpages"
)

// answerWithin is how long a browser may take to read a response, except the stream of changes.
const answerWithin = 30 * time.Second

// A servedPage is the page of a running bench.
type servedPage struct {
	pages   *benchpages.Pages
	address string // for people
	stop    context.CancelFunc
	serving sync.WaitGroup
}

// useEvery is how often the page asks which commands are using devices.
const useEvery = 2 * time.Second

// servePage serves until close is called. Errors of single connections are not logged.
func servePage(listener net.Listener, certificate *tls.Certificate, pages *benchpages.Pages, holder func(udid string) (actlock.Holder, bool)) *servedPage {
	server := web.Server{Listener: listener, Pages: pages, AnswerWithin: answerWithin}
	if certificate != nil {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	}
	ctx, stop := context.WithCancel(context.Background())
	shown := &servedPage{pages: pages, stop: stop}
	shown.serving.Go(func() { server.Run(ctx) })
	shown.serving.Go(func() { showUse(ctx, pages, holder) })
	return shown
}

// showUse shows which commands are using the devices, until ctx ends.
func showUse(ctx context.Context, pages *benchpages.Pages, holder func(udid string) (actlock.Holder, bool)) {
	tick := time.NewTicker(useEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			pages.Use(func(udid string) string {
				if h, held := holder(udid); held {
					return usedBy(h)
				}
				return ""
			})
		}
	}
}

// usedBy says which command is using a device, and what it is doing.
func usedBy(h actlock.Holder) string {
	use := format.InUse(&report.InUse{Command: cmp.Or(h.Command, "another command"), Since: h.Since.Local()})
	if h.Doing == "" {
		return use
	}
	return strings.TrimSuffix(use, ".") + ": " + h.Doing + "."
}

// close tells browsers that the run is over, and stops the server.
func (p *servedPage) close() {
	p.pages.Close()
	p.stop()
	p.serving.Wait()
}

// visitsShown is how many earlier visits of a device are shown.
const visitsShown = 50

// earlierVisits returns the visits of a device, newest first.
func (e env) earlierVisits(ctx context.Context, udid string) ([]report.Visit, error) {
	store, err := scan.ReadHistory(ctx, e.Env)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	story, err := store.Device(ctx, udid, visitsShown)
	if errors.Is(err, ledger.ErrUnknown) {
		return nil, nil
	}
	return story.Visits, err
}
