package main

import (
	"bufio"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// plantedDevices returns simulated devices whose answers contain advice: one appends it to
// every text, and one replaces every text except those needed to read the device.
func plantedDevices(t *testing.T) []*sim.Device {
	t.Helper()
	files := fstest.MapFS{}
	needed := []string{"UniqueDeviceID", "ProductVersion", "DeviceClass"}
	for _, name := range []string{"icloud-backup-off", "healthy-iphone"} {
		folder := os.DirFS(path.Join("../../testdata/devices", name))
		err := fs.WalkDir(folder, ".", func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(folder, file)
			if err == nil && file != "sim.plist" && path.Ext(file) == ".plist" {
				text = plantIn(text, name == "healthy-iphone", needed)
			}
			files[name+"/"+file] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	devices, err := sim.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return devices
}

// plantIn plants advice into every text of an XML property list except the needed ones: instead
// of the text, or after it.
func plantIn(text []byte, instead bool, needed []string) []byte {
	var planted strings.Builder
	key := ""
	for line := range strings.Lines(string(text)) {
		if _, after, found := strings.Cut(line, "<key>"); found {
			key, _, _ = strings.Cut(after, "</key>")
		}
		before, after, found := strings.Cut(line, "<string>")
		if found && !slices.Contains(needed, key) {
			value, end, _ := strings.Cut(after, "</string>")
			if instead {
				value = ""
			}
			line = before + "<string>" + strings.TrimSpace(value+" "+reporttest.Planted) + "</string>" + end
		}
		planted.WriteString(line)
	}
	return []byte(planted.String())
}

// TestPlantedOnTheWire checks that text from a device never appears as advice, a title or a
// step: not in a bench's terminal output, which is that of watch and scan, nor on its pages.
func TestPlantedOnTheWire(t *testing.T) {
	devices := plantedDevices(t)
	usbmux, _ := attach(t, devices...)
	lines := filepath.Join(t.TempDir(), "run.ndjson")
	address, stderr, end := startBench(t, "--usbmux", usbmux, "-o", "ndjson="+lines)
	get := func(path string) string {
		t.Helper()
		answer, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s is answered with %d, %v", path, answer.StatusCode, err)
		}
		return string(text)
	}
	eventually(t, "both devices are finished", func() bool {
		tray := get("")
		return strings.Count(tray, "<li data-udid") == len(devices) && !strings.Contains(tray, "under way")
	})
	pages := []string{get("")}
	for _, d := range devices {
		pages = append(pages, get("device/"+d.UDID()))
	}
	end()
	shown := 0
	for _, page := range pages {
		shown += strings.Count(page, reporttest.Planted)
		for _, found := range reporttest.Unquoted(reporttest.HTMLText(page)) {
			t.Errorf("on a page: %s", found)
		}
	}
	for _, found := range reporttest.Unquoted(stderr.String()) {
		t.Errorf("on stderr: %s", found)
	}
	file, err := os.Open(lines)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	told := bufio.NewScanner(file)
	told.Buffer(nil, 16<<20)
	for told.Scan() {
		shown += strings.Count(told.Text(), reporttest.Planted)
		for _, found := range reporttest.InJSON(told.Bytes()) {
			t.Errorf("in an event: %s", found)
		}
	}
	if shown < 10 {
		t.Errorf("what was planted is shown %d times only", shown)
	}
}
