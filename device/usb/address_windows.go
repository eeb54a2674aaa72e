package usb

// Where Apple Mobile Device Service listens.
const (
	defaultNetwork = "tcp"
	defaultAddress = "127.0.0.1:27015"
)
