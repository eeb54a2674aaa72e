package hub

// The connections of a hub leave at least a quarter of the file descriptors for the database, the
// streams and the other nodes: benches have half of them, and pages a quarter, a quarter of which may
// be used without signing in. A limit of 0 means that there is none.

// benchPlaces returns how many connections the address for benches accepts with a limit on open
// files, 0 for any number.
func benchPlaces(files int) int {
	if files == 0 {
		return 0
	}
	return max(files/2, 1)
}

// mostPages is the usual number of connections to the pages.
const mostPages = 256

// pagePlaces returns how many connections the pages accept with a limit on open files, and how many
// of them from clients that have not signed in.
func pagePlaces(files int) (all, anonymous int) {
	all = mostPages
	if files > 0 {
		all = max(min(files/4, mostPages), 4)
	}
	return all, all / 4
}
