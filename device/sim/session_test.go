package sim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

type pairRecord struct {
	HostID, SystemBUID              string
	HostCertificate, HostPrivateKey []byte
	RootCertificate, RootPrivateKey []byte
	DeviceCertificate               []byte
}

// recordOf returns the mux's pair record for a device.
func recordOf(t *testing.T, socket string, device *sim.Device) pairRecord {
	t.Helper()
	reply := askMux(t, socket, dict{"MessageType": "ReadPairRecord", "PairRecordID": device.UDID()})
	data, ok := reply["PairRecordData"].([]byte)
	if !ok {
		t.Fatalf("ReadPairRecord = %v", reply)
	}
	return decode[pairRecord](t, data)
}

// handshake performs a TLS handshake with the given client certificate, accepting only the paired
// device. It is limited to TLS 1.2, in which a refusal is visible at once.
func handshake(t *testing.T, conn net.Conn, record pairRecord, certificate, key []byte) (*tls.Conn, error) {
	t.Helper()
	own, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	device, _ := pem.Decode(record.DeviceCertificate)
	secure := tls.Client(conn, &tls.Config{
		Certificates:       []tls.Certificate{own},
		MaxVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // compared below: it contains no host name
		VerifyPeerCertificate: func(shown [][]byte, _ [][]*x509.Certificate) error {
			if string(shown[0]) != string(device.Bytes) {
				t.Error("the device shows another certificate than that of the pair record")
			}
			return nil
		},
	})
	return secure, secure.Handshake()
}

// session starts a lockdown session and returns its ID.
func session(t *testing.T, socket string, device *sim.Device) (plain net.Conn, secure *tls.Conn, id any) {
	t.Helper()
	record := recordOf(t, socket, device)
	plain = lockdown(t, socket)
	reply := replyOf(t, plain, dict{"Request": "StartSession", "HostID": record.HostID, "SystemBUID": record.SystemBUID})
	if reply["EnableSessionSSL"] != true {
		t.Fatalf("StartSession = %v", reply)
	}
	secure, err := handshake(t, plain, record, record.HostCertificate, record.HostPrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return plain, secure, reply["SessionID"]
}

func TestTheDeviceSpeaksTLSWithItsComputerOnly(t *testing.T) {
	device := named(t, "healthy-iphone")
	socket := serve(t, newTray(t, device))
	record := recordOf(t, socket, device)
	other, itsKey := otherCertificate(t)
	for name, test := range map[string]struct {
		certificate, key []byte
		trusted          bool
	}{
		"the host":         {record.HostCertificate, record.HostPrivateKey, true},
		"the root":         {record.RootCertificate, record.RootPrivateKey, true}, // as libimobiledevice does
		"another computer": {other, itsKey, false},
	} {
		conn := lockdown(t, socket)
		replyOf(t, conn, dict{"Request": "StartSession", "HostID": record.HostID})
		if _, err := handshake(t, conn, record, test.certificate, test.key); (err == nil) != test.trusted {
			t.Errorf("with the certificate of %s: %v", name, err)
		}
	}
}

func TestASessionEndsInPlainText(t *testing.T) {
	device := named(t, "healthy-iphone")
	plain, secure, id := session(t, serve(t, newTray(t, device)), device)
	if reply := replyOf(t, secure, dict{"Request": "GetValue", "Key": "PhoneNumber"}); reply["Value"] == nil {
		t.Errorf("in the session: %v", reply)
	}
	if reply := replyOf(t, secure, dict{"Request": "StopSession", "SessionID": "wrong"}); reply["Error"] != "InvalidSessionID" {
		t.Errorf("StopSession of another session = %v", reply)
	}
	replyOf(t, secure, dict{"Request": "StopSession", "SessionID": id})
	secure.CloseWrite() // sends close_notify and reads the device's
	if n, err := secure.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("after StopSession the device still speaks TLS: %d, %v", n, err)
	}
	plain.SetDeadline(time.Now().Add(10 * time.Second)) // CloseWrite has set one
	if reply := replyOf(t, plain, dict{"Request": "QueryType"}); reply["Type"] != "com.apple.mobile.lockdown" {
		t.Errorf("in plain text: %v", reply)
	}
	if reply := replyOf(t, plain, dict{"Request": "GetValue", "Key": "PhoneNumber"}); reply["Error"] != "GetProhibited" {
		t.Errorf("after the session: %v", reply)
	}
}

