package sysdiagnose

// Bounds on an archive, many times what real ones need: some 500 MB, 3 GB unpacked, and
// 20,000 members.
const (
	maxMembers = 500_000
	maxBytes   = 64 << 30 // of all members
	maxName    = 4096     // bytes
	maxMember  = 16 << 20 // of a member that is held in memory
	maxCrashes = 1000

	maxShutdowns  = 100 // the newest
	maxExtensions = 100
	maxPadding    = 64 << 20 // behind the last member

	// Logs compress to about a tenth, and no single one unpacks to freeBytes. Archives of
	// more than maxRatio that go on beyond freeBytes hold nothing but the intent.
	maxRatio  = 100
	freeBytes = 1 << 30
)
