package credentials

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/jwt/v2"
)

// revisionTag precedes the revision number of a decision about an account. The operator signs it
// with the rest, so the order of two decisions does not depend on a clock.
const revisionTag = "revision:"

// maxToken limits the token of an account, in bytes. Those that AddBench makes have about 1,200.
const maxToken = 64 << 10

// errForeign is returned for a token that was not signed by this hub's operator.
var errForeign = errors.New("the token of an account has another issuer")

// Claims are the decisions about the accounts of benches: of two about one account, the one with
// the higher revision wins. Not safe for concurrent use.
type Claims struct {
	operator string // public key
	accounts map[string]claim
	holders  map[string]string // account by bench name
}

type claim struct {
	token    string
	account  *jwt.AccountClaims
	revision uint64
}

// NewClaims returns empty Claims of one operator.
func NewClaims(operator *jwt.OperatorClaims) *Claims {
	return &Claims{operator: operator.Subject, accounts: map[string]claim{}, holders: map[string]string{}}
}

// Merge adds the token of an account. It returns the accounts that changed: none if the token is
// known, is older than the known one, or belongs to no bench.
func (c *Claims) Merge(token string) (changed []string, err error) {
	if len(token) > maxToken {
		return nil, errors.New("reading an account: it is too long")
	}
	account, err := jwt.DecodeAccountClaims(token)
	if err != nil {
		return nil, fmt.Errorf("reading an account: %w", err)
	}
	if account.Issuer != c.operator {
		return nil, errForeign
	}
	if !account.Tags.Contains(benchTag) {
		return nil, nil
	}
	now := claim{token, account, revisionOf(account)}
	if before, known := c.accounts[account.Subject]; known && !now.follows(before) {
		return nil, nil
	}
	c.accounts[account.Subject] = now
	changed = []string{account.Subject}
	if holder := c.holder(account.Name); c.holders[account.Name] != holder {
		if displaced := c.holders[account.Name]; displaced != "" {
			changed = append(changed, displaced)
		}
		c.holders[account.Name] = holder
	}
	return changed, nil
}

// follows reports whether a decision is later than another about the same account. A revoked
// account stays revoked, whatever the revision.
func (d claim) follows(before claim) bool {
	if was, is := revoked(before.account), revoked(d.account); was != is {
		return is
	}
	return d.revision > before.revision
}

// holder returns the account that has a name. If two accounts have it, as with two copies of a
// folder, the later decision wins, with the same result at every node.
func (c *Claims) holder(name string) string {
	var holder string
	for key, d := range c.accounts {
		if d.account.Name != name {
			continue
		}
		than := c.accounts[holder]
		if holder == "" || cmp.Or(cmp.Compare(d.revision, than.revision), cmp.Compare(key, holder)) > 0 {
			holder = key
		}
	}
	return holder
}

// Token returns the token of an account, "" if unknown.
func (c *Claims) Token(account string) string { return c.accounts[account].token }

// All returns the tokens of all bench accounts, by public key.
func (c *Claims) All() map[string]string {
	all := make(map[string]string, len(c.accounts))
	for key, d := range c.accounts {
		all[key] = d.token
	}
	return all
}

// Bench returns the bench that has an account. It is revoked if another account has its name.
func (c *Claims) Bench(account string) (bench Bench, known bool) {
	d, known := c.accounts[account]
	if !known {
		return Bench{}, false
	}
	bench = benchOf(d.account)
	bench.Revoked = bench.Revoked || c.holders[bench.Name] != account
	return bench, true
}

// Named returns the bench with a name.
func (c *Claims) Named(name string) (Bench, bool) { return c.Bench(c.holders[name]) }

// Decode returns an account for a server to enforce: revoked if Bench says so.
func (c *Claims) Decode(account string) (*jwt.AccountClaims, error) {
	claims, err := jwt.DecodeAccountClaims(c.Token(account))
	if err != nil {
		return nil, fmt.Errorf("reading an account: %w", err)
	}
	if bench, _ := c.Bench(account); bench.Revoked {
		revoke(claims)
	}
	return claims, nil
}

func revisionOf(account *jwt.AccountClaims) uint64 {
	for _, tag := range account.Tags {
		if number, ok := strings.CutPrefix(tag, revisionTag); ok {
			revision, err := strconv.ParseUint(number, 10, 64)
			if err == nil {
				return revision
			}
		}
	}
	return 0
}

// revise sets the revision of an account.
func revise(account *jwt.AccountClaims, revision uint64) {
	account.Tags = slices.DeleteFunc(account.Tags, func(tag string) bool { return strings.HasPrefix(tag, revisionTag) })
	account.Tags.Add(revisionTag + strconv.FormatUint(revision, 10))
}

// Revoked reports whether an account itself was revoked.
func (c *Claims) Revoked(account string) bool {
	d, known := c.accounts[account]
	return known && revoked(d.account)
}
