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
	readWithin  = 10 * time.Second // a whole request
	idleFor     = time.Minute      // between two requests
	endWithin   = 5 * time.Second  // answers that are under way when the pages end
	maxHeadings = 32 << 10         // bytes
)

// A Server is how pages are served.
type Server struct {
	Listener     net.Listener
	TLS          *tls.Config // nil for plain HTTP
	Pages        http.Handler
	AnswerWithin time.Duration // the longest answer
	Connections  *Connections  // counts and limits them; nil for limits that nobody sees
	Log          *slog.Logger  // where errors of single connections go; nil for nowhere
}

// Run serves until the context ends, and lets answers end that are under way.
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
