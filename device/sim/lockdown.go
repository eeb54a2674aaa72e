package sim

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"slices"
	"time"
)

const (
	lockdownPort    = 62078
	lockdownService = "com.apple.mobile.lockdown"
)

// beforeTrust lists the root values that any computer may read.
var beforeTrust = []string{
	"BluetoothAddress", "BoardId", "BuildVersion", "CPUArchitecture", "ChipID", "DeviceClass", "DeviceColor",
	"DeviceName", "DieID", "HardwareModel", "HasSiDP", "PartitionType", "ProductName", "ProductType",
	"ProductVersion", "ProductionSOC", "ProtocolVersion", "SupportedDeviceFamilies", "TelephonyCapability",
	"UniqueChipID", "UniqueDeviceID", "WiFiAddress", "DevicePublicKey",
}

type lockdownRequest struct {
	Request    string
	Domain     string
	Key        string
	Service    string
	HostID     string
	SessionID  string
	PairRecord pairRecord
}

// serve serves a client on one port of the device.
func (p *plugged) serve(served context.Context, client net.Conn, at port) {
	ctx, cancel := context.WithCancel(served)
	defer cancel()
	unplugged := context.AfterFunc(p.ctx, func() { cancel(); client.Close() })
	defer unplugged()
	defer client.Close()
	c := &conn{Conn: client, raw: client, closed: ctx.Done(), faults: p.Faults, detach: func() { p.tray.Detach(p.UDID()) }}
	if p.Latency > 0 {
		line := delayed(client, p.Latency)
		defer line.drain()
		defer client.Close()
		c.raw, c.Conn = line, line
	}
	if at.service == lockdownService {
		p.serveLockdown(c)
		if p.isReturning() {
			client.Close()
			p.tray.leaveAndReturn(served, p)
		}
		return
	}
	if at.secure == nil || c.startTLS(at.secure) == nil {
		p.serveService(c, at.service)
	}
	if at.service == diagnosticsService && p.takeRestart() {
		client.Close()
		p.tray.reboot(served, p, nil)
	}
}

// A lockdownSession is the state of one lockdownd client.
type lockdownSession struct {
	*conn
	device *plugged
	id     string      // "" before StartSession
	secure *tls.Config // TLS configuration for the computer that started the session
}

func (p *plugged) serveLockdown(c *conn) {
	s := &lockdownSession{conn: c, device: p}
	for {
		request, err := readRequest[lockdownRequest](s)
		if err != nil {
			return
		}
		if err := s.answer(request); err != nil {
			return
		}
	}
}

func (s *lockdownSession) answer(r lockdownRequest) error {
	s.device.tray.note("lockdown", r.title(), s.device.UDID())
	switch r.Request {
	case "QueryType":
		return s.say(dict{"Request": r.Request, "Type": lockdownService}, r.Request)
	case "GetValue":
		return s.getValue(r)
	case "StartSession":
		return s.startSession(r)
	case "StopSession":
		return s.stopSession(r)
	case "StartService":
		return s.startService(r)
	case "Pair", "ValidatePair", "Unpair":
		return s.pairing(r)
	case "SetValue":
		return s.deny(r, "SetProhibited")
	case "RemoveValue":
		return s.deny(r, "RemoveProhibited")
	default:
		return s.deny(r, "InvalidRequest")
	}
}

// title returns the request name with its subject.
func (r lockdownRequest) title() string {
	switch {
	case r.Request == "StartService":
		return r.Request + " " + r.Service
	case r.Domain != "" && r.Key != "":
		return r.Request + " " + r.Domain + "/" + r.Key
	case r.Domain != "" || r.Key != "":
		return r.Request + " " + r.Domain + r.Key
	default:
		return r.Request
	}
}

func (s *lockdownSession) say(message dict, places ...string) error {
	return s.reply(plistFraming, message, append(places, "lockdown")...)
}

func (s *lockdownSession) deny(r lockdownRequest, name string) error {
	return s.say(dict{"Request": r.Request, "Error": name}, r.Request)
}

func (s *lockdownSession) getValue(r lockdownRequest) error {
	message := dict{"Request": r.Request}
	place := "root"
	if r.Domain != "" {
		message["Domain"], place = r.Domain, r.Domain
	}
	places := []string{r.Request, place}
	if r.Key != "" {
		message["Key"] = r.Key
		places = append(places, place+"/"+r.Key)
	}
	if value, err := s.value(r); err != "" {
		message["Error"] = err
	} else {
		message["Value"] = value
	}
	return s.say(message, places...)
}

