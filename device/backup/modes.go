package backup

import "github.com/backupdoctor/backupdoctor/device"

// Severity is how grave a fault is.
type Severity string

const (
	Unusable   Severity = "unusable"   // the copy cannot be used, or the next backup will fail
	Loss       Severity = "loss"       // part of the data is lost
	Suspicious Severity = "suspicious" // worth a look; nothing is lost by itself
	Note       Severity = "note"       // no fault
)

// Harm is what a fault does, and so what it means for the verdict.
type Harm uint8

const (
	HarmsCopy Harm = 1 << iota // the copy is not whole
	HarmsNext                  // the next backup to this folder will fail
	HidesCopy                  // whether the copy is whole cannot be told
)

// A Mode is one known way in which a backup is not as it should be.
type Mode struct {
	ID       string // kebab-case, never renamed
	Title    string // what is, as a statement
	Severity Severity
	Harm     Harm
	Remedy   string // imperative; "" where there is nothing to do
}

// describe writes what a mode is into a fault.
func (m *Mode) describe(fault *device.BackupFault) {
	fault.Mode, fault.Title, fault.Severity, fault.Remedy = m.ID, m.Title, string(m.Severity), m.Remedy
}

// The remedies that many modes share. An old folder is never deleted first: it may be the
// only copy there is.
const (
	backUpAgain = "Rename the backup's folder, back the device up again, and delete the renamed folder only once the new backup is proved whole."
	runAgain    = "Start the backup again: the device carries on where it stopped. If that fails, rename the folder and back up once more."
)

