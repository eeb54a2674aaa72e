package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report/station"
)

const (
	requestIn   = 5 * time.Second  // a browser must have asked
	answerIn    = 30 * time.Second // it must have read the answer, but where it is told what changes
	idleFor     = time.Minute
	shutdownIn  = 3 * time.Second // it is waited for browsers that are being answered
	maxHeadings = 16 << 10
)

// A servedStation is a station that browsers can reach.
type servedStation struct {
	station *station.Station
	address string // for people
	server  *http.Server
	serving sync.WaitGroup
}

// serveStation serves until close is called. What goes wrong with one browser is nothing for
// the one at the bench.
func serveStation(listener net.Listener, certificate *tls.Certificate, st *station.Station) *servedStation {
	shown := &servedStation{station: st, server: &http.Server{
		Handler: st, ReadHeaderTimeout: requestIn, ReadTimeout: requestIn, WriteTimeout: answerIn, IdleTimeout: idleFor, MaxHeaderBytes: maxHeadings,
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

// close tells browsers that the run is over, and ends.
func (s *servedStation) close() {
	s.station.Close()
	ctx, stop := context.WithTimeout(context.Background(), shutdownIn)
	defer stop()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
	s.serving.Wait()
}