// value returns the result of a GetValue, or a lockdown error name.
func (s *lockdownSession) value(r lockdownRequest) (any, string) {
	values, ok := s.device.state().values[r.Domain]
	if r.Domain == "" {
		values = s.device.root()
	}
	if r.Domain == "com.apple.mobile.backup" {
		values = s.device.backupValues(values)
	}
	untrusted := s.id == ""
	switch {
	case untrusted && r.Domain != "":
		return nil, "GetProhibited"
	case r.Key == "" && untrusted:
		maps.DeleteFunc(values, func(key string, _ any) bool { return !slices.Contains(beforeTrust, key) })
		return values, ""
	case r.Key == "" && ok:
		return values, ""
	case untrusted && !slices.Contains(beforeTrust, r.Key):
		return nil, "GetProhibited"
	case r.Domain == "" && r.Key == "DevicePublicKey":
		return publicPEM(s.device.tray.keys.device), ""
	}
	if value, ok := values[r.Key]; ok {
		return value, ""
	}
	return nil, "MissingValue"
}

// root returns the current values outside any domain.
func (p *plugged) root() dict {
	root := maps.Clone(p.state().values[""])
	root["TimeIntervalSince1970"] = float64(p.now().UnixNano()) / float64(time.Second)
	if p.locked() {
		root["PasswordProtected"] = true
	}
	return root
}

func (s *lockdownSession) startSession(r lockdownRequest) error {
	secure := s.device.secure(r.HostID)
	switch {
	case s.id != "":
		return s.deny(r, "SessionActive")
	case r.HostID == "":
		return s.deny(r, "MissingHostID")
	case secure == nil:
		return s.deny(r, "InvalidHostID")
	}
	id := newUUID()
	reply := dict{"Request": r.Request, "EnableSessionSSL": true, "SessionID": id}
	if err := s.say(reply, r.Request); err != nil {
		return err
	}
	s.id, s.secure = id, secure
	s.device.post(trustedHost)
	return s.startTLS(secure)
}

func (s *lockdownSession) stopSession(r lockdownRequest) error {
	switch {
	case s.id == "":
		return s.deny(r, "SessionInactive")
	case r.SessionID != s.id:
		return s.deny(r, "InvalidSessionID")
	}
	if err := s.say(dict{"Request": r.Request}, r.Request); err != nil {
		return err
	}
	s.id, s.secure = "", nil
	return s.stopTLS()
}

func (s *lockdownSession) startService(r lockdownRequest) error {
	message := dict{"Request": r.Request, "Service": r.Service}
	switch {
	case r.Service == anyoneService:
		message["Port"] = s.device.open(r.Service, nil)
	case s.id == "":
		message["Error"] = "SessionInactive"
	case r.Service == "":
		message["Error"] = "MissingService"
	case s.device.locked():
		message["Error"] = "PasswordProtected"
	case services[r.Service] == nil:
		message["Error"] = "InvalidService"
	default:
		message["Port"] = s.device.open(r.Service, s.secure)
		message["EnableServiceSSL"] = true
	}
	return s.say(message, r.Request, r.title())
}

// pairing handles Pair, ValidatePair and Unpair.
func (s *lockdownSession) pairing(r lockdownRequest) error {
	name := s.pair(r)
	if s.device.isReturning() {
		return net.ErrClosed
	}
	if name != "" {
		return s.deny(r, name)
	}
	message := dict{"Request": r.Request}
	if r.Request == "Pair" {
		message["EscrowBag"] = s.device.tray.keys.record.EscrowBag
	}
	return s.say(message, r.Request)
}

// pair carries out a pairing request. It returns a lockdown error name on failure.
func (s *lockdownSession) pair(r lockdownRequest) string {
	faults, answer := s.device.Faults, s.device.answered()
	switch {
	case r.PairRecord.HostID == "":
		return "MissingPairRecord"
	case r.Request == "ValidatePair" && s.device.secure(r.PairRecord.HostID) == nil:
		return "InvalidHostID"
	case r.Request == "ValidatePair":
		s.device.post(trustedHost)
		return ""
	case r.Request == "Unpair":
		s.device.forget(r.PairRecord.HostID)
		return ""
	case has(faults, PairingForbidden):
		return "MCProtected"
	case s.device.locked():
		return "PasswordProtected"
	case s.device.denies() || answer == "dont-trust":
		return "UserDeniedPairing"
	case has(faults, PairedByMux):
		if s.device.tryToPair() == 2 {
			s.device.pairWithMux()
		}
		return "PairingDialogResponsePending"
	}
	if dialog, ok := find(faults, TrustPending); ok && answer == "" && s.device.tryToPair() <= dialog.Count {
		return "PairingDialogResponsePending"
	}
	if s.device.trust(r.PairRecord) != nil {
		return "InvalidPairRecord"
	}
	s.device.post(trustedHost)
	s.device.leaveOnTrust()
	return ""
}

// newUUID returns a random UUID, the format of session IDs.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
