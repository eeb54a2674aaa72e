package reach

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// hosts are the hosts that iCloud Backup requires.
var hosts = []string{"gateway.icloud.com", "setup.icloud.com", "gsa.apple.com", "www.icloud.com"}

const (
	captivePage = "http://captive.apple.com/hotspot-detect.html"
	statusFeed  = "https://www.apple.com/support/systemstatus/data/system_status_en_US.js"
)

// A Prober checks Apple's hosts. The zero Prober uses this computer's network and root
// certificates.
type Prober struct {
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // nil for net.Dialer
	Roots   *x509.CertPool                                                       // nil for the system roots
	Timeout time.Duration                                                        // for the whole check; 0 for 10 seconds
}

// Look checks all hosts and pages concurrently.
func (p Prober) Look(ctx context.Context) device.Reach {
	limit := p.Timeout
	if limit <= 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	seen := device.Reach{Hosts: make([]device.HostReach, len(hosts))}
	var all sync.WaitGroup
	for i, host := range hosts {
		all.Go(func() { seen.Hosts[i] = p.host(ctx, host) })
	}
	all.Go(func() { seen.Captive = device.FactOf(p.captive(ctx)) })
	all.Go(func() { seen.Services = device.FactOf(p.services(ctx)) })
	all.Wait()
	return seen
}

func (p Prober) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.Dial != nil {
		return p.Dial(ctx, network, address)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, address)
}

// captive reports whether something other than Apple's page answers.
func (p Prober) captive(ctx context.Context) (bool, error) {
	text, err := p.fetch(ctx, captivePage, 64<<10)
	if err != nil && !errors.Is(err, errElsewhere) {
		return false, err
	}
	return !strings.Contains(string(text), "Success"), nil
}

// services returns the status of the watched services.
func (p Prober) services(ctx context.Context) ([]device.ServiceReport, error) {
	text, err := p.fetch(ctx, statusFeed, maxFeed)
	if err != nil {
		return nil, err
	}
	return parseFeed(text)
}

// errElsewhere is returned for a redirect, or any status other than 200.
var errElsewhere = fmt.Errorf("the answer is not the page: %w", device.Gap{Reason: device.Offline, Detail: "http"})

// fetch gets a page of up to most bytes. It does not follow redirects, and ignores this
// computer's proxy settings, which do not apply to the device.
func (p Prober) fetch(ctx context.Context, address string, most int64) ([]byte, error) {
	transport := &http.Transport{DialContext: p.dial, TLSClientConfig: p.trusting(""), DisableKeepAlives: true}
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	reply, err := client.Do(request)
	if err != nil {
		return nil, gapOf(err)
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return nil, errElsewhere
	}
	text, err := io.ReadAll(io.LimitReader(reply.Body, most+1))
	switch {
	case err != nil:
		return nil, gapOf(err)
	case int64(len(text)) > most:
		return nil, device.Oversized
	}
	return text, nil
}

// gapOf returns the stage at which a connection failed. The text of the error is dropped.
func gapOf(err error) device.Gap {
	gap := device.Gap{Reason: device.Offline, Detail: "tls"}
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case isA[*net.DNSError](err):
		gap.Detail = "dns"
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		gap.Detail = "timeout"
	case isA[*net.OpError](err):
		gap.Detail = "tcp"
	}
	return gap
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
