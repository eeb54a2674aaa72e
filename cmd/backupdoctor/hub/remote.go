package hub

import (
	"cmp"
	"context"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/urfave/cli/v2"
)

const (
	handshakeWithin = 30 * time.Second
	listWithin      = 10 * time.Minute
	maxList         = 1 << 30 // bytes in one list
)

// fleetPages is a source that requests whole lists from the pages of a hub.
type fleetPages struct {
	at     *url.URL
	token  string
	client *http.Client
}

var fingerprintPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// pagesOf reads the flags for the pages of a hub.
func (e env) pagesOf(ctx *cli.Context, at *url.URL) (source, error) {
	pin := strings.ToLower(strings.ReplaceAll(given(ctx, "fingerprint"), ":", ""))
	switch {
	case at.Host == "" || at.User != nil || strings.Trim(at.Path, "/") != "" || at.RawQuery != "":
		return nil, command.Usage("https://HOST:PORT", "the address of the hub's pages cannot be read")
	case at.Scheme == "http" && !local(hostPort(at)):
		return nil, command.Usage("use https", "the token would go to %s in plain text", at.Host)
	case pin != "" && !fingerprintPattern.MatchString(pin):
		return nil, command.Usage("the hub prints it at startup", "--fingerprint is not a SHA-256 hash")
	}
	token := e.Getenv(tokenVariable)
	if path := given(ctx, "token-file"); path != "" {
		var err error
		if token, err = command.Token(path); err != nil {
			return nil, err
		}
	}
	if token == "" {
		return nil, command.Usage("set "+tokenVariable+", or name its file with --token-file", "the pages of a hub need a token")
	}
	transport := &http.Transport{TLSClientConfig: trusting(pin), TLSHandshakeTimeout: handshakeWithin, ResponseHeaderTimeout: time.Minute}
	return fleetPages{at, token, &http.Client{
		Transport: transport, Timeout: listWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // never send the token to another server
	}}, nil
}

func hostPort(u *url.URL) string { return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80")) }

// trusting verifies a hub by the system's certificate authorities, or, if a fingerprint is
// given, by that alone.
func trusting(fingerprint string) *tls.Config {
	if fingerprint == "" {
		return &tls.Config{MinVersion: tls.VersionTLS13}
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, // VerifyConnection verifies it
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 || subtle.ConstantTimeCompare([]byte(fingerprintOf(state.PeerCertificates[0].Raw)), []byte(fingerprint)) != 1 {
				return errors.New("the certificate of the hub has another fingerprint")
			}
			return nil
		},
	}
}

func (p fleetPages) close() error {
	p.client.CloseIdleConnections()
	return nil
}

func (p fleetPages) devices(ctx context.Context, q filter) iter.Seq2[ledger.Device, error] {
	asked := url.Values{
		"site": {q.Site}, "bench": {q.Bench}, "cause": {q.Cause}, "verdict": {q.Verdict}, "backup": {string(q.Backup)}, "sort": {string(q.Sort)},
	}
	if q.Incomplete {
		asked.Set("read", "in-part")
	}
	if q.Days > 0 {
		asked.Set("days", strconv.Itoa(q.Days))
	}
	return rowsOf[ledger.Device](ctx, p, "devices", report.KindFleet, asked)
}

func (p fleetPages) find(ctx context.Context, who string) iter.Seq2[ledger.Device, error] {
	return rowsOf[ledger.Device](ctx, p, "devices", report.KindFleet, url.Values{"find": {who}})
}

func (p fleetPages) changes(ctx context.Context, f changeFilter, kind ledger.Change) iter.Seq2[report.FleetChange, error] {
	return rowsOf[report.FleetChange](ctx, p, "changes", report.KindFleetChanges, url.Values{
		"change": {string(kind)}, "check": {f.Check}, "site": {f.Site}, "days": {strconv.Itoa(f.Days)},
	})
}

