package sim

// HubLocation returns the LocationID that macOS assigns to a port, from 1 to 30, of a large hub,
// from 1 to 15: the bus in the first byte, followed by one hexadecimal digit per port on the
// path. Such a hub is a chain of seven-port chips, the seventh port of each leading to the next
// chip, so the locations of its ports are ascending but not evenly spaced.
func HubLocation(hub, port int) uint32 {
	const (
		bus     = 0x14
		ownPort = 6 // per chip
	)
	location, shift := uint32(bus<<24|hub<<20), 16
	for ; port > ownPort && shift > 0; port -= ownPort {
		location |= (ownPort + 1) << shift
		shift -= 4
	}
	return location | uint32(port)<<shift
}