func TestStalePairings(t *testing.T) {
	device := named(t, "healthy-iphone")
	device.Faults = []sim.Fault{{Kind: sim.StaleHostID}}
	socket := serve(t, newTray(t, device))
	record := recordOf(t, socket, device)
	if reply := replyOf(t, lockdown(t, socket), dict{"Request": "StartSession", "HostID": record.HostID}); reply["Error"] != "InvalidHostID" {
		t.Errorf("stale-host-id: StartSession = %v", reply)
	}

	device.Faults = []sim.Fault{{Kind: sim.StaleTLS}}
	socket = serve(t, newTray(t, device))
	conn := lockdown(t, socket)
	if reply := replyOf(t, conn, dict{"Request": "StartSession", "HostID": record.HostID}); reply["EnableSessionSSL"] != true {
		t.Errorf("stale-tls: StartSession = %v", reply)
	}
	if _, err := handshake(t, conn, record, record.HostCertificate, record.HostPrivateKey); err == nil {
		t.Error("stale-tls: the handshake succeeds")
	}
}

func TestUnpairEndsTrust(t *testing.T) {
	device := named(t, "healthy-iphone")
	socket := serve(t, newTray(t, device))
	conn := lockdown(t, socket)
	known := dict{"HostID": recordOf(t, socket, device).HostID}
	if reply := replyOf(t, conn, dict{"Request": "ValidatePair", "PairRecord": known}); reply["Error"] != nil {
		t.Errorf("ValidatePair = %v", reply)
	}
	if reply := replyOf(t, conn, dict{"Request": "Unpair", "PairRecord": known}); reply["Error"] != nil {
		t.Errorf("Unpair = %v", reply)
	}
	for _, request := range []dict{
		{"Request": "ValidatePair", "PairRecord": known},
		{"Request": "StartSession", "HostID": known["HostID"]},
	} {
		if reply := replyOf(t, conn, request); reply["Error"] != "InvalidHostID" {
			t.Errorf("%v = %v", request, reply)
		}
	}
	for request, want := range map[string]string{"Pair": "MissingPairRecord", "StartSession": "MissingHostID", "StopSession": "SessionInactive"} {
		if reply := replyOf(t, conn, dict{"Request": request}); reply["Error"] != want {
			t.Errorf("%s without more = %v, want %s", request, reply, want)
		}
	}
}

