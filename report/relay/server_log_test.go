package relay

import (
	"log/slog"
	"strings"
	"testing"
)

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
	for _, want := range []string{"level=WARN", "JetStream is out of room", "level=ERROR", "write error: no space left"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the log lacks %q: %s", want, said.String())
		}
	}
}
