package relay

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// HubPort is the default port of a hub.
const HubPort = "7422"

// benchSettings are the connection settings for one name of a bench.
type benchSettings struct {
	wiring  credentials.Wiring
	servers string
	options []nats.Option
	delay   func(tries int) time.Duration // wait before another try
}

// settings reads the credentials and the addresses of the hub.
func (b *Bench) settings(file string) (set benchSettings, err error) {
	identity, err := credentials.ReadIdentity(file)
	if err != nil {
		return set, configError{err}
	}
	switch name := identity.Bench; {
	case b.Name != "" && b.Name != name:
		return set, configError{fmt.Errorf("the credentials are those of bench %q, and this is bench %q", name, b.Name)}
	case name == "":
		return set, configError{errors.New("these are not the credentials of a bench: hub add-bench makes them")}
	case !envelope.ValidBench(name):
		return set, configError{fmt.Errorf("%q is not a valid name for a bench: a name has up to 48 small letters, digits, hyphens and underscores", name)}
	default:
		set.wiring = credentials.WiringOf(name)
	}
	var urls []*url.URL
	var servers []string
	for _, address := range b.Hubs {
		u, err := hubAddress(address, HubPort)
		if err != nil {
			return set, err
		}
		urls, servers = append(urls, u), append(servers, u.String())
	}
	secure, err := secured(urls, identity, b.Roots)
	if err != nil {
		return set, configError{err}
	}
	set.delay = b.delay
	set.servers = strings.Join(servers, ",")
	set.options = []nats.Option{
		nats.Name("backupdoctor bench"), nats.UserCredentials(file), nats.CustomInboxPrefix(set.wiring.Inbox),
		nats.Timeout(requestWithin), nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2),
		nats.MaxReconnects(-1), nats.IgnoreAuthErrorAbort(), nats.ReconnectBufSize(-1), nats.CustomReconnectDelay(b.delay),
	}
	if secure != nil {
		set.options = append(set.options, nats.Secure(secure), nats.TLSHandshakeFirst())
	}
	return set, nil
}

// The wait between attempts to reach a hub grows from firstReconnect to 30 times as long.
const firstReconnect = 2 * time.Second

// delay returns how long to wait after a number of failed tries.
func (b *Bench) delay(tries int) time.Duration {
	first := cmp.Or(b.reconnect, firstReconnect)
	return min(first<<min(max(tries, 1)-1, 10), 30*first)
}

// secured returns the TLS configuration for the nodes of one hub, nil without TLS.
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
