package credentials

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/jwt/v2"
)

func create(t *testing.T) *Folder {
	t.Helper()
	f, err := Create(filepath.Join(t.TempDir(), "fleet"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func add(t *testing.T, f *Folder, names ...string) []string {
	t.Helper()
	files, err := f.AddBench(names...)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// names lists the benches in one line, revoked ones in brackets.
func names(t *testing.T, f *Folder) string {
	t.Helper()
	benches, err := f.Benches()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, b := range benches {
		name := b.Name
		if b.Revoked {
			name = "(" + name + ")"
		}
		if b.Added.IsZero() {
			t.Errorf("%s was added never", b.Name)
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// letIn returns the benches that a hub lets in.
func letIn(t *testing.T, f *Folder) string {
	t.Helper()
	node, err := OpenNode(f.Node())
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := node.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	known := NewClaims(node.Operator)
	for key, token := range accounts {
		if _, err := known.Merge(token); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	var benches []string
	for key := range accounts {
		if bench, ok := known.Bench(key); ok && !bench.Revoked {
			benches = append(benches, bench.Name)
		}
	}
	slices.Sort(benches)
	return strings.Join(benches, " ")
}

func TestBenchesAreAddedAndRevoked(t *testing.T) {
	f := create(t)
	files := add(t, f, "south", "north")
	if _, err := f.AddBench("east", "north"); !errors.Is(err, ErrTaken) {
		t.Errorf("a name is given twice: %v", err)
	}
	if _, err := f.AddBench("west", "west"); !errors.Is(err, ErrTaken) {
		t.Errorf("a name is given twice at once: %v", err)
	}
	if got := names(t, f); got != "north south" {
		t.Errorf("the benches are %s", got)
	}
	// The file belongs to the bench: deleting it frees no name.
	if err := os.Remove(files[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddBench("north"); !errors.Is(err, ErrTaken) {
		t.Errorf("a name is given twice: %v", err)
	}
	if err := f.Revoke("north"); err != nil {
		t.Fatal(err)
	}
	if err := f.Revoke("north"); !errors.Is(err, ErrNotAdded) {
		t.Errorf("a bench is revoked twice: %v", err)
	}
	if got := names(t, f) + " / " + letIn(t, f); got != "(north) south / south" {
		t.Errorf("the benches are %s", got)
	}
	// Reopened, as by the next command.
	f, err := Open(f.path)
	if err != nil {
		t.Fatal(err)
	}
	add(t, f, "north")
	if got := names(t, f) + " / " + letIn(t, f); got != "(north) north south / north south" {
		t.Errorf("the benches are %s", got)
	}
}

func TestAddBenchRefusesNames(t *testing.T) {
	f := create(t)
	for _, name := range []string{"", "North", "a.b", "a b", "*", ">", "../x", "-x", "x\n", strings.Repeat("x", 49), "bénch"} {
		if _, err := f.AddBench(name); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
	if got := names(t, f); got != "" {
		t.Errorf("the benches are %s", got)
	}
}

// TestWhatABenchMayDo lists all permissions of a bench: any more would fail here.
func TestWhatABenchMayDo(t *testing.T) {
	f := create(t)
	text, err := os.ReadFile(add(t, f, "north")[0])
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.ParseDecoratedJWT(text)
	if err != nil {
		t.Fatal(err)
	}
	user, err := jwt.DecodeUserClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	want := jwt.Permissions{
		Pub: jwt.Permission{Allow: jwt.StringList{"backupdoctor.hub.north", "backupdoctor.ask.north"}},
		Sub: jwt.Permission{Allow: jwt.StringList{"_INBOX.north.>", "backupdoctor.receipts.north"}},
	}
	if diff := cmp.Diff(want, user.Permissions); diff != "" {
		t.Errorf("a bench may do other things (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(jwt.StringList{"STANDARD"}, user.AllowedConnectionTypes); diff != "" {
		t.Errorf("a bench may connect otherwise (-want +got):\n%s", diff)
	}
	accounts, err := benchAccounts(f.Node())
	if err != nil {
		t.Fatal(err)
	}
	account := accounts[0]
	imported := map[string]bool{}
	for _, i := range account.Imports {
		imported[string(i.Subject)] = true
	}
	if account.Limits.Conn != 1 || account.Limits.LeafNodeConn != 0 || account.Limits.IsJSEnabled() || !cmp.Equal(imported, map[string]bool{"backupdoctor.hub.north": true, "backupdoctor.ask.north": true, "backupdoctor.receipts.north": true}) || len(account.Exports) != 0 {
		t.Errorf("a bench's account has limits %+v, %d imports, %d exports", account.Limits, len(account.Imports), len(account.Exports))
	}
	if user.Expires != 0 || user.NotBefore != 0 || account.Expires != 0 || account.NotBefore != 0 {
		t.Error("they depend on a clock")
	}
	if user.Issuer != account.Subject {
		t.Error("the bench is not in its account")
	}
	vr := jwt.CreateValidationResults()
	account.Validate(vr)
	if issues := vr.Errors(); len(issues) > 0 {
		t.Errorf("the account is not valid: %v", issues)
	}
}

func TestKeysAreForTheirOwnerOnly(t *testing.T) {
	f := create(t)
	add(t, f, "north")
	secret := 0
	err := filepath.WalkDir(f.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		if entry.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		hidden := slices.ContainsFunc(strings.Fields(string(text)), func(word string) bool {
			return len(word) == 58 && word[0] == 'S' // the length of a seed
		})
		if hidden {
			secret++
		}
		if hidden && strings.HasPrefix(path, f.Node()) && !strings.HasSuffix(path, systemCreds) && !strings.HasSuffix(path, hubCreds) {
			t.Errorf("%s has a key, and a node needs none", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Operator, system and hub; one user each of the latter two; the bench. No key of its account.
	if secret != 6 {
		t.Errorf("%d files have a key", secret)
	}
}

func TestErrorsTellNoKey(t *testing.T) {
	f := create(t)
	file := filepath.Join(f.path, operatorKey)
	seed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append([]byte("X"), seed...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(f.path); err == nil || strings.Contains(err.Error(), string(seed[5:20])) {
		t.Errorf("the error is %v", err)
	}
	creds := add(t, f, "north")[0]
	text, err := os.ReadFile(creds)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(text), "eyJ", "eyX", 1)
	if err := os.WriteFile(creds, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadIdentity(creds); err == nil || strings.Contains(err.Error(), "eyX") {
		t.Errorf("the error is %v", err)
	}
}

func TestCreateTouchesNoOtherFolder(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "diary.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path); err == nil {
		t.Error("it makes itself at home among other files")
	}
	if _, err := Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without keys opens with %v", err)
	}
}

// handshake connects a bench to a hub, and returns the bench's error.
func handshake(t *testing.T, hub, bench *tls.Config, address string) error {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", hub)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			io.Copy(conn, conn)
			conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if bench.ServerName == "" {
		bench.ServerName = address
	}
	return tls.Client(conn, bench).HandshakeContext(t.Context())
}

func TestBenchesTrustTheirHubAlone(t *testing.T) {
	ours, theirs := create(t), create(t)
	identity, err := ReadIdentity(add(t, ours, "north")[0])
	if err != nil {
		t.Fatal(err)
	}
	if identity.Bench != "north" {
		t.Errorf("it is the file of %q", identity.Bench)
	}
	serve := func(f *Folder) *tls.Config {
		node, err := OpenNode(f.Node())
		if err != nil {
			t.Fatal(err)
		}
		config, err := node.ServeTLS("", "")
		if err != nil {
			t.Fatal(err)
		}
		return config
	}
	trust := func(roots string) *tls.Config {
		config, err := identity.TLS(roots)
		if err != nil {
			t.Fatal(err)
		}
		return config
	}
	if err := handshake(t, serve(ours), trust(""), "10.0.0.7"); err != nil {
		t.Errorf("a bench does not trust its hub: %v", err)
	}
	if err := handshake(t, serve(theirs), trust(""), "10.0.0.7"); err == nil {
		t.Error("a bench trusts another hub")
	}
	// Whatever the clock says.
	for _, year := range []int{2001, 2015, 2099} {
		config := trust("")
		config.Time = func() time.Time { return time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC) }
		if err := handshake(t, serve(ours), config, "10.0.0.7"); err != nil {
			t.Errorf("a bench that is in %d does not trust its hub: %v", year, err)
		}
	}
	// A hub with another certificate for browsers shows benches its own.
	certificate, private := certificateFor(t, "10.0.0.7")
	node, err := OpenNode(ours.Node())
	if err != nil {
		t.Fatal(err)
	}
	other, err := node.ServeTLS(certificate, private)
	if err != nil {
		t.Fatal(err)
	}
	if err := handshake(t, other, trust(""), "10.0.0.7"); err != nil {
		t.Errorf("a bench does not trust its hub that has another certificate, too: %v", err)
	}
	// A rogue does not have the hub's key, whatever CA signed its certificate.
	pair, err := tls.LoadX509KeyPair(certificate, private)
	if err != nil {
		t.Fatal(err)
	}
	rogue := &tls.Config{Certificates: []tls.Certificate{pair}}
	if err := handshake(t, rogue, trust(certificate), "10.0.0.7"); err == nil {
		t.Error("a bench trusts a rogue for which its roots vouch")
	}
	// Without a pinned key, the roots and the address decide.
	unpinned := func() *tls.Config {
		config, err := Identity{}.TLS(certificate)
		if err != nil {
			t.Fatal(err)
		}
		return config
	}
	if err := handshake(t, rogue, unpinned(), "10.0.0.7"); err != nil {
		t.Errorf("a certificate for which the roots vouch is not trusted: %v", err)
	}
	if err := handshake(t, rogue, unpinned(), "10.0.0.8"); err == nil {
		t.Error("a certificate is trusted at another address")
	}
}

// certificateFor makes a self-signed certificate for an address.
func certificateFor(t *testing.T, address string) (certificate, private string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.ParseIP(address)}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, pair.Public(), pair)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("other.crt", "CERTIFICATE", signed), write("other.key", "PRIVATE KEY", key)
}
