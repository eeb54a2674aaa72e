package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestPlainProgramHasNoHub: neither a server of messages nor a driver of PostgreSQL.
func TestPlainProgramHasNoHub(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags=", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "github.com/backupdoctor/backupdoctor/report\n") {
		t.Fatal("the program does not even have the reports")
	}
	for _, part := range []string{"github.com/nats-io/", "github.com/jackc/pgx", "github.com/prometheus/client_golang", "report/fleet", "report/stream"} {
		if strings.Contains(string(out), part) {
			t.Errorf("the plain program has %s in it", part)
		}
	}
}
