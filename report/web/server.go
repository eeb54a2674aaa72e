package web

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	readWithin  = 10 * time.Second // time to read a whole request
	idleFor     = time.Minute      // time between two requests
	endWithin   = 5 * time.Second  // grace period for responses on shutdown
	maxHeadings = 32 << 10         // maximum size of request headers in bytes
)

// A Server serves pages over HTTP or HTTPS.
type Server struct {
	Listener     net.Listener
	TLS          *tls.Config // nil for plain HTTP
	Pages        http.Handler
	AnswerWithin time.Duration // maximum time for a response
	Connections  *Connections  // counts and limits connections; nil for default limits without counts
	Log          *slog.Logger  // logs errors of single connections; nil discards them
}

// Run serves until the context ends, and then waits up to endWithin for responses in progress.
func (s Server) Run(ctx context.Context) error {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Connections == nil {
		s.Connections = &Connections{Log: s.Log}
	}
	server := &http.Server{
		ConnContext: connContext,
		Handler:     s.Pages, TLSConfig: s.TLS, ReadHeaderTimeout: readWithin, ReadTimeout: readWithin, WriteTimeout: s.AnswerWithin, IdleTimeout: idleFor,
		MaxHeaderBytes: maxHeadings, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	listener := s.Connections.listen(s.Listener)
	go func() {
		if s.TLS != nil {
			ended <- server.ServeTLS(listener, "", "")
			return
		}
		ended <- server.Serve(listener)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serving the pages: %w", err)
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	err := server.Shutdown(within)
	if err != nil {
		err = server.Close()
	}
	<-ended
	return err
}
