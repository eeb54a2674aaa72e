package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestServicesAreHardened runs systemd-analyze on the units, if it is installed.
func TestServicesAreHardened(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("systemd-analyze is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("backupdoctor")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"backupdoctor-hub.service", "backupdoctor-watch.service"} {
		t.Run(name, func(t *testing.T) { hardened(t, analyze, program, name) })
	}
}

func hardened(t *testing.T, analyze, program, name string) {
	unit, err := os.ReadFile(filepath.Join("packaging", name))
	if err != nil {
		t.Fatal(err)
	}
	const start = "\nExecStart=/usr/local/bin/backupdoctor "
	if !strings.Contains(string(unit), start) {
		t.Fatalf("the unit does not have %q", start)
	}
	path := filepath.Join(t.TempDir(), name)
	here := strings.Replace(string(unit), start, "\nExecStart="+program+" ", 1)
	if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", path).CombinedOutput(); err != nil || strings.Contains(string(out), path) {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=yes", path).CombinedOutput()
	if err != nil {
		t.Skipf("systemd-analyze security: %v\n%s", err, out)
	}
	found := regexp.MustCompile(`Overall exposure level for ` + name + `: ([0-9.]+)`).FindSubmatch(out)
	if found == nil {
		t.Fatalf("systemd-analyze security said\n%s", out)
	}
	const most = 2.0 // of 10; systemd's rating OK starts at 2.5 or below
	if exposure, err := strconv.ParseFloat(string(found[1]), 64); err != nil || exposure > most {
		t.Errorf("its exposure is %s, want at most %.1f\n%s", found[1], most, out)
	}
}

// TestServiceRunsTheHub checks that the unit uses existing flags.
func TestServiceRunsTheHub(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile("packaging/backupdoctor-hub.service")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "hub")
	found := regexp.MustCompile(`(?m)^ExecStart=\S+ hub (.*)$`).FindSubmatch(unit)
	if found == nil {
		t.Fatal("the unit starts no hub")
	}
	flags := strings.NewReplacer("${STATE_DIRECTORY}", dir, "$HUB_FLAGS", "--listen "+freeAddress(t)+" --http 127.0.0.1:0").Replace(string(found[1]))
	launched(t, strings.Fields(flags)...).interrupt(t)
}

// TestThreeNodesKnowEachOther checks that each node of the example has a unique name and the
// other two as routes.
func TestThreeNodesKnowEachOther(t *testing.T) {
	text, err := os.ReadFile("packaging/three-nodes.compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Image   string   `yaml:"image"`
			Command []string `yaml:"command"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	nodes := []string{"a", "b", "c"}
	for _, name := range nodes {
		var others []string
		for _, other := range nodes {
			if other != name {
				others = append(others, other+":7500")
			}
		}
		want := []string{"--cluster", "0.0.0.0:7500", "--cluster-name", name, "--routes", strings.Join(others, ",")}
		if got := compose.Services[name]; !slices.Equal(got.Command, want) || got.Image != "backupdoctor-hub" {
			t.Errorf("node %s is %+v, want the command %q", name, got, want)
		}
	}
}

// TestSizes logs how much the hub adds to the size of the program.
func TestSizes(t *testing.T) {
	if os.Getenv("BACKUPDOCTOR_SIZES") != "1" {
		t.Skip("it builds the program twice: set BACKUPDOCTOR_SIZES=1")
	}
	size := func(flags ...string) int64 {
		path := filepath.Join(t.TempDir(), "backupdoctor")
		command := exec.Command("go", slices.Concat([]string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", path}, flags, []string{"."})...)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	plain, whole := size(), size("-tags", "fleet")
	t.Logf("stripped, the program has %.1f MB, and with the hub %.1f MB", float64(plain)/1e6, float64(whole)/1e6)
	if whole > 3*plain {
		t.Error("the program is more than three times as large with the hub")
	}
}