// Modes are all of them, in the order in which a report names them: what makes a copy
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
	folderGone = &Mode{
		"folder-gone", "The folder of the backup is not there any more", Unusable, HarmsCopy,
		"Look where the folder went, or back the device up again.",
	}
	crafted = &Mode{
		"crafted", "The folder was made by a tool that changes settings; it is no backup of a device", Unusable, HarmsCopy,
		"Do not count it as a backup. Move it out of the backup folder.",
	}
	interruptedFirst = &Mode{
		"interrupted-first", "The first backup to this folder never ended: neither its status nor its manifest was written", Unusable, HarmsCopy,
		"Rename the folder and back the device up again.",
	}
	interruptedUpload = &Mode{
		"interrupted-upload", "The last backup was cut off while files were being copied; the one before it is mostly intact", Unusable, HarmsCopy,
		runAgain,
	}
	interruptedMove = &Mode{
		"interrupted-move", "The last backup was cut off while new files replaced old ones, so both are mixed", Unusable, HarmsCopy,
		runAgain + " Do not restore from it as it is.",
	}
	interruptedCleanup = &Mode{
		"interrupted-cleanup", "The last backup was cut off while it removed what it no longer needs; its files are in place", Suspicious, 0,
		runAgain,
	}
	snapshotLeft = &Mode{
		"snapshot-left", "A Snapshot folder was left behind although the backup is marked as finished", Suspicious, 0,
		"Close programs that have the folder open, check its permissions and back up again. If the backup then fails, rename the whole folder and start a new one.",
	}
	statusMissing = &Mode{
		"status-missing", "Status.plist is missing, so nothing says that the backup ended; the next one will be a full one", Unusable, HarmsCopy,
		"Back the device up again.",
	}
	statusUnreadable = &Mode{
		"status-unreadable", "Status.plist cannot be understood", Unusable, HarmsCopy | HarmsNext,
		backUpAgain,
	}
	propertiesUnreadable = &Mode{
		"properties-unreadable", "Manifest.plist is missing, empty or cannot be understood; beside a good Status.plist, the device refuses the next backup over it", Unusable, HarmsCopy | HarmsNext,
		backUpAgain,
	}
	manifestUnreadable = &Mode{
		"manifest-unreadable", "The list of files is missing, empty, cut or damaged; beside a good Status.plist, the device refuses the next backup over it", Unusable, HarmsCopy | HarmsNext,
		backUpAgain,
	}
	manifestLog = &Mode{
		"manifest-log", "Changes to the list of files were never merged into it; they were read along", Suspicious, 0,
		"Keep Manifest.db and Manifest.db-wal together, and back up again.",
	}
	manifestHuge = &Mode{
		"manifest-huge", "The list of files is uncommonly large, which makes backups very slow", Suspicious, 0,
		"Look at the app with the most files: emptying its cache, or offloading it, shortens the list.",
	}
	keybagInconsistent = &Mode{
		"keybag-inconsistent", "The backup is encrypted, and the keys to it are missing or damaged", Unusable, HarmsCopy | HarmsNext,
		backUpAgain,
	}
	infoMissing = &Mode{
		"info-missing", "Info.plist is missing or cannot be understood, so Finder and iTunes do not list the backup; its files are not concerned", Unusable, HarmsCopy,
		backUpAgain,
	}
	blobMissing = &Mode{
		"blob-missing", "Files that the manifest lists are missing", Loss, HarmsCopy,
		backUpAgain,
	}
	partialByDesign = &Mode{
		"partial-by-design", "All files of several apps are missing and nothing else is: a tool was told to leave them out", Note, HarmsCopy,
		"If everything is wanted, make a full backup with Finder, iTunes or Apple Devices.",
	}
	blobEmpty = &Mode{
		"blob-empty", "Files are stored empty that are not", Loss, HarmsCopy,
		backUpAgain,
	}
	blobTruncated = &Mode{
		"blob-truncated", "Files are shorter than they must be", Loss, HarmsCopy,
		"Check the disk. " + backUpAgain,
	}
	blobAltered = &Mode{
		"blob-altered", "Files are not the bytes that the device sent", Loss, HarmsCopy,
		"Check the disk. " + backUpAgain,
	}
	blobUnreadable = &Mode{
		"blob-unreadable", "Files cannot be read from the disk", Loss, HarmsCopy,
		"Check the disk. " + backUpAgain,
	}
	blobLength = &Mode{
		"blob-length", "Files have another length than recorded; a file that grows while it is copied does, too", Suspicious, 0,
		"Verify with --deep and, if the backup is encrypted, with its password.",
	}
	blobPadding = &Mode{
		"blob-padding", "Encrypted files do not end as they must, which makes a restore stop", Loss, HarmsCopy,
		"Do not restore a backup that was edited. " + backUpAgain,
	}
	fileKey = &Mode{
		"file-key", "The keys of files do not open", Loss, HarmsCopy,
		backUpAgain,
	}
	rowUnreadable = &Mode{
		"row-unreadable", "Entries of the manifest cannot be understood", Loss, HarmsCopy,
		backUpAgain,
	}
	orphan = &Mode{
		"orphan", "Files lie in the folder that the manifest does not list; they take up room and do no harm", Note, 0,
		"The next backup cleans up.",
	}
	identityMismatch = &Mode{
		"identity-mismatch", "Info.plist and Manifest.plist name different devices: folders were mixed", Suspicious, HidesCopy,
		"Find out which device the folder belongs to before relying on it, and back both devices up again.",
	}
	folderMisnamed = &Mode{
		"folder-misnamed", "The folder is not named after the device in it, so that Finder and iTunes pass it by", Suspicious, 0,
		"To restore from it, give the folder the device's identifier as its name again.",
	}
	stopped = &Mode{
		"stopped", "The look at the backup was stopped before its end", Note, HidesCopy,
		"Look again, and let it come to its end.",
	}
	noPermission = &Mode{
		"no-permission", "Parts of the backup may not be read by this program", Unusable, HidesCopy,
		"On a Mac, allow the terminal Full Disk Access in System Settings > Privacy & Security; elsewhere, give your user the right to read the folder. Then look again.",
	}
	diskFull = &Mode{
		"disk-full", "The disk that holds the backup is full", Unusable, HarmsNext,
		"Free space on that disk, or move the backup folder to a larger one.",
	}
	cloudPlaceholder = &Mode{
		"cloud-placeholder", "Files are only placeholders: a cloud drive keeps their contents elsewhere", Loss, HidesCopy,
		"Take the backup folder out of the cloud drive, have everything downloaded, and look again.",
	}
	passwordNeeded = &Mode{
		"password-needed", "The backup is encrypted and was not opened, so its list of files stays closed", Note, HidesCopy,
		"Look again with the backup password.",
	}
	encrypted = &Mode{
		"encrypted", "The backup is encrypted; a password set long ago, or on an earlier device, still holds", Note, 0, "",
	}
	encryptionRequired = &Mode{
		"encryption-required", "Management asks for encrypted backups, and this one is not", Unusable, HarmsNext,
		"Set a backup password in Finder, iTunes or Apple Devices, and back up again.",
	}
	innerDatabaseDamaged = &Mode{
		"inner-database-damaged", "A database in the backup is damaged although it is stored as the device sent it: it is damaged on the device, too", Note, 0,
		"Look on the device at the app it belongs to.",
	}
	appFilesMissing = &Mode{
		"app-files-missing", "The device's own record says that files of an app were missing on it; nothing in the folder shows that", Unusable, HarmsNext,
		"Offload or delete that app on the device, install it again, and back up.",
	}
	old = &Mode{
		"old", "The backup is old", Suspicious, 0,
		"Back the device up again.",
	}
)
