package usb

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/testdata"
)

// A full scan of every patient sends only permitted requests, and its result can be recorded.
func TestReadsOnly(t *testing.T) {
	var devices []*sim.Device
	for i, d := range patients(t) {
		if i%4 == 0 || !testing.Short() { // all are read by the same goroutines
			devices = append(devices, d)
		}
	}
	tray := newTray(t, devices...)
	client := serve(t, tray)
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, attached := range found {
		client.Greet(t.Context(), attached)
		snapshot := client.Read(t.Context(), attached, Sizes)
		text, err := json.Marshal(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		var recorded device.Snapshot
		if err := json.Unmarshal(text, &recorded); err != nil {
			t.Errorf("%s: %v", attached.UDID, err)
		}
		if diff := cmp.Diff(rowOf(t, snapshot), rowOf(t, recorded)); diff != "" {
			t.Errorf("%s, recorded (-was +is):\n%s", attached.UDID, diff)
		}
	}
	asked := map[string]bool{}
	for _, request := range tray.Requests() {
		name := request.Service + " " + request.Name
		asked[name] = true
		if !slices.Contains(Permitted, name) {
			t.Errorf("%s was asked %q, which is not permitted", request.UDID, name)
		}
	}
	if len(asked) < 20 {
		t.Errorf("only %d different requests were seen: %v", len(asked), asked)
	}
}

// Only the listed root values are kept.
func TestKeepsNothingPersonal(t *testing.T) {
	data, err := testdata.Devices.ReadFile("devices/healthy-iphone/root.plist")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if _, err := plist.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(readOne(t, patient(t, "healthy-iphone")))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, key := range []string{
		"PhoneNumber", "InternationalMobileEquipmentIdentity", "InternationalMobileEquipmentIdentity2",
		"MobileEquipmentIdentifier", "IntegratedCircuitCardIdentity", "InternationalMobileSubscriberIdentity",
		"MLBSerialNumber", "WiFiAddress", "BluetoothAddress", "EthernetAddress", "BootSessionID",
	} {
		value, ok := root[key].(string)
		if !ok || value == "" {
			continue
		}
		seen++
		if strings.Contains(string(text), value) {
			t.Errorf("%s is in the snapshot", key)
		}
	}
	if seen < 6 {
		t.Errorf("the patient has only %d of the values to look for", seen)
	}
	memory, _ := root["NonVolatileRAM"].(map[string]any)
	account, _ := memory["fm-account-masked"].([]byte)
	if len(account) == 0 || strings.Contains(string(text), string(account)) || strings.Contains(string(text), base64.StdEncoding.EncodeToString(account)) {
		t.Errorf("the masked account %q is in the snapshot, or not in the patient", account)
	}
}

// Keys of a pair record, valid or broken, appear nowhere.
func TestKeepsNoSecrets(t *testing.T) {
	healthy := patient(t, "healthy-iphone")
	tray := newTray(t, healthy)
	client := serve(t, tray)
	mux, err := client.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer mux.Close()
	answer, err := mux.askMux(t.Context(), muxRequest{MessageType: "ReadPairRecord", PairRecordID: healthy.UDID()})
	if err != nil {
		t.Fatal(err)
	}
	record, err := answer.Data("PairRecordData")
	if err != nil {
		t.Fatal(err)
	}
	proof, err := parsePairRecord(record)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{"PRIVATE KEY", "CERTIFICATE", proof.hostID, proof.systemBUID}
	holds := func(t *testing.T, where, text string) {
		t.Helper()
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
	}
	for _, words := range []string{proof.String(), proof.GoString()} {
		holds(t, "the credential in print", words)
	}
	for cut := 0; cut < len(record); cut += 97 {
		if _, err := parsePairRecord(record[:cut]); err == nil {
			t.Fatalf("%d of %d bytes were taken for a pair record", cut, len(record))
		} else {
			holds(t, "an error", err.Error())
		}
	}
	for _, fault := range []sim.Fault{{}, {Kind: sim.StaleTLS}, {Kind: sim.StaleHostID}} {
		text, err := json.Marshal(readOne(t, patient(t, "healthy-iphone", fault)))
		if err != nil {
			t.Fatal(err)
		}
		holds(t, "a snapshot", string(text))
	}
}

// Scans leave no goroutines or files behind, even if they stall.
func TestLeavesNothingBehind(t *testing.T) {
	tray := newTray(t,
		patient(t, "healthy-iphone"),
		patient(t, "healthy-iphone", sim.Fault{Kind: sim.Stall, At: "com.apple.mobile.MCInstall"}).Clone(1),
		patient(t, "healthy-iphone", sim.Fault{Kind: sim.Stall, At: domainBackup}).Clone(2),
		patient(t, "healthy-iphone", sim.Fault{Kind: sim.StaleTLS}).Clone(3),
		patient(t, "healthy-iphone", sim.Fault{Kind: sim.Stall, At: "tls"}).Clone(4),
	)
	client := serve(t, tray)
	client.RequestTimeout = 500 * time.Millisecond
	found, err := client.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settled := func() (goroutines, files int) {
		for range 100 { // the tray needs a moment to notice the disconnect
			goroutines, files = runtime.NumGoroutine(), openFiles(t)
			time.Sleep(10 * time.Millisecond)
			if goroutines == runtime.NumGoroutine() && files == openFiles(t) {
				break
			}
		}
		return goroutines, files
	}
	goroutines, files := settled()
	for _, attached := range found {
		client.Read(t.Context(), attached, Sizes)
	}
	for range 50 {
		if runtime.NumGoroutine() <= goroutines && openFiles(t) <= files {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines and %d files were %d and %d before", runtime.NumGoroutine(), openFiles(t), goroutines, files)
}

// openFiles returns the number of files open in this process, or 0 if the system does not report
// it.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
