package sysdiagnose

// Limits of an archive. Real ones need far less: some 500 MB, 3 GB unpacked, and 20,000
// members.
const (
	maxMembers = 500_000
	maxBytes   = 64 << 30 // total size of all members
	maxName    = 4096     // bytes
	maxMember  = 16 << 20 // size of a member held in memory
	maxCrashes = 1000

	maxShutdowns  = 100 // the newest are kept
	maxExtensions = 100
	maxPadding    = 64 << 20 // after the last member

	// Logs compress to about a tenth, and no single one unpacks to freeBytes. An archive
	// that exceeds both freeBytes and maxRatio is a decompression bomb.
	maxRatio  = 100
	freeBytes = 1 << 30
)
