package main

import (
	"encoding/xml"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"howett.net/plist"
)

// The examples that start watch at a bench use existing flags: each examines a device.
func TestExamplesRunWatch(t *testing.T) {
	for name, arguments := range map[string][]string{
		"systemd":        watchOfUnit(t),
		"launchd":        watchOfAgent(t),
		"task scheduler": watchOfTask(t),
	} {
		t.Run(name, func(t *testing.T) {
			if len(arguments) == 0 || arguments[0] != "watch" {
				t.Fatalf("it runs %q, not watch", arguments)
			}
			address, _ := attach(t, clones(t, 1)...)
			s := typed(t, t.Context(), slices.Concat(arguments, []string{"--usbmux", address, "--until", "1", "--no-history"})...)
			if s.code != 0 || s.stderr != "" || !strings.Contains(s.stdout, "acked up") {
				t.Errorf("exit code %d: %s%s", s.code, s.stdout, s.stderr)
			}
		})
	}
}

func watchOfUnit(t *testing.T) []string {
	found := regexp.MustCompile(`(?m)^ExecStart=\S+/backupdoctor (.*) \$WATCH_FLAGS$`).FindSubmatch(packaged(t, "backupdoctor-watch.service"))
	if found == nil {
		t.Fatal("the unit starts nothing")
	}
	return strings.Fields(string(found[1]))
}

func watchOfAgent(t *testing.T) []string {
	var agent struct {
		Label            string
		ProgramArguments []string
	}
	if _, err := plist.Unmarshal(packaged(t, "org.backupdoctor.watch.plist"), &agent); err != nil {
		t.Fatal(err)
	}
	if agent.Label != "org.backupdoctor.watch" || len(agent.ProgramArguments) < 2 {
		t.Fatalf("%+v", agent)
	}
	return agent.ProgramArguments[1:]
}

func watchOfTask(t *testing.T) []string {
	var task struct {
		XMLName   xml.Name `xml:"http://schemas.microsoft.com/windows/2004/02/mit/task Task"`
		Command   string   `xml:"Actions>Exec>Command"`
		Arguments string   `xml:"Actions>Exec>Arguments"`
	}
	if err := xml.Unmarshal(packaged(t, "backupdoctor-watch.xml"), &task); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(task.Command, `\backupdoctor.exe`) {
		t.Errorf("it runs %q", task.Command)
	}
	return strings.Fields(task.Arguments)
}

func packaged(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("packaging/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
