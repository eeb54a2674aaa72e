package credentials

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// The files of a folder.
const (
	operatorKey = "keys/operator.nk"
	systemKey   = "keys/system.nk"
	hubKey      = "keys/hub.nk"
	nodeFolder  = "node"
	benchFolder = "benches"
)

// A Folder has the keys of a fleet and the files made with them. Only one program at a time should
// change it.
type Folder struct {
	path     string
	operator nkeys.KeyPair
	hub      string // public key of the hub's account
}

// Create creates a folder at path with new keys. The folder must be missing or empty. It is created
// completely or not at all: remains of a crash are replaced.
func Create(path string) (*Folder, error) {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("making credentials: %s is not empty", path)
	}
	unfinished := path + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return nil, fmt.Errorf("making credentials: %w", err)
	}
	for _, folder := range []string{"keys", nodeFolder, nodeFolder + "/" + accountFolder, benchFolder} {
		if err := os.MkdirAll(filepath.Join(unfinished, folder), 0o700); err != nil {
			return nil, fmt.Errorf("making credentials: %w", err)
		}
	}
	if err := found(unfinished); err != nil {
		return nil, fmt.Errorf("making credentials: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("making credentials: %w", err)
	}
	if err := os.Rename(unfinished, path); err != nil {
		return nil, fmt.Errorf("making credentials: %w", err)
	}
	return Open(path)
}

// found creates what a fleet has only once: the operator, the system and hub accounts with one user
// each, and the hub's certificate.
func found(path string) error {
	operator, err := newKey(filepath.Join(path, operatorKey), nkeys.CreateOperator)
	if err != nil {
		return err
	}
	system, err := newKey(filepath.Join(path, systemKey), nkeys.CreateAccount)
	if err != nil {
		return err
	}
	hub, err := newKey(filepath.Join(path, hubKey), nkeys.CreateAccount)
	if err != nil {
		return err
	}
	node := filepath.Join(path, nodeFolder)

	of := jwt.NewOperatorClaims(operator.public)
	of.Name, of.SystemAccount = "backupdoctor", system.public
	token, err := of.Encode(operator.pair)
	if err != nil {
		return err
	}
	if err := wholefile.WriteBytes(filepath.Join(node, operatorFile), []byte(token)); err != nil {
		return err
	}

	systemClaims := jwt.NewAccountClaims(system.public)
	systemClaims.Name = "system"
	hubClaims := jwt.NewAccountClaims(hub.public)
	hubClaims.Name = "hub"
	hubClaims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit}
	hubClaims.Exports.Add(
		&jwt.Export{Name: "reports", Type: jwt.Service, Subject: Reports + "*"},
		&jwt.Export{Name: "ask", Type: jwt.Service, Subject: Asks + "*"},
		&jwt.Export{Name: "receipts", Type: jwt.Stream, Subject: Receipts + "*"},
	)
	for _, claims := range []*jwt.AccountClaims{systemClaims, hubClaims} {
		if err := writeAccount(node, claims, operator.pair); err != nil {
			return err
		}
	}
	for file, account := range map[string]key{systemCreds: system, hubCreds: hub} {
		user, err := newUser(account.pair, func(*jwt.UserClaims) {})
		if err != nil {
			return err
		}
		if err := wholefile.WriteBytes(filepath.Join(node, file), user); err != nil {
			return err
		}
	}
	return writeCertificate(node)
}

// Open opens a folder made by Create.
func Open(path string) (*Folder, error) {
	operator, err := readKey(filepath.Join(path, operatorKey))
	if err != nil {
		return nil, fmt.Errorf("opening credentials: %w", err)
	}
	hub, err := readKey(filepath.Join(path, hubKey))
	if err != nil {
		return nil, fmt.Errorf("opening credentials: %w", err)
	}
	public, err := hub.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("opening credentials: %w", err)
	}
	return &Folder{path: path, operator: operator, hub: public}, nil
}

// Node returns the path of the part of the folder that a running hub needs.
func (f *Folder) Node() string { return filepath.Join(f.path, nodeFolder) }

type key struct {
	pair   nkeys.KeyPair
	public string
}

func newKey(file string, create func() (nkeys.KeyPair, error)) (key, error) {
	pair, err := create()
	if err != nil {
		return key{}, err
	}
	public, err := pair.PublicKey()
	if err != nil {
		return key{}, err
	}
	seed, err := pair.Seed()
	if err != nil {
		return key{}, err
	}
	return key{pair, public}, wholefile.WriteBytes(file, seed)
}

func readKey(file string) (nkeys.KeyPair, error) {
	seed, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pair, err := nkeys.FromSeed(seed)
	if err != nil {
		return nil, fmt.Errorf("%s holds no key", file)
	}
	return pair, nil
}

// newUser adds a user to an account, and returns its token and key in the format of a credentials
// file.
func newUser(account nkeys.KeyPair, change func(*jwt.UserClaims)) ([]byte, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	defer pair.Wipe()
	public, err := pair.PublicKey()
	if err != nil {
		return nil, err
	}
	claims := jwt.NewUserClaims(public)
	change(claims)
	token, err := claims.Encode(account)
	if err != nil {
		return nil, err
	}
	seed, err := pair.Seed()
	if err != nil {
		return nil, err
	}
	return jwt.FormatUserConfig(token, seed)
}

func writeAccount(node string, claims *jwt.AccountClaims, operator nkeys.KeyPair) error {
	token, err := claims.Encode(operator)
	if err != nil {
		return err
	}
	return wholefile.WriteBytes(filepath.Join(node, accountFolder, claims.Subject+accountSuffix), []byte(token))
}
