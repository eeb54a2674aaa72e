package credentials

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
)

// tokens returns the current tokens of the benches in a folder.
func tokens(t testing.TB, f *Folder) []string {
	t.Helper()
	accounts, err := benchAccounts(f.Node())
	if err != nil {
		t.Fatal(err)
	}
	all, err := Node{path: f.Node()}.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	var some []string
	for _, account := range accounts {
		some = append(some, all[account.Subject])
	}
	return some
}

func operatorOf(t testing.TB, f *Folder) *jwt.OperatorClaims {
	t.Helper()
	node, err := OpenNode(f.Node())
	if err != nil {
		t.Fatal(err)
	}
	return node.Operator
}

// Whatever the order of arrival, the last decision wins.
func TestTheLaterDecisionHolds(t *testing.T) {
	f := create(t)
	add(t, f, "north")
	decided := tokens(t, f)
	for _, site := range []string{"Oslo", "Bergen"} {
		if err := f.Place("north", site); err != nil {
			t.Fatal(err)
		}
		decided = append(decided, tokens(t, f)...)
	}
	orders := [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 2}}
	for _, order := range orders {
		known := NewClaims(operatorOf(t, f))
		for _, i := range order {
			if _, err := known.Merge(decided[i]); err != nil {
				t.Fatal(err)
			}
		}
		if bench, ok := known.Named("north"); !ok || bench.Site != "Bergen" || bench.Revoked {
			t.Errorf("in the order %v the bench is %+v", order, bench)
		}
	}

	if err := f.Revoke("north"); err != nil {
		t.Fatal(err)
	}
	revoked := tokens(t, f)[0]
	add(t, f, "north")
	known := NewClaims(operatorOf(t, f))
	for _, token := range append(append([]string{revoked}, tokens(t, f)...), decided...) {
		if _, err := known.Merge(token); err != nil {
			t.Fatal(err)
		}
	}
	var in, out int
	for account := range maps.Keys(known.All()) {
		if bench, _ := known.Bench(account); bench.Revoked {
			out++
		} else {
			in++
		}
	}
	if bench, _ := known.Named("north"); in != 1 || out != 1 || bench.Revoked || bench.Site != "" {
		t.Errorf("%d accounts are let in, %d are not; the bench is %+v", in, out, bench)
	}
}

// A clock that was set back does not prevent revoking.
func TestRevokingNeedsNoClock(t *testing.T) {
	f := create(t)
	add(t, f, "north")
	// The last decision was made with a clock that was a year ahead.
	ahead := issuedAt(t, f, tokens(t, f)[0], time.Now().AddDate(1, 0, 0))
	claims, err := jwt.DecodeAccountClaims(ahead)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Node(), accountFolder, claims.Subject+accountSuffix), []byte(ahead), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := f.Revoke("north"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	known := NewClaims(operatorOf(t, f))
	for _, token := range append(tokens(t, f), ahead) {
		if _, err := known.Merge(token); err != nil {
			t.Fatal(err)
		}
	}
	if bench, ok := known.Named("north"); !ok || !bench.Revoked {
		t.Errorf("the bench is %+v", bench)
	}
}

// issuedAt signs a token again with another time.
func issuedAt(t *testing.T, f *Folder, token string, at time.Time) string {
	t.Helper()
	parts := strings.Split(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	payload = regexp.MustCompile(`"iat":\d+`).ReplaceAll(payload, fmt.Appendf(nil, `"iat":%d`, at.Unix()))
	signed := parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload)
	signature, err := f.operator.Sign([]byte(signed))
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// Two copies of a folder assign one name: at all nodes the same bench gets it, whichever decision
// arrives first.
func TestNameThatWasGivenTwice(t *testing.T) {
	f := create(t)
	add(t, f, "north")
	first := tokens(t, f)[0]
	account, err := benchAccounts(f.Node())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(f.Node(), accountFolder, account[0].Subject+accountSuffix)
	if err := f.add("north", 1, filepath.Join(t.TempDir(), "other.creds")); err != nil {
		t.Fatal(err)
	}
	both := tokens(t, f)
	if len(both) != 2 || !slices.Contains(both, first) {
		t.Fatalf("%d accounts, %s", len(both), file)
	}
	holders := map[string]bool{}
	for range 2 {
		known := NewClaims(operatorOf(t, f))
		changed := 0
		for _, token := range both {
			accounts, err := known.Merge(token)
			if err != nil {
				t.Fatal(err)
			}
			changed += len(accounts)
		}
		in := 0
		for account := range known.All() {
			if bench, _ := known.Bench(account); !bench.Revoked {
				in++
				holders[account] = true
			}
		}
		if in != 1 || changed < 2 {
			t.Errorf("%d are let in, %d changed", in, changed)
		}
		slices.Reverse(both)
	}
	if len(holders) != 1 {
		t.Errorf("%d accounts hold the name, depending on the order", len(holders))
	}
}

func TestClaimsOfAnotherOperator(t *testing.T) {
	ours, theirs := create(t), create(t)
	add(t, theirs, "north")
	if _, err := NewClaims(operatorOf(t, ours)).Merge(tokens(t, theirs)[0]); !errors.Is(err, errForeign) {
		t.Errorf("the error is %v", err)
	}
}

func FuzzMerge(f *testing.F) {
	folder, err := Create(filepath.Join(f.TempDir(), "fleet"))
	if err != nil {
		f.Fatal(err)
	}
	if _, err := folder.AddBench("north"); err != nil {
		f.Fatal(err)
	}
	operator := operatorOf(f, folder)
	accounts, err := Node{path: folder.Node()}.Accounts()
	if err != nil {
		f.Fatal(err)
	}
	for _, token := range accounts {
		f.Add(token)
	}
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		known := NewClaims(operator)
		accounts, err := known.Merge(token)
		for _, account := range accounts {
			if bench, ok := known.Bench(account); err != nil || !ok || bench.Name != "north" {
				t.Errorf("a token that nobody signed lets in %+v", bench)
			}
		}
	})
}