func TestFaultsOfTheHandshake(t *testing.T) {
	device := named(t, "healthy-iphone")
	for kind, timeout := range map[sim.Kind]bool{sim.Stall: true, sim.Garbage: false} {
		device.Faults = []sim.Fault{{Kind: kind, At: "tls"}}
		socket := serve(t, newTray(t, device))
		record := recordOf(t, socket, device)
		conn := lockdown(t, socket)
		replyOf(t, conn, dict{"Request": "StartSession", "HostID": record.HostID})
		if timeout {
			conn.SetDeadline(time.Now().Add(200 * time.Millisecond))
		}
		_, err := handshake(t, conn, record, record.HostCertificate, record.HostPrivateKey)
		if err == nil || errors.Is(err, os.ErrDeadlineExceeded) != timeout {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestLockdownAnswersInASession(t *testing.T) {
	start := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	device := named(t, "clock-wrong")
	device.Faults = []sim.Fault{{Kind: sim.Locked}}
	tray, err := sim.New(func() time.Time { return start }, device)
	if err != nil {
		t.Fatal(err)
	}
	_, secure, _ := session(t, serve(t, tray), device)
	get := func(domain, key string) dict {
		request := dict{"Request": "GetValue", "Key": key}
		if domain != "" {
			request["Domain"] = domain
		}
		return replyOf(t, secure, request)
	}
	if got, want := get("", "TimeIntervalSince1970")["Value"], float64(start.Unix()+3*24*3600); got != want {
		t.Errorf("a clock three days ahead says %v, want %v", got, want)
	}
	if got := get("", "PasswordProtected")["Value"]; got != true {
		t.Errorf("a locked device says PasswordProtected %v", got)
	}
	if reply := get("com.apple.mobile.backup", "NoSuchKey"); reply["Error"] != "MissingValue" {
		t.Errorf("a key that is not there: %v", reply)
	}
	if reply := get("com.example.none", ""); reply["Error"] != "MissingValue" {
		t.Errorf("a domain that is not there: %v", reply)
	}
	for service, want := range map[string]string{"com.apple.afc": "PasswordProtected", "": "MissingService"} {
		if reply := replyOf(t, secure, dict{"Request": "StartService", "Service": service}); reply["Error"] != want {
			t.Errorf("StartService %q of a locked device = %v", service, reply)
		}
	}
	for request, want := range map[string]string{"SetValue": "SetProhibited", "RemoveValue": "RemoveProhibited", "EnterRecovery": "InvalidRequest", "StartSession": "SessionActive"} {
		if reply := replyOf(t, secure, dict{"Request": request}); reply["Error"] != want {
			t.Errorf("%s = %v, want %s", request, reply, want)
		}
	}
}

func TestAServiceTakesOneClientPerStart(t *testing.T) {
	device := named(t, "healthy-iphone")
	socket := serve(t, newTray(t, device))
	_, secure, _ := session(t, socket, device)
	if reply := replyOf(t, secure, dict{"Request": "StartService", "Service": "com.example.none"}); reply["Error"] != "InvalidService" {
		t.Errorf("StartService of no service = %v", reply)
	}
	started := replyOf(t, secure, dict{"Request": "StartService", "Service": "com.apple.mobile.diagnostics_relay"})
	port, ok := started["Port"].(uint64)
	if !ok || started["EnableServiceSSL"] != true {
		t.Fatalf("StartService = %v", started)
	}
	connect := dict{"MessageType": "Connect", "DeviceID": 1, "PortNumber": portNumber(uint16(port))}
	relay := dial(t, socket)
	tell(t, relay, connect)
	if reply := hear(t, relay); reply["Number"] != uint64(0) {
		t.Fatalf("Connect = %v", reply)
	}
	if reply := askMux(t, socket, connect); reply["Number"] != uint64(3) {
		t.Errorf("a second Connect = %v", reply)
	}
	record := recordOf(t, socket, device)
	spoken, err := handshake(t, relay, record, record.HostCertificate, record.HostPrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	if reply := replyOf(t, spoken, dict{"Request": "Nonsense"}); reply["Status"] != "UnknownRequest" {
		t.Errorf("an unknown request: %v", reply)
	}
	if reply := replyOf(t, spoken, dict{"Request": "IORegistry", "EntryName": "NoSuchEntry"}); reply["Status"] != "Success" || len(reply["Diagnostics"].(dict)) != 0 {
		t.Errorf("an entry that is not there: %v", reply)
	}
	gestalt := replyOf(t, spoken, dict{"Request": "MobileGestalt", "MobileGestaltKeys": []string{"ProductType"}})
	if got := gestalt["Diagnostics"].(dict)["MobileGestalt"].(dict)["Status"]; got != "MobileGestaltDeprecated" {
		t.Errorf("MobileGestalt of iOS 26: %v", got)
	}
}

// otherCertificate returns a certificate unknown to the device.
func otherCertificate(t *testing.T) (certificate, key []byte) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}
