package main

import (
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
)

// TestUnauthenticatedConnectionsAndFewDescriptors runs a hub with 256 file descriptors. Clients that
// do not sign in hold many connections to its pages and to its address for benches: people and
// benches can still connect, the database works, and the metrics show the connections.
func TestUnauthenticatedConnectionsAndFewDescriptors(t *testing.T) {
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	p := launchedBy(t, func(cmd *exec.Cmd) {
		path, args := cmd.Path, cmd.Args[1:]
		shell := exec.Command("sh", append([]string{"-c", `ulimit -n 256 && exec "$@"`, "sh", path}, args...)...)
		cmd.Path, cmd.Args = shell.Path, shell.Args
	}, "--data", dir, "--listen", listen, "--http", "127.0.0.1:0")
	address := p.told(t, "the pages are served", "address")
	token, err := command.Token(filepath.Join(dir, "token"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the hub works", func() bool { code, _ := healthOf(t, address); return code == http.StatusOK })
	for range 400 {
		for _, to := range []string{pages.Host, listen} {
			conn, err := net.Dial("tcp", to)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
		}
	}
	bench, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	publish(t, bench, items(t, 10))
	eventually(t, "the bench has receipts", func() bool { return waiting(t, bench) == 0 })
	eventually(t, "the hub works", func() bool { code, _ := healthOf(t, address); return code == http.StatusOK })
	eventually(t, "the unauthenticated connections are shown", func() bool {
		text := metricsOf(t, address, token)
		return strings.Contains(text, `backupdoctor_hub_bench_connections{state="authenticated"} 1`) &&
			strings.Contains(text, `backupdoctor_hub_bench_connections{state="unauthenticated"}`) &&
			!strings.Contains(text, "\nbackupdoctor_hub_bench_connections_cut_total 0\n") &&
			!strings.Contains(text, "\nbackupdoctor_hub_page_connections_cut_total 0\n")
	})
	// Connections that have been accepted and not yet closed may use up the rest for a moment. The
	// address for benches then accepts again, and the folder of accounts is read again.
	for line := range strings.Lines(p.log.String()) {
		if strings.Contains(line, "too many open files") && !strings.Contains(line, "Temporary Client Accept Error") &&
			!strings.Contains(line, "the accounts of benches cannot be read") {
			t.Errorf("the hub ran out of file descriptors: %s", line)
		}
	}
}
