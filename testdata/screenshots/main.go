// Command screenshots renews the pictures of the README: the HTML page and the terminal output
// of the demo, its devices on the page of a bench, and an invented fleet. It needs Go and
// Chromium.
//
//	go run ./testdata/screenshots
package main

import (
	"bytes"
	"fmt"
	"html"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
)

const (
	folder  = "testdata/screenshots"
	browser = "chromium"
)

func main() {
	log.SetFlags(0)
	scratch, err := os.MkdirTemp("", "screenshots-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(scratch)
	if err := take(scratch); err != nil {
		log.Fatal(err)
	}
}

func take(scratch string) error {
	page := filepath.Join(scratch, "demo.html")
	terminal, err := demo("--color", "always", "--width", "100", "-o", "html="+page)
	if err != nil {
		return err
	}
	if err := picture("file://"+page, scratch, "page.png", 1100, 900); err != nil {
		return err
	}
	screen := filepath.Join(scratch, "terminal.html")
	if err := os.WriteFile(screen, []byte(asHTML(terminal)), 0o600); err != nil {
		return err
	}
	if err := picture("file://"+screen, scratch, "terminal.png", 900, 760); err != nil {
		return err
	}
	saved := filepath.Join(scratch, "demo.json")
	if _, err := demo("-o", "json="+saved); err != nil {
		return err
	}
	r, err := read(saved)
	if err != nil {
		return err
	}
	if err := pictureOfTray(r, scratch); err != nil {
		return err
	}
	return pictureOfFleet(r, scratch)
}

// demo runs the demo and returns its output. It exits with code 3, because one of its devices
// is not trusted.
func demo(flags ...string) (string, error) {
	command := exec.Command("go", append([]string{"run", "./cmd/backupdoctor", "demo", "--quiet"}, flags...)...)
	command.Env = append(os.Environ(), "LANG=C.UTF-8")
	var out bytes.Buffer
	command.Stdout = &out
	err := command.Run()
	if _, ended := err.(*exec.ExitError); err != nil && !ended || out.Len() == 0 {
		return "", fmt.Errorf("the demo shows nothing: %v", err)
	}
	return out.String(), nil
}

// read reads a saved report.
func read(path string) (report.Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return report.Report{}, err
	}
	defer file.Close()
	return report.Read(file)
}

// picture opens an address in the browser and saves a screenshot.
func picture(address, scratch, name string, width, height int) error {
	path, err := filepath.Abs(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	command := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--disable-background-networking", "--user-data-dir="+filepath.Join(scratch, "browser"),
		fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+path, address)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %v\n%s", browser, err, out)
	}
	fmt.Println(path)
	return nil
}

// colors maps the escape sequences of a report to their look on a dark terminal.
var colors = map[string]string{
	"0": "</span>", "1": `<span style="font-weight:bold">`, "2": `<span style="color:#8a8f98">`,
	"1;31": `<span style="color:#ff6b6b;font-weight:bold">`, "32": `<span style="color:#69db7c">`,
	"33": `<span style="color:#ffd43b">`, "36": `<span style="color:#66d9e8">`,
}

var escape = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// asHTML converts colored terminal output to HTML.
func asHTML(text string) string {
	colored := escape.ReplaceAllStringFunc(html.EscapeString(text), func(sequence string) string {
		return colors[escape.FindStringSubmatch(sequence)[1]]
	})
	return strings.Join([]string{
		`<!doctype html><meta charset="utf-8"><body style="margin:0;background:#16181d">`,
		`<pre style="margin:20px;color:#e6e6e6;font:13px/1.35 'DejaVu Sans Mono',monospace">`, colored, `</pre>`,
	}, "\n")
}