func (p fleetPages) visits(ctx context.Context, id string) iter.Seq2[report.Visit, error] {
	return rowsOf[report.Visit](ctx, p, "visits", report.KindFleetDevice, url.Values{"id": {id}})
}

func (p fleetPages) remedies(ctx context.Context, days int) iter.Seq2[report.RemedyRate, error] {
	return rowsOf[report.RemedyRate](ctx, p, "remedies", report.KindRemedies, url.Values{"days": {strconv.Itoa(days)}})
}

// rowsOf requests a list and reads it row by row.
func rowsOf[Row any](ctx context.Context, p fleetPages, list string, kind report.Kind, asked url.Values) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		body, err := p.open(ctx, list, asked)
		if err != nil {
			var none Row
			yield(none, err)
			return
		}
		defer body.Close()
		for row, err := range readRows[Row](body, kind) {
			if !yield(row, err) {
				return
			}
		}
	}
}

func (p fleetPages) open(ctx context.Context, list string, asked url.Values) (io.ReadCloser, error) {
	address := *p.at
	address.Path, address.RawQuery = "/export/"+list+"/json", asked.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	answer, err := p.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking the hub: %w", err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	err = fmt.Errorf("asking the hub: it answers with %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		err = command.Usage("its token is in the file token of its data folder, or was set in "+tokenVariable, "the hub does not accept the token")
	case http.StatusMisdirectedRequest:
		err = command.Usage("start the hub with --host "+p.at.Hostname(), "the hub is not known by the name %s", p.at.Hostname())
	}
	return nil, errors.Join(err, answer.Body.Close())
}

// readRows reads the rows of a document as the pages write it: an object whose last field is
// the list of rows. A truncated document is an error.
func readRows[Row any](from io.Reader, kind report.Kind) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		decoder := json.NewDecoder(io.LimitReader(from, maxList))
		err := readHead(decoder, kind)
		for err == nil && decoder.More() {
			var row Row
			if err = decoder.Decode(&row); err == nil && !yield(row, nil) {
				return
			}
		}
		for _, end := range []json.Delim{']', '}'} {
			var token json.Token
			if err == nil {
				token, err = decoder.Token()
			}
			if err == nil && token != end {
				err = errors.New("something follows the list of rows")
			}
		}
		if err != nil {
			yield(none, fmt.Errorf("reading the hub's answer: %w", err))
		}
	}
}

// readHead reads a document of a kind up to the first element of its list of rows.
func readHead(decoder *json.Decoder, kind report.Kind) error {
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return cmp.Or(err, errors.New("not a document"))
	}
	head := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		key, _ := name.(string) // always, in an object
		if rowLists[kind] == key {
			start, err := decoder.Token()
			if err == nil && start != json.Delim('[') {
				err = fmt.Errorf("%s is not a list", key)
			}
			return cmp.Or(err, checkHead(head, kind))
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		head[key] = value
	}
	return cmp.Or(checkHead(head, kind), errors.New("no list of rows"))
}

// rowLists are the fields with the rows of each kind of document.
var rowLists = map[report.Kind]string{
	report.KindFleet: "devices", report.KindFleetChanges: "changes", report.KindFleetDevice: "visits", report.KindRemedies: "remedies",
}

// checkHead reports whether the fields before the rows are those of a document of a kind.
func checkHead(head map[string]json.RawMessage, kind report.Kind) error {
	var header report.Header
	err := errors.Join(json.Unmarshal(head["kind"], &header.Kind), json.Unmarshal(head["schema"], &header.Schema))
	switch {
	case err != nil:
		return errors.New("it does not say its kind and schema number")
	case header.Kind != kind:
		return fmt.Errorf("it is of the kind %s, not %s", header.Kind, kind)
	case header.Schema != report.Schema:
		return fmt.Errorf("it has schema number %d, and this version reads %d: use the same version as the hub", header.Schema, report.Schema)
	}
	return nil
}
