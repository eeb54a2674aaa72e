package backup

// Harm is what a fault does, and so what it means for the verdict.
type Harm uint8

const (
	HarmsCopy Harm = 1 << iota // the copy is not whole
	HarmsNext                  // the next backup to this folder will fail
	HidesCopy                  // whether the copy is whole cannot be told
)

// A Mode is one known way in which a backup is not as it should be. What it means for a
// person, and what to do about it, is in checks/faults.
type Mode struct {
	ID   string // kebab-case, never renamed
	Harm Harm
}

// Modes are all of them, in the order in which a proof lists them: what makes a copy
// useless first.
var Modes = []*Mode{
	folderGone, crafted, interruptedFirst, interruptedUpload, interruptedMove,
	statusMissing, statusUnreadable, propertiesUnreadable, manifestUnreadable, keybagInconsistent,
	infoMissing, blobMissing, partialByDesign, blobEmpty, blobTruncated, blobAltered, blobUnreadable, blobPadding, fileKey,
	rowUnreadable, stopped, noPermission, cloudPlaceholder, passwordNeeded, identityMismatch,
	diskFull, encryptionRequired,
	interruptedCleanup, snapshotLeft, manifestLog, blobLength, folderMisnamed, manifestHuge, old,
	orphan, encrypted, innerDatabaseDamaged, appFilesMissing,
}

var (
	folderGone           = &Mode{"folder-gone", HarmsCopy}
	crafted              = &Mode{"crafted", HarmsCopy}
	interruptedFirst     = &Mode{"interrupted-first", HarmsCopy}
	interruptedUpload    = &Mode{"interrupted-upload", HarmsCopy}
	interruptedMove      = &Mode{"interrupted-move", HarmsCopy}
	interruptedCleanup   = &Mode{"interrupted-cleanup", 0}
	snapshotLeft         = &Mode{"snapshot-left", 0}
	statusMissing        = &Mode{"status-missing", HarmsCopy}
	statusUnreadable     = &Mode{"status-unreadable", HarmsCopy | HarmsNext}
	propertiesUnreadable = &Mode{"properties-unreadable", HarmsCopy | HarmsNext}
	manifestUnreadable   = &Mode{"manifest-unreadable", HarmsCopy | HarmsNext}
	manifestLog          = &Mode{"manifest-log", 0}
	manifestHuge         = &Mode{"manifest-huge", 0}
	keybagInconsistent   = &Mode{"keybag-inconsistent", HarmsCopy | HarmsNext}
	infoMissing          = &Mode{"info-missing", HarmsCopy}
	blobMissing          = &Mode{"blob-missing", HarmsCopy}
	partialByDesign      = &Mode{"partial-by-design", HarmsCopy}
	blobEmpty            = &Mode{"blob-empty", HarmsCopy}
	blobTruncated        = &Mode{"blob-truncated", HarmsCopy}
	blobAltered          = &Mode{"blob-altered", HarmsCopy}
	blobUnreadable       = &Mode{"blob-unreadable", HarmsCopy}
	blobLength           = &Mode{"blob-length", 0}
	blobPadding          = &Mode{"blob-padding", HarmsCopy}
	fileKey              = &Mode{"file-key", HarmsCopy}
	rowUnreadable        = &Mode{"row-unreadable", HarmsCopy}
	orphan               = &Mode{"orphan", 0}
	identityMismatch     = &Mode{"identity-mismatch", HidesCopy}
	folderMisnamed       = &Mode{"folder-misnamed", 0}
	stopped              = &Mode{"stopped", HidesCopy}
	noPermission         = &Mode{"no-permission", HidesCopy}
	diskFull             = &Mode{"disk-full", HarmsNext}
	cloudPlaceholder     = &Mode{"cloud-placeholder", HidesCopy}
	passwordNeeded       = &Mode{"password-needed", HidesCopy}
	encrypted            = &Mode{"encrypted", 0}
	encryptionRequired   = &Mode{"encryption-required", HarmsNext}
	innerDatabaseDamaged = &Mode{"inner-database-damaged", 0}
	appFilesMissing      = &Mode{"app-files-missing", HarmsNext}
	old                  = &Mode{"old", 0}
)
