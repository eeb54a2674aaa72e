//go:build unix

package main

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

// criticalPath returns how long a device takes to answer what a scan asks its lockdownd: the median
// time of a client that sends the same requests, each after the reply to the one before, and does
// nothing else. Connecting and the TLS handshake belong to it.
func criticalPath(b *testing.B, address, udid string, requests []sim.Request) time.Duration {
	b.Helper()
	const times = 20
	took := make([]time.Duration, times)
	for n := range took {
		took[n] = replay(b, address, udid, requests)
	}
	return quantile(took, 0.5)
}

// replay sends the requests once. The device's number and its pair record are read before.
func replay(b *testing.B, address, udid string, requests []sim.Request) time.Duration {
	b.Helper()
	mux := dialMux(b, address)
	var listed struct {
		DeviceList []struct {
			DeviceID   int
			Properties struct{ SerialNumber string }
		}
	}
	askMux(b, mux, map[string]any{"MessageType": "ListDevices"}, &listed)
	number := -1
	for _, entry := range listed.DeviceList {
		if entry.Properties.SerialNumber == udid {
			number = entry.DeviceID
		}
	}
	var pairing struct{ PairRecordData []byte }
	askMux(b, dialMux(b, address), map[string]any{"MessageType": "ReadPairRecord", "PairRecordID": udid}, &pairing)
	var record struct {
		HostID, SystemBUID              string
		HostCertificate, HostPrivateKey []byte
	}
	if _, err := plist.Unmarshal(pairing.PairRecordData, &record); err != nil {
		b.Fatal(err)
	}
	own, err := tls.X509KeyPair(record.HostCertificate, record.HostPrivateKey)
	if err != nil {
		b.Fatal(err)
	}
	messages := make([][]byte, len(requests))
	for n, r := range requests {
		messages[n] = lockdownMessage(b, r.Name, record.HostID, record.SystemBUID)
	}

	conn := dialMux(b, address)
	start := time.Now()
	const lockdownd = 62078
	var connected struct{ Number uint64 }
	askMux(b, conn, map[string]any{"MessageType": "Connect", "DeviceID": number, "PortNumber": lockdownd>>8 | lockdownd&0xff<<8}, &connected)
	if connected.Number != 0 {
		b.Fatalf("Connect: %d", connected.Number)
	}
	for n, message := range messages {
		reply := ask(b, conn, message)
		if strings.HasPrefix(requests[n].Name, "StartSession") {
			if !bytes.Contains(reply, []byte("<key>EnableSessionSSL</key>")) {
				b.Fatalf("StartSession: %s", reply)
			}
			secure := tls.Client(conn, &tls.Config{
				Certificates:       []tls.Certificate{own},
				InsecureSkipVerify: true, // the simulated device's
				CurvePreferences:   []tls.CurveID{tls.X25519},
			})
			if err := secure.Handshake(); err != nil {
				b.Fatal(err)
			}
			conn = secure
		}
	}
	return time.Since(start)
}

// lockdownMessage is a request to lockdownd with its length, from the name under which the simulator
// lists it.
func lockdownMessage(b *testing.B, name, hostID, systemBUID string) []byte {
	b.Helper()
	request, of, _ := strings.Cut(name, " ")
	message := map[string]any{"Label": "bench", "Request": request}
	switch request {
	case "StartSession":
		message["HostID"], message["SystemBUID"] = hostID, systemBUID
	case "StartService":
		message["Service"] = of
	case "GetValue":
		domain, key, _ := strings.Cut(of, "/")
		if domain != "" {
			message["Domain"] = domain
		}
		if key != "" {
			message["Key"] = key
		}
	}
	body, err := plist.Marshal(message, plist.XMLFormat)
	if err != nil {
		b.Fatal(err)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// ask sends a message to lockdownd and returns its reply.
func ask(b *testing.B, conn net.Conn, message []byte) []byte {
	b.Helper()
	if _, err := conn.Write(message); err != nil {
		b.Fatal(err)
	}
	var length [4]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		b.Fatal(err)
	}
	reply := make([]byte, binary.BigEndian.Uint32(length[:]))
	if _, err := io.ReadFull(conn, reply); err != nil {
		b.Fatal(err)
	}
	return reply
}

func dialMux(b *testing.B, address string) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn
}

// askMux sends a message to usbmuxd, and decodes its reply.
func askMux(b *testing.B, conn net.Conn, message map[string]any, reply any) {
	b.Helper()
	const headLength, version, plistMessage = 16, 1, 8
	body, err := plist.Marshal(message, plist.XMLFormat)
	if err != nil {
		b.Fatal(err)
	}
	head := make([]byte, headLength)
	for n, field := range []uint32{headLength + uint32(len(body)), version, plistMessage, 1} {
		binary.LittleEndian.PutUint32(head[4*n:], field)
	}
	if _, err := conn.Write(append(head, body...)); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(conn, head); err != nil {
		b.Fatal(err)
	}
	body = make([]byte, binary.LittleEndian.Uint32(head)-headLength)
	if _, err := io.ReadFull(conn, body); err != nil {
		b.Fatal(err)
	}
	if _, err := plist.Unmarshal(body, reply); err != nil {
		b.Fatal(err)
	}
}
