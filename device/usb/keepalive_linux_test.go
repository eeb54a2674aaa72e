package usb

import (
	"net"
	"syscall"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

// If the computer that runs usbmuxd is gone, nothing arrives, not even an error: the system must
// probe the connection and give up within a minute.
func TestSilentTCPIsProbed(t *testing.T) {
	listener, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	mux, err := Client{Address: listener.Addr().String()}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer mux.Close()
	raw, err := mux.raw.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	option := func(level, name int) (value int) {
		if err := raw.Control(func(fd uintptr) {
			if value, err = syscall.GetsockoptInt(int(fd), level, name); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Error(err)
		}
		return value
	}
	if option(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE) == 0 {
		t.Error("silence is not probed")
	}
	idle, interval, count := option(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), option(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT)
	if after := idle + interval*count; after == 0 || after > 60 {
		t.Errorf("a computer that is gone is noticed after %d s", after)
	}
}
