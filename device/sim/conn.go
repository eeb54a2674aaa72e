package sim

import (
	"crypto/tls"
	"io"
	"net"
	"slices"
	"time"

	"howett.net/plist"
)

// A conn is a client's connection, to the mux or through it to a device. Everything
// sent goes through reply, where faults strike.
type conn struct {
	net.Conn                 // what to read from and write to: raw, or TLS over it
	raw      net.Conn        // below any TLS
	closed   <-chan struct{} // closed with the tray, or when the device is detached
	faults   []Fault
	passed   map[Fault]int // replies that a fault with After has let pass
	detach   func()        // unplugs the device
}

// reply sends a property list. places are where in the conversation this is, see Fault.
func (c *conn) reply(f framing, message dict, places ...string) error {
	fault := c.strikes(places)
	body, err := encode(fault, message)
	if err != nil {
		return err
	}
	return c.send(f, body, fault)
}

// strikes is the first fault of a reply that is due at one of the places.
func (c *conn) strikes(places []string) Fault { return c.strikesAs(places, Kind.ofReply) }

// strikesAs is the first fault of some kinds that is due at one of the places.
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

// encode makes a reply's bytes, with the faults that are in them.
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

// encodeAs makes the bytes of any message in a format, with the faults that fit every message.
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

// send writes one framed body, with the faults that are in the sending.
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

// wait does nothing for a time, or for ever if that is 0: until the client hangs up, or
// the connection is closed from this side.
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

// reset breaks the connection off without the goodbyes of TLS and TCP.
func (c *conn) reset() error {
	if line, ok := c.raw.(*delayLine); ok {
		c.raw = line.Conn
	}
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // only a nicety: the connection is closed either way
	}
	c.raw.Close()
	return net.ErrClosed
}

// startTLS makes everything after it encrypted.
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
	default: // whatever else is wrong, it ends the handshake
		return c.reset()
	}
	secure := tls.Server(&records{Conn: c.raw}, config)
	if err := secure.Handshake(); err != nil {
		return err
	}
	c.Conn = secure
	return nil
}

// stopTLS makes everything after it plain again.
func (c *conn) stopTLS() error {
	secure, ok := c.Conn.(*tls.Conn)
	if !ok {
		return nil
	}
	if err := secure.CloseWrite(); err != nil {
		return err
	}
	c.Conn = &afterTLS{Conn: c.raw}
	return c.raw.SetWriteDeadline(time.Time{}) // CloseWrite lets no more be written
}

// sleep returns after a time, or with net.ErrClosed as soon as closed is.
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
