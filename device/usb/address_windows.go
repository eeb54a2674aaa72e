package usb

// The default address of Apple Mobile Device Service.
const (
	defaultNetwork = "tcp"
	defaultAddress = "127.0.0.1:27015"
)
