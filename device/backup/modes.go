package backup

// A Mode is one known kind of fault in a backup. What it means to the user, and what to do
// about it, is in checks/faults.
type Mode struct {
	ID        string // kebab-case, never renamed
	NextFails bool   // the device refuses the next backup to the folder
}

// Modes are all modes, in the order in which a proof lists them: those that make a copy useless
// come first.
var Modes = []*Mode{
	folderGone, crafted, layoutUnread, decrypted, interruptedFirst, interruptedUpload, interruptedMove,
	statusMissing, statusUnreadable, propertiesUnreadable, manifestUnreadable, manifestKeysLost, keybagInconsistent, kindContradicted,
	infoMissing, blobMissing, partialByDesign, blobEmpty, blobTruncated, blobAltered, blobUnreadable, blobPadding, fileKey,
	rowUnreadable, recordMissing, notSent, notSentUnread, listIncomplete, innerDatabaseSuspect, changed, notProved, stopped, outOfTime, readFailed, computerLimit, noPermission, cloudPlaceholder, linked, passwordWrong, passwordNeeded, identityMismatch,
	encryptionRequired,
	littleSpace, interruptedCleanup, snapshotLeft, manifestLog, blobLength, folderMisnamed, manifestHuge, old, datedAhead, datesApart, blobLonger,
	orphan, encrypted, innerDatabaseDamaged, appFilesMissing,
}

var (
	folderGone           = &Mode{"folder-gone", false}
	crafted              = &Mode{"crafted", false}
	interruptedFirst     = &Mode{"interrupted-first", false}
	interruptedUpload    = &Mode{"interrupted-upload", false}
	interruptedMove      = &Mode{"interrupted-move", false}
	interruptedCleanup   = &Mode{"interrupted-cleanup", false}
	snapshotLeft         = &Mode{"snapshot-left", false}
	statusMissing        = &Mode{"status-missing", false}
	statusUnreadable     = &Mode{"status-unreadable", true}
	propertiesUnreadable = &Mode{"properties-unreadable", true}
	manifestUnreadable   = &Mode{"manifest-unreadable", true}
	manifestLog          = &Mode{"manifest-log", false}
	manifestHuge         = &Mode{"manifest-huge", false}
	keybagInconsistent   = &Mode{"keybag-inconsistent", true}
	infoMissing          = &Mode{"info-missing", false}
	blobMissing          = &Mode{"blob-missing", false}
	partialByDesign      = &Mode{"partial-by-design", false}
	blobEmpty            = &Mode{"blob-empty", false}
	blobTruncated        = &Mode{"blob-truncated", false}
	blobAltered          = &Mode{"blob-altered", false}
	blobUnreadable       = &Mode{"blob-unreadable", false}
	blobLength           = &Mode{"blob-length", false}
	blobPadding          = &Mode{"blob-padding", false}
	fileKey              = &Mode{"file-key", false}
	rowUnreadable        = &Mode{"row-unreadable", false}
	notSent              = &Mode{"not-sent", false}
	notSentUnread        = &Mode{"not-sent-unread", false} // only a copy made by this program
	orphan               = &Mode{"orphan", false}
	identityMismatch     = &Mode{"identity-mismatch", false}
	folderMisnamed       = &Mode{"folder-misnamed", false}
	stopped              = &Mode{"stopped", false}        // by the user
	outOfTime            = &Mode{"out-of-time", false}    //
	readFailed           = &Mode{"read-failed", false}    // the disk, or a network drive, reported an error
	computerLimit        = &Mode{"computer-limit", false} // memory, open files or disk space
	noPermission         = &Mode{"no-permission", false}
	littleSpace          = &Mode{"little-space", false} // on the disk that holds the backup
	cloudPlaceholder     = &Mode{"cloud-placeholder", false}
	linked               = &Mode{"link-not-followed", false}
	passwordNeeded       = &Mode{"password-needed", false}
	encrypted            = &Mode{"encrypted", false}
	encryptionRequired   = &Mode{"encryption-required", true}
	innerDatabaseDamaged = &Mode{"inner-database-damaged", false}
	appFilesMissing      = &Mode{"app-files-missing", true}
	old                  = &Mode{"old", false}
	datedAhead           = &Mode{"dated-ahead", false}
	datesApart           = &Mode{"dates-apart", false}
	layoutUnread         = &Mode{"layout-unread", false}
	decrypted            = &Mode{"decrypted-copy", false}
	manifestKeysLost     = &Mode{"manifest-keys-lost", false}
	kindContradicted     = &Mode{"encryption-contradicted", false}
	listIncomplete       = &Mode{"list-incomplete", false}
	innerDatabaseSuspect = &Mode{"inner-database-suspect", false}
	changed              = &Mode{"changed", false}
	passwordWrong        = &Mode{"password-wrong", false}
	blobLonger           = &Mode{"blob-longer", false}
	recordMissing        = &Mode{"record-missing", false} // of what arrived in a copy made by this program
	notProved            = &Mode{"not-proved", false}     // only a copy made by this program
)
