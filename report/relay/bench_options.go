package relay

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// HubPort is the port of a hub whose address has none.
const HubPort = "7422"

// minKept is room for a few of the longest reports.
const minKept = 1 << 20

// options are those of a server that only its own process can connect to.
func (b *Bench) options() (credentials.Wiring, *server.Options, error) {
	var none credentials.Wiring
	name := b.Name
	var identity credentials.Identity
	if len(b.Hubs) > 0 {
		var err error
		if identity, err = credentials.ReadIdentity(b.Credentials); err != nil {
			return none, nil, configError{err}
		}
		if name != "" && name != identity.Bench {
			return none, nil, configError{fmt.Errorf("the credentials are those of bench %q, and this is bench %q", identity.Bench, name)}
		}
		if name = identity.Bench; name == "" {
			return none, nil, configError{errors.New("these are not the credentials of a bench: hub add-bench makes them")}
		}
	}
	name = cmp.Or(name, Unnamed)
	if !envelope.ValidBench(name) {
		return none, nil, configError{fmt.Errorf("%q cannot name a bench: a name has up to 48 small letters, digits, hyphens and underscores", name)}
	}
	if b.keptBytes() < minKept {
		return none, nil, configError{fmt.Errorf("%d bytes are too few to keep reports in: at least %d are needed", b.Keep.Bytes, minKept)}
	}
	wiring := credentials.WiringOf(name)
	options := &server.Options{
		ServerName:        wiring.Domain,
		DontListen:        true,
		StoreDir:          b.Dir,
		JetStreamDomain:   wiring.Domain,
		JetStreamMaxStore: 1 << 50, // each stream has bounds of its own
		LeafNode:          server.LeafNodeOpts{ReconnectInterval: b.reconnect},
		// A hub that is away for a week is one line an hour.
		ConnectErrorReports: 1800, ReconnectErrorReports: 1800,
	}
	if b.reconnect == 0 {
		options.LeafNode.ReconnectInterval = 2 * time.Second
	}
	if len(b.Hubs) == 0 {
		return wiring, options, nil
	}
	remote := &server.RemoteLeafOpts{
		Credentials: b.Credentials, IgnoreDiscoveredServers: true,
		DenyImports: []string{"$JS.>", wiring.Local}, // whoever the hub is, this stream is not its to read or to purge
	}
	for _, address := range b.Hubs {
		u, err := link(address, HubPort)
		if err != nil {
			return none, nil, err
		}
		remote.URLs = append(remote.URLs, u)
	}
	secure, err := secured(remote.URLs, identity, b.Roots)
	if err != nil {
		return none, nil, configError{err}
	}
	remote.TLS, remote.TLSConfig = secure != nil, secure
	options.LeafNode.Remotes = []*server.RemoteLeafOpts{remote}
	return wiring, options, nil
}

// secured is how to reach the nodes of one hub, nil without TLS.
func secured(urls []*url.URL, identity credentials.Identity, roots string) (*tls.Config, error) {
	for _, u := range urls {
		if u.Scheme != urls[0].Scheme {
			return nil, errors.New("all nodes of a hub must be reached in the same way, with TLS or without")
		}
	}
	if urls[0].Scheme == "nats" {
		return nil, nil
	}
	return identity.TLS(roots)
}

func (b *Bench) keptBytes() int64 {
	if b.Keep.Bytes == 0 {
		return 256 << 20
	}
	return b.Keep.Bytes
}
