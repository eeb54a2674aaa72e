package sim

import (
	"crypto/tls"
	"io"
	"net"
	"slices"
	"time"

	"howett.net/plist"
)

// A conn is a client connection, to the mux or through it to a device. Everything is sent through
// reply, which applies the faults.
type conn struct {
	net.Conn                 // the current transport: raw, or TLS over it
	raw      net.Conn        // below any TLS
	closed   <-chan struct{} // closed with the tray, or when the device is detached
	faults   []Fault
	passed   map[Fault]int // replies let through by faults with After
	detach   func()        // unplugs the device
}

// reply sends a property list. places say where in the protocol this is; see Fault.
func (c *conn) reply(f framing, message dict, places ...string) error {
	fault := c.strikes(places)
	body, err := encode(fault, message)
	if err != nil {
		return err
	}
	return c.send(f, body, fault)
}

// strikes returns the first reply fault that is due at one of the places.
func (c *conn) strikes(places []string) Fault { return c.strikesAs(places, Kind.ofReply) }

// strikesAs returns the first fault of a matching kind that is due at one of the places.
func (c *conn) strikesAs(places []string, fits func(Kind) bool) Fault {
	for _, fault := range c.faults {
		if !fits(fault.Kind) || fault.At != "" && !slices.Contains(places, fault.At) {
			continue
		}
		if c.passed[fault] >= fault.After {
			return fault
		}
		if c.passed == nil {
			c.passed = map[Fault]int{}
		}
		c.passed[fault]++
	}
	return Fault{}
}

// encode encodes a reply, applying the faults that alter its content.
func encode(fault Fault, message dict) ([]byte, error) {
	format := plist.XMLFormat
	switch fault.Kind {
	case Refused:
		message = refuse(message, fault.Error)
	case WrongTypes:
		message = wrongTypes(message)
	case MissingKeys:
		message = missingKeys(message)
	case Numbered:
		message = dict{"MessageType": "Result", "Number": fault.Count}
	case OddValue:
		return oddValue(message, fault.Key, fault.Error)
	case BinaryPlist:
		format = plist.BinaryFormat
	}
	return encodeAs(fault, message, format)
}

// encodeAs encodes any message in the given format, applying the faults that suit every message.
func encodeAs(fault Fault, message any, format int) ([]byte, error) {
	switch fault.Kind {
	case Garbage:
		return []byte("garbage"), nil
	case Empty:
		return nil, nil
	case NoDict:
		return plist.Marshal("not a dictionary", format)
	case PlistBomb:
		return plistBomb(), nil
	case DeepXML:
		return deepXML(), nil
	}
	return plist.Marshal(message, format)
}

// send writes one framed body, applying the faults that alter the transmission.
func (c *conn) send(f framing, body []byte, fault Fault) error {
	length := uint64(len(body))
	if fault.Kind == Oversized {
		length = f.huge
	}
	frame := append(f.header(length), body...)
	switch fault.Kind {
	case Stall:
		if err := c.wait(fault.delay(0)); err != nil {
			return err
		}
	case Truncated:
		frame = frame[:len(frame)-(len(body)+1)/2]
	case HalfStall:
		if _, err := c.Write(frame[:len(frame)-(len(body)+1)/2]); err != nil {
			return err
		}
		return c.wait(0)
	case Reset:
		frame = frame[:min(fault.Count, len(frame))]
	case Trickle:
		return c.trickle(frame, fault.delay(30*time.Millisecond))
	case Detach:
		c.detach()
		return net.ErrClosed
	case Undersized:
		clear(frame[:4])
	case Twice:
		frame = slices.Repeat(frame, 2)
	}
	if _, err := c.Write(frame); err != nil {
		return err
	}
	switch fault.Kind {
	case Truncated:
		return io.ErrUnexpectedEOF
	case Reset:
		return c.reset()
	}
	return nil
}

// wait sleeps for delay, or without limit if that is 0. It returns early when the client
// disconnects or the connection is closed.
func (c *conn) wait(delay time.Duration) error {
	if delay == 0 {
		_, err := io.Copy(io.Discard, c.raw)
		if err == nil {
			err = io.EOF
		}
		return err
	}
	return sleep(delay, c.closed)
}

func (c *conn) trickle(frame []byte, pause time.Duration) error {
	for i := range frame {
		if err := sleep(pause, c.closed); err != nil {
			return err
		}
		if _, err := c.Write(frame[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// reset closes the connection abruptly, without a TLS or TCP shutdown.
func (c *conn) reset() error {
	if line, ok := c.raw.(*delayLine); ok {
		c.raw = line.Conn
	}
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // best effort: the connection is closed either way
	}
	c.raw.Close()
	return net.ErrClosed
}

// startTLS encrypts everything from here on.
func (c *conn) startTLS(config *tls.Config) error {
	switch fault := c.strikes([]string{"tls"}); {
	case fault.At != "tls":
	case fault.Kind == Stall:
		if err := c.wait(fault.delay(0)); err != nil {
			return err
		}
	case fault.Kind == Detach:
		c.detach()
		return net.ErrClosed
	default: // any other error ends the handshake
		return c.reset()
	}
	secure := tls.Server(&records{Conn: c.raw}, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	c.Conn = secure
	return nil
}

// stopTLS switches back to plaintext.
func (c *conn) stopTLS() error {
	secure, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	if err := secure.CloseWrite(); err != nil {
		return err
	}
	c.Conn = &afterTLS{Conn: c.raw}
	return c.raw.SetWriteDeadline(time.Time{}) // CloseWrite blocks further writes
}

// sleep returns after delay, or with net.ErrClosed as soon as closed is closed.
func sleep(delay time.Duration, closed <-chan struct{}) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-closed:
		return net.ErrClosed
	}
}
