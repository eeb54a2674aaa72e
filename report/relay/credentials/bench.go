package credentials

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// ErrTaken is returned for the name of a bench that exists and is not revoked.
var ErrTaken = errors.New("a bench of that name was added before")

// ErrNotAdded is returned if no bench has the name.
var ErrNotAdded = errors.New("no bench of that name was added")

// maxSubscriptions is more than a bench needs.
const maxSubscriptions = 64

// never is later than the date of any token that a bench may hold, whatever clock issued it.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// A Bench is a bench that was added.
type Bench struct {
	Name    string
	Site    string    // its site; "" if unknown
	Added   time.Time // or revoked, if Revoked; by the clock of the computer that decided it
	Revoked bool
}

func benchOf(account *jwt.AccountClaims) Bench {
	return Bench{account.Name, account.Description, time.Unix(account.IssuedAt, 0).UTC(), revoked(account)}
}

// maxSite limits the name of a site, in bytes.
const maxSite = 256

// AddBench creates credentials for new benches, and returns the file of each. The file contains the
// bench's key; it belongs on the bench and is not needed here. If a name is taken, AddBench returns
// ErrTaken and adds none; a revoked name can be added again.
func (f *Folder) AddBench(names ...string) (files []string, err error) {
	accounts, err := benchAccounts(f.Node())
	if err != nil {
		return nil, fmt.Errorf("adding benches: %w", err)
	}
	for i, name := range names {
		if !envelope.ValidBench(name) {
			return nil, fmt.Errorf("adding bench %q: a name has up to 48 small letters, digits, hyphens and underscores", name)
		}
		if slices.ContainsFunc(accounts, lives(name)) || slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("adding bench %q: %w", name, ErrTaken)
		}
	}
	for _, name := range names {
		file := filepath.Join(f.path, benchFolder, name+".creds")
		if err := f.add(name, nextRevision(accounts, name), file); err != nil {
			return nil, fmt.Errorf("adding bench %q: %w", name, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// lives returns a predicate for the account of a bench that is not revoked.
func lives(name string) func(*jwt.AccountClaims) bool {
	return func(claims *jwt.AccountClaims) bool { return claims.Name == name && !revoked(claims) }
}

// add creates the account of a bench with its only user. The key of the account is discarded, so no
// other user can ever be added to it.
func (f *Folder) add(name string, revision uint64, file string) error {
	pair, err := nkeys.CreateAccount()
	if err != nil {
		return err
	}
	defer pair.Wipe()
	public, err := pair.PublicKey()
	if err != nil {
		return err
	}
	w := WiringOf(name)
	user, err := newUser(pair, func(claims *jwt.UserClaims) {
		claims.Name = name
		claims.AllowedConnectionTypes.Add(jwt.ConnectionTypeStandard)
		claims.Limits.Subs = maxSubscriptions
		claims.Pub.Allow.Add(w.Reports, w.Ask)
		claims.Sub.Allow.Add(w.Inbox+".>", w.Receipts)
	})
	if err != nil {
		return err
	}
	certificate, err := os.ReadFile(filepath.Join(f.Node(), certificateFile))
	if err != nil {
		return err
	}
	if err := wholefile.WriteBytes(file, append(user, certificate...)); err != nil {
		return err
	}
	claims := jwt.NewAccountClaims(public)
	claims.Name = name
	claims.Tags.Add(benchTag)
	revise(claims, revision)
	claims.Limits.Conn, claims.Limits.LeafNodeConn = 1, 0
	claims.Limits.Subs = maxSubscriptions
	claims.Imports.Add(
		&jwt.Import{Name: "reports", Account: f.hub, Type: jwt.Service, Subject: jwt.Subject(w.Reports)},
		&jwt.Import{Name: "ask", Account: f.hub, Type: jwt.Service, Subject: jwt.Subject(w.Ask)},
		&jwt.Import{Name: "receipts", Account: f.hub, Type: jwt.Stream, Subject: jwt.Subject(w.Receipts)},
	)
	return writeAccount(f.Node(), claims, f.operator)
}

// nextRevision returns the revision of the next decision about a name: higher than those of all
// accounts that ever had it.
func nextRevision(accounts []*jwt.AccountClaims, name string) uint64 {
	var last uint64
	for _, claims := range accounts {
		if claims.Name == name {
			last = max(last, revisionOf(claims))
		}
	}
	return last + 1
}

// Revoke permanently revokes a bench's credentials. A hub running on this folder closes the bench's
// connection and accepts nothing more from it. Undelivered reports remain at the bench.
func (f *Folder) Revoke(name string) error {
	if err := f.decide(name, revoke); err != nil {
		return fmt.Errorf("revoking bench %q: %w", name, err)
	}
	if err := os.Remove(filepath.Join(f.path, benchFolder, name+".creds")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("revoking bench %q: %w", name, err)
	}
	return nil
}

func revoke(claims *jwt.AccountClaims) {
	claims.RevokeAt(jwt.All, never)
	claims.Imports = nil
}

// Place sets the site of a bench; "" means unknown.
func (f *Folder) Place(name, site string) error {
	if len(site) > maxSite || !utf8.ValidString(site) {
		return fmt.Errorf("placing bench %q: the name of a site has up to %d bytes of UTF-8", name, maxSite)
	}
	err := f.decide(name, func(claims *jwt.AccountClaims) { claims.Description = site })
	if err != nil {
		return fmt.Errorf("placing bench %q: %w", name, err)
	}
	return nil
}

// decide changes the account of a bench that is not revoked.
func (f *Folder) decide(name string, change func(*jwt.AccountClaims)) error {
	accounts, err := benchAccounts(f.Node())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(accounts, lives(name))
	if i < 0 {
		return ErrNotAdded
	}
	change(accounts[i])
	revise(accounts[i], nextRevision(accounts, name))
	return writeAccount(f.Node(), accounts[i], f.operator)
}

// Benches returns the benches that were added, by name. If a bench was revoked and added again, the
// revoked entry comes first.
func (f *Folder) Benches() ([]Bench, error) {
	accounts, err := benchAccounts(f.Node())
	if err != nil {
		return nil, fmt.Errorf("listing benches: %w", err)
	}
	var benches []Bench
	for _, claims := range accounts {
		benches = append(benches, benchOf(claims))
	}
	slices.SortFunc(benches, func(a, b Bench) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(order(a), order(b)), a.Added.Compare(b.Added))
	})
	return benches, nil
}

func order(b Bench) int {
	if b.Revoked {
		return 0
	}
	return 1
}

func revoked(claims *jwt.AccountClaims) bool { return len(claims.Revocations) > 0 }

// benchAccounts returns the accounts of all benches ever added.
func benchAccounts(node string) ([]*jwt.AccountClaims, error) {
	files, err := filepath.Glob(filepath.Join(node, accountFolder, "A*"+accountSuffix))
	if err != nil {
		return nil, err
	}
	var accounts []*jwt.AccountClaims
	for _, file := range files {
		claims, err := readAccount(file)
		if err != nil {
			return nil, err
		}
		if claims.Tags.Contains(benchTag) {
			accounts = append(accounts, claims)
		}
	}
	return accounts, nil
}

func readAccount(file string) (*jwt.AccountClaims, error) {
	token, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	claims, err := jwt.DecodeAccountClaims(string(bytes.TrimSpace(token)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return claims, nil
}
