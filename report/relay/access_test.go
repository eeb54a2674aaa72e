package relay

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// An attacker is a misbehaving client with the credentials of one bench.
type attacker struct{ conn *nats.Conn }

func (f *fleet) attacker(t *testing.T, name, hub string) attacker {
	t.Helper()
	log, _ := logged(t, "the attacker")
	b := &Bench{Hubs: []string{hub}, Log: log, reconnect: 100 * time.Millisecond}
	set, err := b.settings(f.creds[name])
	if err != nil {
		t.Fatal(err)
	}
	// Permission errors are expected.
	options := append(set.options, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	var conn *nats.Conn
	eventually(t, "the attacker is connected", func() bool {
		conn, err = nats.Connect(set.servers, options...)
		return err == nil
	})
	t.Cleanup(conn.Close)
	return attacker{conn}
}

// TestBenchCanHarmNoOther covers a bench that tries to read, impersonate or block another one.
func TestBenchCanHarmNoOther(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	north := f.bench(t, "north", hub.Listen)
	running(t, north.Run)
	ids := publish(t, north, 5)
	s.mustHold(t, ids)

	// It subscribes to everything, under any name.
	v := f.attacker(t, "south", hub.Listen)
	var mu sync.Mutex
	var heard []string
	for _, subject := range []string{
		">", "backupdoctor.hub.*", "backupdoctor.hub.north", "backupdoctor.ask.north", "backupdoctor.ask.*", "backupdoctor.receipts.north",
		"backupdoctor.receipts.*", "$JS.ACK.>", "$JS.API.>", "$JSC.>", "$SYS.>", "_INBOX.>", "_INBOX.north.>", "_R_.>", "$JS.EVENT.>",
	} {
		_, err := v.conn.Subscribe(subject, func(m *nats.Msg) {
			mu.Lock()
			defer mu.Unlock()
			if text := m.Subject + " " + m.Reply + " " + string(m.Data); strings.Contains(text, "north") {
				heard = append(heard, text)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := v.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	ids = append(ids, publish(t, north, 20)...)
	s.mustHold(t, ids)
	drained(t, north)
	mu.Lock()
	if len(heard) > 0 {
		t.Errorf("it hears of another bench: %q", heard)
	}
	mu.Unlock()

	// It sends requests and commands to the hub and the other bench.
	s.failWith(func(Message) error { return errors.New("down") })
	kept := publish(t, north, 5)
	var asking sync.WaitGroup
	for _, request := range []string{
		"$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.INFO.REPORTS", "$JS.API.STREAM.MSG.GET.REPORTS",
		"$JS.API.STREAM.PURGE.REPORTS", "$JS.API.STREAM.DELETE.REPORTS", "$JS.API.CONSUMER.CREATE.REPORTS",
		"$JS.API.CONSUMER.CREATE.REPORTS.x.backupdoctor.hub.north", "$JS.API.CONSUMER.MSG.NEXT.REPORTS.sink",
		"$JS.API.CONSUMER.DELETE.REPORTS.sink", "$JS.API.DIRECT.GET.REPORTS", "$JS.API.STREAM.CREATE.MIRROR",
		"$SYS.REQ.CLAIMS.LIST", "$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.SERVER.PING.CONNZ",
	} {
		asking.Go(func() {
			body := []byte(`{"stream_name":"REPORTS","config":{"name":"MIRROR","mirror":{"name":"REPORTS"},"durable_name":"x","ack_policy":"none"},"seq":1,"batch":10}`)
			reply, err := v.conn.Request(request, body, 200*time.Millisecond)
			if err == nil && !strings.Contains(string(reply.Data), `"error"`) && !strings.Contains(string(reply.Data), `"server":{"name":"attacker"`) {
				t.Errorf("%s is answered: %s", request, reply.Data)
			}
		})
	}
	asking.Wait()
	s.failWith(nil)
	ids = append(ids, kept...)
	s.mustHold(t, ids)

	// It impersonates the other bench: on the other's subjects, where it is not heard, and on its
	// own, where it is detected and set aside.
	speak := func(subject string, header nats.Header, bench string) string {
		item := one(t, "by the attacker")
		text, err := envelope.Seal(envelope.Envelope{ID: item.ID, Bench: bench, Report: item.Report})
		if err != nil {
			t.Fatal(err)
		}
		msg := &nats.Msg{Subject: subject, Header: header, Data: text}
		reply, err := v.conn.RequestMsg(msg, 200*time.Millisecond)
		switch {
		case err != nil:
			return err.Error()
		case strings.Contains(string(reply.Data), `"error"`):
			return "error"
		}
		return item.ID
	}
	for _, subject := range []string{"backupdoctor.hub.north", "backupdoctor.ask.north", "backupdoctor.receipts.north", "backupdoctor.hub.south.north", "backupdoctor.hub"} {
		if answer := speak(subject, nil, "north"); answer != nats.ErrNoResponders.Error() && answer != nats.ErrTimeout.Error() {
			t.Errorf("%s is answered: %s", subject, answer)
		}
	}
	if answer := speak("backupdoctor.hub.south", nil, "north"); !envelope.ValidID(answer) {
		t.Errorf("what it forges is answered: %s", answer)
	}
	eventually(t, "what it forged is set aside", func() bool {
		return s.reasons()["forged"] == 1
	})

	// It sends the hub's stream every command that a header can carry.
	s.failWith(func(m Message) error {
		if m.Bench == "north" {
			return errors.New("down")
		}
		return nil
	})
	kept = publish(t, north, 5)
	for _, header := range []nats.Header{
		{"Nats-Rollup": {"all"}}, {"Nats-Rollup": {"sub"}}, {"Nats-Incr": {"many"}}, {"Nats-TTL": {"1s"}}, {"Nats-Expected-Last-Sequence": {"0"}},
		{"Nats-Batch-Id": {"x"}, "Nats-Batch-Sequence": {"1"}}, {"Nats-Schedule": {"@at 2030-01-01T00:00:00Z"}}, {"Nats-Stream-Source": {"x 1"}},
	} {
		if answer := speak("backupdoctor.hub.south", header, "south"); envelope.ValidID(answer) {
			t.Errorf("%v is taken", header)
		}
	}
	own := speak("backupdoctor.hub.south", nil, "south")
	eventually(t, "what it may say arrives", func() bool { return s.has([]string{own}) })
	s.failWith(nil)
	ids = append(append(append(ids, kept...), own), publish(t, north, 20)...)
	s.mustHold(t, ids)
	for _, m := range s.messages() {
		if m.Opened.Devices[0].Name == "by the attacker" && m.Bench != "south" {
			t.Errorf("a forged report is stored as %+v", m.Envelope)
		}
	}
}

func TestRevokedBenchIsCutOffAtOnce(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	north, south := f.bench(t, "north", hub.Listen), f.bench(t, "south", hub.Listen)
	log, told := logged(t, "the bench that is revoked")
	south.Log = log
	// It keeps its own credentials: the file cannot be taken away.
	south.Credentials = filepath.Join(t.TempDir(), "south.creds")
	if err := os.Rename(f.creds["south"], south.Credentials); err != nil {
		t.Fatal(err)
	}
	running(t, north.Run)
	stop := running(t, south.Run)
	ids := append(publish(t, north, 3), publish(t, south, 3)...)
	s.mustHold(t, ids)
	drained(t, south)

	if err := f.folder.Revoke("south"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its connection ends", func() bool { return !benchState(t, south).Linked })
	publish(t, south, 3)
	ids = append(ids, publish(t, north, 3)...)
	s.mustHold(t, ids)
	eventually(t, "it is refused", func() bool { return strings.Contains(benchState(t, south).Refused, "revoked") })
	eventually(t, "it tries again, and says so once", func() bool {
		return strings.Count(told.String(), "authorization violation") == 1
	})
	if state := benchState(t, south); state.Linked || state.Waiting != 3 {
		t.Errorf("the state of the revoked bench is %+v", state)
	}
	if state, err := hub.State(t.Context()); err != nil || strings.Join(state.Linked, " ") != "north" {
		t.Errorf("the hub's state is %+v, %v", state, err)
	}

	// With new credentials its remaining reports are accepted.
	stop()
	f.add(t, "south")
	south.Credentials = f.creds["south"]
	running(t, south.Run)
	eventually(t, "what it kept arrives", func() bool { return len(s.messages()) == len(ids)+3 })
	drained(t, south)
}

func TestBenchIsAddedWhileTheHubRuns(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	north := f.bench(t, "north", hub.Listen)
	running(t, north.Run)
	ids := publish(t, north, 3)
	s.mustHold(t, ids)
	f.add(t, "late")
	late := f.bench(t, "late", hub.Listen)
	running(t, late.Run)
	ids = append(ids, publish(t, late, 3)...)
	ids = append(ids, publish(t, north, 3)...)
	s.mustHold(t, ids)
}

// TestTwoBenchesOfOneName checks that the second is refused while the first is connected.
func TestTwoBenchesOfOneName(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	first, second := f.bench(t, "north", hub.Listen), f.bench(t, "north", hub.Listen)
	log, told := logged(t, "the second bench")
	second.Log = log
	stop := running(t, first.Run)
	linked(t, first)
	running(t, second.Run)
	later := publish(t, second, 3)
	eventually(t, "the second is refused", func() bool { return strings.Contains(told.String(), "maximum account active connections exceeded") })
	ids := publish(t, first, 3)
	s.mustHold(t, ids)
	drained(t, first)
	if benchState(t, second).Linked || !benchState(t, first).Linked {
		t.Error("the second took the place of the first")
	}
	// After the first has left, the second is accepted, with its own stream of numbers.
	stop()
	s.mustHold(t, append(ids, later...))
}

// TestBenchWithANewDisk has the old credentials, and numbers that start from one.
func TestBenchWithANewDisk(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	old := f.bench(t, "north", hub.Listen)
	stop := running(t, old.Run)
	ids := publish(t, old, 20)
	s.mustHold(t, ids)
	drained(t, old)
	stop()
	renewed := f.bench(t, "north", hub.Listen)
	running(t, renewed.Run)
	s.mustHold(t, append(ids, publish(t, renewed, 5)...))
}

// TestKeysAreLoggedNowhere logs everything, with errors.
func TestKeysAreLoggedNowhere(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	log := new(lockedBuffer)
	everything := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug - 10}))
	var s shelf
	hub := f.hub(t, &s)
	hub.Log = everything
	running(t, hub.Run)
	first, second := f.bench(t, "north", hub.Listen), f.bench(t, "north", hub.Listen)
	first.Log, second.Log = everything, everything
	second.Credentials = filepath.Join(t.TempDir(), "north.creds")
	text, err := os.ReadFile(f.creds["north"])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second.Credentials, text, 0o600); err != nil {
		t.Fatal(err)
	}
	running(t, first.Run)
	ids := publish(t, first, 1)
	s.mustHold(t, ids)
	running(t, second.Run)
	eventually(t, "the second is refused", func() bool { return strings.Contains(log.String(), "maximum account active connections exceeded") })
	if err := f.folder.Revoke("north"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first is revoked", func() bool { return strings.Contains(log.String(), "Authentication Revoked") })

	secrets := regexp.MustCompile(`(?m)^(S[A-Z2-7]{57}|eyJ\S+)$`)
	found := secrets.FindAllString(string(text), -1)
	for _, file := range []string{"keys/operator.nk", "keys/system.nk", "keys/hub.nk", "node/system.creds", "node/hub.creds"} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(f.folder.Node()), file))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, secrets.FindAllString(string(text), -1)...)
	}
	if len(found) != 9 {
		t.Errorf("%d keys and tokens to look for", len(found))
	}
	for _, secret := range found {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%.8s… is logged", secret)
		}
	}
}

