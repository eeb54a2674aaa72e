package relay

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// foreignNATS runs a third-party NATS and returns its address. It uses plain text and knows the
// accounts of the fleet.
func (f *fleet) foreignNATS(t *testing.T) (address string) {
	t.Helper()
	node, err := credentials.OpenNode(f.folder.Node())
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := node.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	resolver := new(server.MemAccResolver)
	for key, token := range accounts {
		if err := resolver.Store(key, token); err != nil {
			t.Fatal(err)
		}
	}
	log, _ := logged(t, "the foreign NATS")
	s, err := start(&server.Options{
		ServerName: "foreign", Host: "127.0.0.1", Port: server.RANDOM_PORT, StoreDir: t.TempDir(), JetStreamDomain: "foreign",
		TrustedOperators: []*jwt.OperatorClaims{node.Operator}, SystemAccount: node.Operator.SystemAccount, AccountResolver: resolver,
	}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(s) })
	return s.ClientURL()
}

func TestGuestOfAForeignNATS(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	clients := f.foreignNATS(t)
	bench := f.bench(t, "north", clients)
	running(t, bench.Run)
	ids := publish(t, bench, 3)
	var s shelf
	log, _ := logged(t, "the guest")
	guest := &Guest{Server: clients, Credentials: filepath.Join(f.folder.Node(), "hub.creds"), Store: &s, Log: log}
	stop := running(t, guest.Run)
	ids = append(ids, publish(t, bench, 3)...)
	s.mustHold(t, ids)
	if state, err := guest.State(t.Context()); err != nil || state.Linked != nil {
		t.Errorf("its state is %+v, %v", state, err)
	}
	// Reports sent while the guest is away wait for it.
	stop()
	if _, err := guest.State(t.Context()); err == nil {
		t.Error("a guest who is away has a state")
	}
	ids = append(ids, publish(t, bench, 3)...)
	running(t, guest.Run)
	s.mustHold(t, ids)
}

// TestGuestWhoIsRefused checks that it reports the refusal and keeps trying, since the cause may be
// fixed.
func TestGuestWhoIsRefused(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	clients := f.foreignNATS(t)
	log, told := logged(t, "the guest who is refused")
	guest := &Guest{Server: clients, Store: new(shelf), Log: log}
	running(t, guest.Run)
	eventually(t, "it says that it is refused, twice", func() bool {
		return strings.Count(told.String(), "the connection to NATS was closed: nats: Authorization Violation") > 1
	})
}

// TestGuestWhoseStreamsAreTakenAway checks that it creates them again.
func TestGuestWhoseStreamsAreTakenAway(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	clients := f.foreignNATS(t)
	bench := f.bench(t, "north", clients)
	running(t, bench.Run)
	var s shelf
	log, _ := logged(t, "the guest")
	guest := &Guest{Server: clients, Credentials: filepath.Join(f.folder.Node(), "hub.creds"), Store: &s, Log: log}
	running(t, guest.Run)
	ids := publish(t, bench, 3)
	s.mustHold(t, ids)
	guest.mu.Lock()
	js := guest.js
	guest.mu.Unlock()
	if err := js.DeleteStream(t.Context(), reportsStream); err != nil {
		t.Fatal(err)
	}
	s.mustHold(t, append(ids, publish(t, bench, 3)...))
}
