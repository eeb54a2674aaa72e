package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// limitedPages serves pages with a token.
func limitedPages(t *testing.T, connections *Connections) (address string) {
	t.Helper()
	auth, err := NewAuth(AuthConfig{Site: testSite, Token: strings.Repeat("t", 16), For: time.Hour, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pages := auth.Protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("inside")) }))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	server := Server{Listener: listener, Pages: pages, AnswerWithin: time.Minute, Connections: connections}
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// ask requests the first page over a connection, and returns the status.
func ask(conn net.Conn, token string) (status int, err error) {
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Anonymous clients that only hold connections use few descriptors, and no places of signed-in people.
func TestAnonymousConnectionsAreLimited(t *testing.T) {
	connections := &Connections{Anonymous: 8, All: 20}
	address := limitedPages(t, connections)
	token := strings.Repeat("t", 16)
	person := dial(t, address)
	if status, err := ask(person, token); err != nil || status != http.StatusOK {
		t.Fatalf("a person with the token gets %d, %v", status, err)
	}
	for range 200 {
		dial(t, address)
	}
	if status, err := ask(person, token); err != nil || status != http.StatusOK {
		t.Errorf("a person signed in before the anonymous clients gets %d, %v", status, err)
	}
	late := dial(t, address)
	if status, err := ask(late, token); err != nil || status != http.StatusOK {
		t.Errorf("a person who signs in after the anonymous clients gets %d, %v", status, err)
	}
	if got := connections.Count(); got.Anonymous > 8 || got.SignedIn != 2 || got.Cut < 190 {
		t.Errorf("the connections are %+v", got)
	}
	if status, err := ask(dial(t, address), "wrong"); err != nil || status != http.StatusUnauthorized {
		t.Errorf("a wrong token gets %d, %v", status, err)
	}
	if got := connections.Count(); got.SignedIn != 2 {
		t.Errorf("a wrong token counts as a sign-in: %+v", got)
	}
}

// Signed-in people have a limit, too, and a place is free again when a connection closes.
func TestConnectionsAreLimitedInAll(t *testing.T) {
	connections := &Connections{Anonymous: 2, All: 4}
	address := limitedPages(t, connections)
	token := strings.Repeat("t", 16)
	var people []net.Conn
	for range 4 {
		conn := dial(t, address)
		if status, err := ask(conn, token); err != nil || status != http.StatusOK {
			t.Fatalf("%d, %v", status, err)
		}
		people = append(people, conn)
	}
	if status, err := ask(dial(t, address), token); err == nil {
		t.Errorf("a fifth is answered with %d", status)
	}
	people[0].Close()
	for deadline := time.Now().Add(time.Minute); connections.Count().SignedIn > 3; {
		if time.Now().After(deadline) {
			t.Fatal("the place does not become free")
		}
		time.Sleep(time.Millisecond)
	}
	if status, err := ask(dial(t, address), token); err != nil || status != http.StatusOK {
		t.Errorf("when one has left, the next is answered with %d, %v", status, err)
	}
}