func TestPlainTextStaysOnThisComputer(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	hub.Listen = strings.Replace(hub.Listen, "tls:", "nats:", 1)
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	s.mustHold(t, publish(t, bench, 2))
}

// TestHubWithoutTLSIsToldNothing checks that a bench configured for TLS does not even send its name
// to an impostor that offers none.
func TestHubWithoutTLSIsToldNothing(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heard := make(chan []byte, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(conn, "INFO {\"server_id\":\"x\",\"server_name\":\"hub\",\"proto\":1,\"headers\":true,\"max_payload\":1048576,\"nonce\":\"abcdefghijk\",\"tls_required\":false}\r\n")
		first := make([]byte, 4096)
		n, _ := conn.Read(first)
		heard <- first[:n]
	}()
	bench := f.bench(t, "north", "tls://"+listener.Addr().String())
	running(t, bench.Run)
	publish(t, bench, 1)
	// A TLS handshake begins with these bytes, NATS with CONNECT and a token.
	if first := <-heard; !bytes.HasPrefix(first, []byte{0x16, 0x03}) || bytes.Contains(first, []byte("north")) {
		t.Errorf("it is told %q", first)
	}
}

// TestHubWithACertificateOfItsOwn checks that benches recognise such a hub by its key, and reject a
// rogue whatever CA signed its certificate.
func TestHubWithACertificateOfItsOwn(t *testing.T) {
	t.Parallel()
	f, other := newFleet(t, "north", "south"), newFleet(t)
	var s shelf
	hub := f.hub(t, &s)
	// Any certificate for this computer's name would do.
	hub.Certificate, hub.Key = certificateFor(t, "localhost")
	hub.Listen = strings.Replace(hub.Listen, "127.0.0.1", "localhost", 1)
	running(t, hub.Run)
	impostor := other.hub(t, &s)
	impostor.Certificate, impostor.Key = hub.Certificate, hub.Key
	impostor.Listen = strings.Replace(impostor.Listen, "127.0.0.1", "localhost", 1)
	running(t, impostor.Run)
	north, south := f.bench(t, "north", hub.Listen), f.bench(t, "south", impostor.Listen)
	south.Roots = hub.Certificate
	log, told := logged(t, "the bench that finds a rogue")
	south.Log = log
	running(t, north.Run)
	running(t, south.Run)
	s.mustHold(t, publish(t, north, 2))
	eventually(t, "the other does not trust the rogue", func() bool { return strings.Contains(told.String(), "unknown authority") })
}

func certificateFor(t *testing.T, name string) (certificate, private string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, pair.Public(), pair)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("own.crt", "CERTIFICATE", signed), write("own.key", "PRIVATE KEY", key)
}
