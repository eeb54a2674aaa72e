package credentials

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/jwt/v2"
)

// The files of a node.
const (
	operatorFile    = "operator.jwt"
	systemCreds     = "system.creds"
	hubCreds        = "hub.creds"
	certificateFile = "hub.crt"
	privateFile     = "hub.key"
	accountFolder   = "accounts"
	accountSuffix   = ".jwt"
	benchTag        = "bench"
)

// A Node is the part of a Folder that a running hub needs.
type Node struct {
	path     string
	Operator *jwt.OperatorClaims // trusted by the hub as issuer
}

// OpenNode opens Folder.Node or a copy of it.
func OpenNode(path string) (Node, error) {
	token, err := os.ReadFile(filepath.Join(path, operatorFile))
	if err != nil {
		return Node{}, fmt.Errorf("opening the credentials of a hub: %w", err)
	}
	operator, err := jwt.DecodeOperatorClaims(string(bytes.TrimSpace(token)))
	if err != nil {
		return Node{}, fmt.Errorf("opening the credentials of a hub: %s: %w", operatorFile, err)
	}
	return Node{path: path, Operator: operator}, nil
}

// HubCredentials returns the path of the credentials for the hub account.
func (n Node) HubCredentials() string { return filepath.Join(n.path, hubCreds) }

// SystemCredentials returns the path of the credentials for the system account.
func (n Node) SystemCredentials() string { return filepath.Join(n.path, systemCreds) }

// Accounts returns the tokens of all accounts, by public key.
func (n Node) Accounts() (map[string]string, error) {
	entries, err := os.ReadDir(filepath.Join(n.path, accountFolder))
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	accounts := map[string]string{}
	for _, entry := range entries {
		key, ok := strings.CutSuffix(entry.Name(), accountSuffix)
		if !ok {
			continue
		}
		token, err := os.ReadFile(filepath.Join(n.path, accountFolder, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading accounts: %w", err)
		}
		accounts[key] = string(bytes.TrimSpace(token))
	}
	return accounts, nil
}

// ServeTLS returns the TLS configuration of a hub: with the certificate in the files, or with its
// own if none are given. Benches ask for [ServerName] and always get the hub's own certificate,
// whose key their credentials pin.
func (n Node) ServeTLS(certificate, private string) (*tls.Config, error) {
	own, err := tls.LoadX509KeyPair(filepath.Join(n.path, certificateFile), filepath.Join(n.path, privateFile))
	if err != nil {
		return nil, fmt.Errorf("reading the hub's certificate: %w", err)
	}
	if certificate == "" {
		return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}}, nil
	}
	shown, err := tls.LoadX509KeyPair(certificate, private)
	if err != nil {
		return nil, fmt.Errorf("reading the hub's certificate: %w", err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{shown},
		GetCertificate: func(asked *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if asked.ServerName == ServerName {
				return &own, nil
			}
			return &shown, nil
		},
	}, nil
}

// RouteTLS returns the TLS configuration between the nodes of a cluster: all use the certificate of
// this folder, whose key no one else has.
func (n Node) RouteTLS() (*tls.Config, error) {
	config, err := n.ServeTLS("", "")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(n.path, certificateFile))
	if err != nil {
		return nil, fmt.Errorf("reading the hub's certificate: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	config.RootCAs.AppendCertsFromPEM(text)
	config.ClientCAs, config.ClientAuth, config.ServerName = config.RootCAs, tls.RequireAndVerifyClientCert, ServerName
	return config, nil
}
