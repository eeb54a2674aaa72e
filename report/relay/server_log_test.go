package relay

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// A bench that is refused says why in words.
func TestLinkSaysWhyItIsRefused(t *testing.T) {
	var said strings.Builder
	l := link{log: slog.New(slog.NewTextHandler(&said, nil))}
	for range 3 {
		l.note(nats.ErrAuthorization)
	}
	if text := said.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, nats.ErrAuthorization.Error()) || !strings.Contains(text, "they were revoked, are another hub's") {
		t.Errorf("it says: %s", text)
	}
}

// A person who starts a hub sees what is wrong, and nothing that is routine.
func TestServerLogDropsWhatIsRoutine(t *testing.T) {
	var said strings.Builder
	log := serverLog{log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	log.Noticef("Server is ready")
	log.Warnf(`Clients that are not using "TLS Handshake First" option will fail to connect`)
	log.Errorf("%s - TLS handshake error: %s", "127.0.0.1:1", "EOF")
	if said.Len() > 0 {
		t.Errorf("logged what is routine: %s", said.String())
	}
	log.Warnf("JetStream is out of %s", "room")
	log.Errorf("write error: %s", "no space left")
	log.Errorf("%s - cid:7 - %v", "192.0.2.1:4222", server.ErrAuthentication)
	for _, want := range []string{"level=WARN", "JetStream is out of room", "level=ERROR", "write error: no space left", "192.0.2.1:4222", "not of this hub, were revoked or have expired"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the log lacks %q: %s", want, said.String())
		}
	}
}
