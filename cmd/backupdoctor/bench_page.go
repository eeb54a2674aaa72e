package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/backupdoctor/backupdoctor/report/web/benchpages"
)

const (
	requestIn   = 5 * time.Second  // a browser must have asked
	answerIn    = 30 * time.Second // it must have read the answer, but where it is told what changes
	idleFor     = time.Minute
	shutdownIn  = 3 * time.Second // it is waited for browsers that are being answered
	maxHeadings = 16 << 10
)

// A servedPage is the page of a bench that browsers can reach.
type servedPage struct {
	pages   *benchpages.Pages
	address string // for people
	server  *http.Server
	serving sync.WaitGroup
}

// servePage serves until close is called. Errors of single connections are not logged.
func servePage(listener net.Listener, certificate *tls.Certificate, pages *benchpages.Pages) *servedPage {
	shown := &servedPage{pages: pages, server: &http.Server{
		Handler: pages, ReadHeaderTimeout: requestIn, ReadTimeout: requestIn, WriteTimeout: answerIn, IdleTimeout: idleFor, MaxHeaderBytes: maxHeadings,
		ErrorLog: log.New(io.Discard, "", 0),
	}}
	if certificate != nil {
		shown.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	}
	shown.serving.Go(func() {
		if certificate != nil {
			shown.server.ServeTLS(listener, "", "")
			return
		}
		shown.server.Serve(listener)
	})
	return shown
}

// close tells browsers that the run is over, and stops the server.
func (p *servedPage) close() {
	p.pages.Close()
	ctx, stop := context.WithTimeout(context.Background(), shutdownIn)
	defer stop()
	if p.server.Shutdown(ctx) != nil {
		p.server.Close()
	}
	p.serving.Wait()
}

// visitsShown is how many earlier visits of a device are shown.
const visitsShown = 50

// earlierVisits are those of a device, the newest first.
func (e env) earlierVisits(ctx context.Context, udid string) (visits []benchpages.Visit, err error) {
	store, err := scan.ReadHistory(ctx, e.Env)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	story, err := store.Device(ctx, udid, visitsShown)
	if errors.Is(err, history.ErrUnknown) {
		return nil, nil
	}
	for _, v := range story.Visits {
		visit := benchpages.Visit{At: v.TakenAt, Verdict: v.Verdict, LastBackup: v.LastBackup}
		for _, c := range v.Causes {
			visit.Causes = append(visit.Causes, benchpages.Cause{Check: c.Check, Status: c.Status})
		}
		visits = append(visits, visit)
	}
	return visits, err
}
