package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/actlock"
)

// announced is the stderr of a bench, which has the address of its page.
type announced struct {
	mu      sync.Mutex
	text    bytes.Buffer
	address chan string
}

var trayAddress = regexp.MustCompile(`the tray is at (\S+)\n`)

func (a *announced) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	told := trayAddress.Match(a.text.Bytes())
	a.text.Write(p)
	if found := trayAddress.FindSubmatch(a.text.Bytes()); found != nil && !told {
		a.address <- string(found[1])
	}
	return len(p), nil
}

func (a *announced) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.text.String()
}

// startBench runs a bench. end stops it as Ctrl-C does, and returns its exit code.
func startBench(t *testing.T, args ...string) (address string, stderr *announced, end func() int) {
	t.Helper()
	return startBenchAt(t, t.TempDir(), args...)
}

// startBenchAt is like startBench, with the bench's data in a folder.
func startBenchAt(t *testing.T, data string, args ...string) (address string, stderr *announced, end func() int) {
	t.Helper()
	stderr = &announced{address: make(chan string, 1)}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	settings := t.TempDir()
	go func() {
		ended <- run(ctx, command.Env{
			Args: append([]string{"bench", "--quiet"}, args...), Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: stderr,
			Getenv: func(string) string { return "" }, ConfigDir: func() (string, error) { return settings, nil },
			DataDir: func() (string, error) { return data, nil }, BuiltIn: demoReleases, Environ: os.Environ,
		}, linked)
	}()
	t.Cleanup(stop)
	select {
	case address = <-stderr.address:
	case code := <-ended:
		t.Fatalf("the bench ended with %d: %s", code, stderr)
	}
	return address, stderr, func() int {
		stop()
		return <-ended
	}
}

// An open browser page shows a device that is plugged in, its findings, and that another command
// backs it up. At the end the page says that the run is over, and nothing is left behind.
func TestBenchShowsWhatIsPluggedIn(t *testing.T) {
	usbmux, tray := attach(t)
	goroutines := runtime.NumGoroutine()
	data := t.TempDir()
	address, _, end := startBenchAt(t, data, "--usbmux", usbmux)
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("the tray is at %s", address)
	}
	client := &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}
	answer, err := client.Get(address + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 16<<20)
	await := func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("the stream ends, and never tells %s", text)
	}
	await(`"tiles":[]`)
	d := loadDevice(t.Fatalf, "icloud-backup-off")
	if err := tray.Attach(d); err != nil {
		t.Fatal(err)
	}
	await(`iCloud Backup off`)
	lock, err := actlock.Folder(filepath.Join(data, "backupdoctor", "locks")).Acquire(t.Context(), d.UDID(), "backup", 0)
	if err != nil {
		t.Fatal(err)
	}
	await(`backupdoctor backup`)
	if err := lock.Say("receiving, 34.1 GB, 54 %"); err != nil {
		t.Fatal(err)
	}
	await(`: receiving, 34.1 GB, 54 %.`)
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
	page, err := client.Get(address + "device/" + d.UDID())
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	page.Body.Close()
	if err != nil || !strings.Contains(string(text), "Kitchen iPhone") || !strings.Contains(string(text), "Switch iCloud Backup on") {
		t.Errorf("the page of the device is %s, %v", text, err)
	}
	ended := make(chan int)
	go func() { ended <- end() }()
	await(`"over":true`)
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("after the end comes %s", lines.Text())
		}
	}
	if code := <-ended; code != 1 {
		t.Errorf("exit code %d", code)
	}
	if _, err := net.DialTimeout("tcp", strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/"), time.Second); err == nil {
		t.Error("the page is served after the end")
	}
	client.CloseIdleConnections()
	comesDownTo(t, "goroutines", goroutines, runtime.NumGoroutine)
}

// The page of a device shows its earlier visits, at this bench and in earlier runs.
func TestBenchTellsOfEarlierVisits(t *testing.T) {
	d := loadDevice(t.Fatalf, "icloud-backup-off")
	usbmux, _ := attach(t, d)
	data := t.TempDir()
	visited := func() string {
		address, _, end := startBenchAt(t, data, "--usbmux", usbmux)
		defer end()
		for range 600 {
			page, err := http.Get(address + "device/" + d.UDID())
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(page.Body)
			page.Body.Close()
			if err == nil && strings.Contains(string(text), "iCloud Backup off") {
				return string(text)
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatal("the device is never finished")
		return ""
	}
	if first := visited(); !strings.Contains(first, "No earlier visit is known.") {
		t.Errorf("at the first visit the page is %s", first)
	}
	time.Sleep(time.Second) // visits are distinguished by the second
	if second := visited(); strings.Contains(second, "No earlier visit is known.") || !strings.Contains(second, "Earlier visits") {
		t.Errorf("at the second visit the page is %s", second)
	}
}

// From other computers, the page requires HTTPS, a name in the certificate, and the token.
func TestBenchOnTheNetwork(t *testing.T) {
	usbmux, _ := attach(t, loadDevice(t.Fatalf, "healthy-iphone"))
	cert, key, roots := certificate(t)
	address, _, end := startBench(t, "--usbmux", usbmux, "--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key)
	defer end()
	open, token, found := strings.Cut(address, "/signin?token=")
	if !found || len(token) < 26 || !strings.HasPrefix(open, "https://bench.example:") {
		t.Fatalf("the tray is at %s", address)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(open, "https://"), ":")
	dialer := new(net.Dialer)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, "127.0.0.1:"+port) // bench.example does not resolve
		},
	}
	defer transport.CloseIdleConnections()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	signedOut, signedIn := &http.Client{Transport: transport}, &http.Client{Transport: transport, Jar: jar}
	for _, c := range []struct {
		client *http.Client
		url    string
		host   string // Host header, if it differs
		want   int
		shows  string
	}{
		{signedOut, open + "/", "", 200, `name="token"`},
		{signedOut, open + "/events", "", 401, ""},
		{signedOut, open + "/", "localhost", 421, ""},
		{signedOut, "http://bench.example:" + port + "/", "", 400, ""},
		{signedIn, address, "", 200, `id="here"`},
		{signedIn, open + "/", "", 200, `id="here"`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		if c.shows != "" {
			r.Header.Set("Accept", "text/html") // as a browser sends
		}
		answer, err := c.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != c.want || !strings.Contains(string(text), c.shows) {
			t.Errorf("%s is answered with %d, want %d, %v: %s", c.url, answer.StatusCode, c.want, err, text)
		}
		if c.client == signedOut && strings.Contains(string(text), "Ada") {
			t.Errorf("a client without a session sees the devices at %s", c.url)
		}
	}
}

// certificate writes a certificate for bench.example.
func certificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, DNSNames: []string{"bench.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	cert, key = filepath.Join(folder, "bench.pem"), filepath.Join(folder, "bench.key")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key, roots
}
