package hub

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

func TestBenchRows(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	added := []credentials.Bench{{Name: "gone", Revoked: true}, {Name: "here"}, {Name: "out"}, {Name: "twice", Revoked: true}, {Name: "twice"}}
	heard := []ledger.Bench{{Name: "elsewhere"}, {Name: "gone"}}
	states := func(writtenAt time.Time) map[string]string {
		rows := benchRows(added, heard, nil, status{WrittenAt: writtenAt, Linked: []string{"here", "twice"}}, now)
		got := map[string]string{}
		for _, row := range rows {
			got[row.Name] = row.State
		}
		return got
	}
	for name, want := range map[string]string{"gone": "revoked", "here": "linked", "out": "away", "twice": "linked", "elsewhere": "foreign"} {
		if got := states(now.Add(-time.Second))[name]; got != want {
			t.Errorf("while the hub runs, %s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"gone": "revoked", "here": "unknown", "out": "unknown", "elsewhere": "foreign"} {
		if got := states(now.Add(-time.Hour))[name]; got != want {
			t.Errorf("while the hub does not run, %s is %q, want %q", name, got, want)
		}
	}
}

// A truncated list is an error, so that half a fleet does not pass for all of it; and so is a
// document of another kind.
func TestTruncatedLists(t *testing.T) {
	const head = `{"kind":"fleet","schema":2,"devices":`
	for text, want := range map[string]int{
		head + "[]}": 0, head + `[{"udid":"a"}]}`: 1, head + "[\n{\"udid\":\"a\"},\n{\"udid\":\"b\"}\n]}\n": 2,
		`{"$schema":"x","schema":2,"kind":"fleet","later":{"a":[1]},"devices":[{"udid":"a"}]}`: 1,
		"": -1, "[": -1, "[]": -1, "null": -1, "<html>": -1, `{"udid":"a"}`: -1, "{}": -1,
		head: -1, head + "[": -1, head + `[{"udid":"a"},`: -1, head + `[{"udid":"a"}`: -1, head + `[{"udid":"a"}]`: -1, head + `[{"udid":1}]}`: -1, head + "7}": -1,
		head + `[],"more":1}`:         -1,
		`{"kind":"fleet","schema":2}`: -1, `{"kind":"fleet","schema":3,"devices":[]}`: -1, `{"kind":"report","schema":2,"devices":[]}`: -1,
		`{"devices":[],"kind":"fleet","schema":2}`: -1,
	} {
		got := 0
		for _, err := range readRows[ledger.Device](strings.NewReader(text), report.KindFleet) {
			if err != nil {
				got = -1
				break
			}
			got++
		}
		if got != want {
			t.Errorf("%q has %d rows, want %d", text, got, want)
		}
	}
}

func FuzzReadRows(f *testing.F) {
	f.Add([]byte(`{"kind":"fleet","schema":2,"devices":[{"udid":"a","takenAt":"2026-11-25T12:00:00Z","causes":[]}]}`))
	f.Add([]byte(`{"kind":"fleet","schema":2,"devices":[{"udid":"a"},`))
	f.Fuzz(func(t *testing.T, text []byte) {
		ended := false
		for _, err := range readRows[ledger.Device](bytes.NewReader(text), report.KindFleet) {
			if ended {
				t.Fatal("something follows an error")
			}
			ended = err != nil
		}
	})
}

// TestJSONFiles checks that files are read back as written, and are private.
func TestJSONFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "status.json")
	if err := quick.Check(func(sites map[string]string) bool {
		for name, site := range sites {
			delete(sites, name)
			sites[strings.ToValidUTF8(name, "")] = strings.ToValidUTF8(site, "")
		}
		if err := writeJSON(path, sites); err != nil {
			t.Fatal(err)
		}
		read := map[string]string{}
		if err := readJSON(path, &read); err != nil {
			t.Fatal(err)
		}
		for name, site := range sites {
			if read[name] != site {
				return false
			}
		}
		return len(read) == len(sites)
	}, nil); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("it has mode %o", info.Mode().Perm())
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("it left %d files, %v", len(entries), err)
	}
}

// The token is sent unencrypted to this computer only.
func TestLocalAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:7480": true, "http://[::1]:7480": true, "http://[::1]": true, "http://localhost": true,
		"http://192.0.2.1": false, "http://[2001:db8::1]:7480": false, "http://hub.example.org": false, "http://127.0.0.1.example.org": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := local(hostPort(u)); got != want {
			t.Errorf("%s is local: %t, want %t", address, got, want)
		}
	}
}
