package main

import (
	"database/sql"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/nats-io/nats-server/v2/server"
)

// healthOf returns the public health report of a hub.
func healthOf(t testing.TB, address string) (code int, text string) {
	t.Helper()
	answer, err := http.Get(address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// A fault is one that the health of a hub must show.
type fault struct {
	name string
	part string // the part that then fails
	// prepare returns more arguments of the hub, and a function that causes the fault.
	prepare func(t *testing.T, dir string) (args []string, happen func())
}

// TestHealthShowsFaults causes faults in a working hub.
func TestHealthShowsFaults(t *testing.T) {
	t.Parallel()
	for _, f := range []fault{
		{"the database is locked", "database", func(t *testing.T, dir string) ([]string, func()) {
			return []string{"--listen", freeAddress(t)}, func() {
				db, err := sql.Open("sqlite", filepath.Join(dir, "fleet.db"))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				db.SetMaxOpenConns(1)
				if _, err := db.ExecContext(t.Context(), "PRAGMA busy_timeout = 20000; BEGIN IMMEDIATE"); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"the database is removed", "database", func(t *testing.T, dir string) ([]string, func()) {
			return []string{"--listen", freeAddress(t)}, func() {
				if err := os.Remove(filepath.Join(dir, "fleet.db")); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"the database is overwritten", "database", func(t *testing.T, dir string) ([]string, func()) {
			return []string{"--listen", freeAddress(t)}, func() {
				file, err := os.OpenFile(filepath.Join(dir, "fleet.db"), os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				if _, err := file.Write(make([]byte, 64<<10)); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"the NATS is dead", "stream", func(t *testing.T, _ string) ([]string, func()) {
			s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true})
			if err != nil {
				t.Fatal(err)
			}
			s.Start()
			t.Cleanup(s.Shutdown)
			eventually(t, "the NATS is up", func() bool { return s.Addr() != nil })
			return []string{"--nats", s.ClientURL()}, s.Shutdown
		}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "hub")
			args, happen := f.prepare(t, dir)
			p := launched(t, append([]string{"--data", dir, "--http", "127.0.0.1:0"}, args...)...)
			address := p.told(t, "the pages are served", "address")
			eventually(t, "the hub works", func() bool { code, _ := healthOf(t, address); return code == http.StatusOK })
			token, err := command.Token(filepath.Join(dir, "token"))
			if err != nil {
				t.Fatal(err)
			}
			if text := metricsOf(t, address, token); !strings.Contains(text, `backupdoctor_hub_part_up{part="`+f.part+`"} 1`) {
				t.Errorf("the metrics of a hub that works are\n%s", text)
			}
			happen()
			eventually(t, "its health shows that", func() bool {
				code, text := healthOf(t, address)
				return code == http.StatusServiceUnavailable && text == "does not work: "+f.part+"\n"
			})
			eventually(t, "hub doctor shows it", func() bool {
				e := called(t, "hub", "doctor", "--data", dir)
				return e.code == report.ExitProblems && strings.Contains(e.stdout, "✗  "+f.part)
			})
		})
	}
}

// TestDoctorOfAHub runs hub doctor on a running and a stopped hub.
func TestDoctorOfAHub(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "hub")
	p := launched(t, "--data", dir, "--listen", freeAddress(t), "--http", "127.0.0.1:0")
	addBench(t, dir, "north")
	eventually(t, "the hub works", func() bool { return called(t, "hub", "doctor", "--data", dir).code == 0 })
	said := well(t, "hub", "doctor", "--data", dir)
	for _, want := range []string{"✓  hub", "✓  database ", "✓  stream", "✓  room", "✓  database file", "✓  keys", "!  bench north", "has never connected"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "token"), 0o644); err != nil {
		t.Fatal(err)
	}
	if e := called(t, "hub", "doctor", "--data", dir); e.code != report.ExitProblems || !strings.Contains(e.stdout, "others may read") {
		t.Errorf("of a token that others may read it says, with exit code %d,\n%s", e.code, e.stdout)
	}
	p.interrupt(t)
	eventually(t, "it is known that the hub does not run", func() bool {
		e := called(t, "hub", "doctor", "--data", dir)
		return e.code == report.ExitProblems && strings.Contains(e.stdout, "is not running")
	})
}
