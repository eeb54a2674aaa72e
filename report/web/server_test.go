package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// A server stops with its context, but only after responses in progress.
func TestServerLetsAnswersEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	asked, ended := make(chan bool), make(chan error)
	server := Server{Listener: listener, AnswerWithin: time.Minute, Pages: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-ctx.Done()
		io.WriteString(w, "whole")
	})}
	go func() { ended <- server.Run(ctx) }()
	go func() {
		<-asked
		stop()
	}()
	answer, err := http.Get("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || string(text) != "whole" {
		t.Errorf("the answer is %q, %v", text, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the server ends with %v", err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("it listens after its end")
	}
}

// A server that fails returns an error.
func TestServerThatBreaksOff(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := (Server{Listener: listener}).Run(t.Context()); err == nil {
		t.Error("a server without a listener ends well")
	}
}
