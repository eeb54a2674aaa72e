package sim

// HubLocation is the LocationID of a port, from 1, of a hub with many ports, from 1 to 15, as
// macOS gives it: the bus in the first byte, and then one hexadecimal digit for each port on
// the way. Such a hub is a chain of chips with seven ports, of which the seventh leads to the
// next chip, so the locations of its ports are in order, but not evenly spaced. A chain has
// room for 30 ports.
func HubLocation(hub, port int) uint32 {
	const (
		bus     = 0x14
		ownPort = 6 // of each chip
	)
	location, shift := uint32(bus<<24|hub<<20), 16
	for ; port > ownPort && shift > 0; port -= ownPort {
		location |= (ownPort + 1) << shift
		shift -= 4
	}
	return location | uint32(port)<<shift
}
