package faults

// Remedies shared by many modes. An old folder is never deleted first: it may be the only copy.
const (
	backUpAnew  = "Set the folder aside (backupdoctor backups set-aside), back the device up again, and delete the folder that was set aside only once backupdoctor verify calls the new backup whole."
	runAgain    = "If no backup is running, start it again: the device carries on where it stopped. If that fails, set the folder aside (backupdoctor backups set-aside) and back up once more."
	anotherCopy = "Make another copy that shares nothing with this one: backupdoctor backup --full. Remove this one (backupdoctor backups remove) only once that one is proved."
	newPassword = " If the password is lost, Reset All Settings on the device (iOS 11 and later) removes the password for the next backup; this one stays locked."
)

// table lists every known mode; those that make a copy useless come first.
var table = []Fault{
	{
		Mode: "folder-gone", Action: Look, Severity: Unusable,
		Title:  "The backup folder is no longer there",
		Remedy: "Connect the disk that held it again, or find out where the folder went; if it is lost, back the device up again.",
	},
	{
		Mode: "crafted", Severity: Unusable,
		Title:  "The folder was made by a tool that changes settings; it is no backup of a device",
		Remedy: "Do not rely on it as a backup. Move it out of the backup folder.",
	},
	{
		Mode: "layout-unread", Action: Look, Severity: Note,
		Title:  "The backup has a layout that this program cannot read",
		Remedy: "Use the program that made the backup to open it.",
	},
	{
		Mode: "decrypted-copy", Action: Look, Severity: Note,
		Title:  "This is a decrypted copy of an encrypted backup: it can be read, its digests cannot be compared, and it cannot be restored as it is",
		Remedy: "Keep the encrypted original, and verify that.",
	},
	{
		Mode: "interrupted-first", Action: StartOver, Severity: Unusable,
		Title:  "The first backup to this folder has not finished: there is no list of files yet, and no earlier backup beside it",
		Remedy: "If no backup is running, set the folder aside (backupdoctor backups set-aside) and back the device up again.",
	},
	{
		Mode: "interrupted-upload", Action: Again, Severity: Unusable,
		Title:  "The last backup has not finished: it was copying files, or still is",
		Remedy: runAgain,
	},
	{
		Mode: "interrupted-move", Action: Again, Severity: Unusable,
		Title:  "The last backup has not finished: it was replacing old files with new ones, or still is",
		Remedy: runAgain + " Do not restore from it as it is.",
	},
	{
		Mode: "status-missing", Action: BackUp, Severity: Unusable,
		Title:  "Status.plist is missing, so nothing shows that the backup finished",
		Remedy: "Back the device up again.",
	},
	{
		Mode: "status-unreadable", Action: StartOver, Severity: Unusable,
		Title:  "Status.plist cannot be understood",
		Remedy: backUpAnew,
	},
	{
		Mode: "properties-unreadable", Action: StartOver, Severity: Unusable,
		Title:  "Manifest.plist is missing, empty or not readable: it says whether the backup is encrypted, and holds the keys if it is",
		Remedy: backUpAnew,
	},
	{
		Mode: "manifest-unreadable", Action: StartOver, Severity: Unusable,
		Title:  "The list of files is missing, empty, truncated or damaged",
		Remedy: backUpAnew,
	},
	{
		Mode: "manifest-keys-lost", Action: StartOver, Severity: Unusable,
		Title:  "The list of files is not readable without Manifest.plist, which holds the key to it if it is encrypted",
		Remedy: "Bring Manifest.plist back from another copy of this folder, if there is one. " + backUpAnew,
	},
	{
		Mode: "keybag-inconsistent", Action: StartOver, Severity: Unusable,
		Title:  "The backup is encrypted, and the keys to it are missing or damaged",
		Remedy: backUpAnew,
	},
	{
		Mode: "encryption-contradicted", Action: StartOver, Severity: Suspicious,
		Title:  "Manifest.plist and the records contradict each other on whether the backup is encrypted",
		Remedy: "Do not restore from it as it is. " + backUpAnew,
	},
	{
		Mode: "info-missing", Action: StartOver, Severity: Unusable,
		Title:  "Info.plist is missing or not readable, so Finder and other programs do not recognize the backup; its files may all be there",
		Remedy: backUpAnew,
	},
	{
		Mode: "blob-missing", Action: StartOver, Severity: Loss,
		Title:  "Files that the manifest lists are missing",
		Remedy: backUpAnew,
	},
	{
		Mode: "partial-by-design", Severity: Note,
		Title:  "All files of several apps are missing and nothing else is; it looks like a backup made without them",
		Remedy: "If everything is wanted, make a full backup with Finder, iTunes or Apple Devices.",
	},
	{
		Mode: "blob-empty", Action: StartOver, Severity: Loss,
		Title:  "Files are stored empty that were recorded with contents",
		Remedy: backUpAnew,
	},
	{
		Mode: "blob-truncated", Action: StartOver, Severity: Loss,
		Title:  "Files are shorter than they must be",
		Remedy: "Check the disk. " + backUpAnew,
	},
	{
		Mode: "blob-altered", Action: StartOver, Severity: Loss,
		Title:  "Files are not stored as the device sent them",
		Remedy: "Check the disk. " + backUpAnew,
	},
	{
		Mode: "blob-unreadable", Action: StartOver, Severity: Loss,
		Title:  "Files cannot be read from the disk",
		Remedy: "Check the disk. " + backUpAnew,
	},
	{
		Mode: "blob-padding", Action: StartOver, Severity: Loss,
		Title:  "Encrypted files do not end in valid padding",
		Remedy: backUpAnew,
	},
	{
		Mode: "file-key", Action: StartOver, Severity: Loss,
		Title:  "Keys of files cannot be unwrapped",
		Remedy: backUpAnew,
	},
	{
		Mode: "row-unreadable", Action: StartOver, Severity: Loss,
		Title:  "Entries in the list of files are damaged or contradict themselves",
		Remedy: backUpAnew,
	},
	{
		Mode: "record-missing", Action: BackUp, Severity: Suspicious,
		Title:  "What arrived of these files is not known: the records kept with the copy are missing or damaged",
		Remedy: "Check the disk, and make a new copy with backupdoctor backup --full.",
	},
	{
		Mode: "not-sent", Action: Look, Severity: Loss,
		Title:  "The device could not read files of its own, so they are not in the backup",
		Remedy: "Keep the backup before this one, which may have them. Restart the device and make another backup.",
	},
	{
		Mode: "not-sent-unread", Action: BackUp, Severity: Suspicious,
		Title:  "The record of the files that the device did not send could not be read, so whether any are missing is not known",
		Remedy: "Check the disk, and make a new copy with backupdoctor backup --full.",
	},
	{
		Mode: "list-incomplete", Action: StartOver, Severity: Suspicious,
		Title:  "Nothing shows that the list of files is complete",
		Remedy: backUpAnew,
	},
	{
		Mode: "inner-database-suspect", Severity: Suspicious,
		Title:  "A database in the backup is damaged, and no digest tells whether that happened on the device or since",
		Remedy: "Look at the app it belongs to on the device. If it works there, back the device up again.",
	},
	{
		Mode: "changed", Action: Look, Severity: Note,
		Title:  "The folder changed while it was verified",
		Remedy: "Wait until nothing writes to it, and verify it again.",
	},
	{
		Mode: "not-proved", Action: Look, Severity: Note,
		Title:  "The copy was never proved, or its lists and folders have changed since",
		Remedy: "Read it again with backupdoctor verify, and its password if it is encrypted.",
	},
	{
		Mode: "stopped", Action: Look, Severity: Note,
		Title:  "The examination of the backup was stopped before it finished",
		Remedy: "Examine it again, and let it finish.",
	},
	{
		Mode: "out-of-time", Action: Look, Severity: Note,
		Title:  "The examination of the backup did not finish in the time allowed",
		Remedy: "Examine it again, with a longer --timeout or --deadline.",
	},
	{
		Mode: "read-failed", Action: Look, Severity: Note,
		Title:  "The disk or network drive that holds the backup failed while it was read",
		Remedy: "Check the disk and its cable, and examine the backup again. If it fails again, copy the folder to another disk and verify that copy.",
	},
	{
		Mode: "computer-limit", Action: Look, Severity: Note,
		Title:  "This computer ran out of memory, open files or disk space while it examined the backup",
		Remedy: "Close other programs, or free disk space, and examine it again. If no temporary copy could be made, set TMPDIR (on Windows, TMP) to a folder that you may write to.",
	},
	{
		Mode: "no-permission", Action: Look, Severity: Unusable,
		Title:  "This program is not permitted to read parts of the backup",
		Remedy: "On a Mac, allow the terminal Full Disk Access in System Settings > Privacy & Security; elsewhere, give your user the right to read the folder. Then examine it again.",
	},
	{
		Mode: "cloud-placeholder", Action: Look, Severity: Loss,
		Title:  "Files are only placeholders: a cloud drive keeps their contents elsewhere",
		Remedy: "Take the backup folder out of the cloud drive, download everything, and examine it again.",
	},
	{
		Mode: "link-not-followed", Action: Look, Severity: Suspicious,
		Title:  "Parts of the backup are links, and links are not followed",
		Remedy: "Make a copy of the backup that has the files themselves in place of the links (cp -RL on macOS and Linux), and verify the copy.",
	},
	{
		Mode: "password-wrong", Action: Look, Severity: Note,
		Title:  "The backup is encrypted and was not opened",
		Remedy: "Verify it again with the right password." + newPassword,
	},
	{
		Mode: "password-needed", Action: Look, Severity: Note,
		Title:  "The list of files is encrypted, and no password was given",
		Remedy: "Verify it again with the backup password." + newPassword,
	},
	{
		Mode: "identity-mismatch", Severity: Suspicious,
		Title:  "Info.plist and Manifest.plist name different devices",
		Remedy: "Find out which device the folder belongs to before relying on it, and back both devices up again.",
	},
	{
		Mode: "encryption-required", Severity: Unusable,
		Title:  "Management asks for encrypted backups, and this one is not",
		Remedy: "If the backup is whole, set it aside first (backupdoctor backups set-aside): setting a password starts a backup at once, which overwrites it. Then set the password in Finder, iTunes or Apple Devices.",
	},
	{
		Mode: "little-space", Severity: Suspicious,
		Title:  "The disk that holds the backup has little free space",
		Remedy: "Before the next backup, free space on that disk, or move the folder of backups to a larger one.",
	},
	{
		Mode: "interrupted-cleanup", Action: Again, Severity: Suspicious,
		Title:  "The last backup was removing files that it no longer needs, or still is",
		Remedy: runAgain,
	},
	{
		Mode: "snapshot-left", Action: Again, Severity: Suspicious,
		Title:  "A Snapshot folder was left behind although the backup is marked as finished",
		Remedy: "Close programs that have the folder open, check its permissions and back up again. If the backup then fails, set the whole folder aside (backupdoctor backups set-aside) and back up once more.",
	},
	{
		Mode: "manifest-log", Severity: Suspicious,
		Title:  "Changes to the list of files were never merged into it; they were read as well",
		Remedy: "Keep Manifest.db and Manifest.db-wal together, and back up again.",
	},
	{
		Mode: "blob-length", Action: Look, Severity: Suspicious,
		Title:  "Files are not as long as recorded, and this examination could not tell whether they are right",
		Remedy: "Verify with --deep and, if the backup is encrypted, with its password.",
	},
	{
		Mode: "folder-misnamed", Severity: Suspicious,
		Title:  "The folder is not named after the device in it, so Finder and iTunes ignore it",
		Remedy: "To restore from it, give the folder the device's identifier as its name again.",
	},
	{
		Mode: "manifest-huge", Severity: Suspicious,
		Title:  "The list of files is larger than 1 GiB: incremental backups are known to stall or fail at that size; full ones work",
		Remedy: "Look at the app with the most files: emptying its cache, or offloading it, shortens the list.",
	},
	{
		Mode: "old", Action: BackUp, Severity: Suspicious,
		Title:  "The backup is old",
		Remedy: "Back the device up again.",
	},
	{
		Mode: "dated-ahead", Severity: Suspicious,
		Title:  "The backup is dated in the future, so its age is not known",
		Remedy: "Check the date of this computer and of the device, and back the device up again once both are right.",
	},
	{
		Mode: "dates-apart", Action: BackUp, Severity: Suspicious,
		Title:  "Status.plist and Manifest.plist are dated days apart, so one of them may be of another backup",
		Remedy: "Put the right one back if either was taken from another folder; otherwise back the device up again.",
	},
	{
		Mode: "blob-longer", Severity: Note,
		Title: "Files are longer than recorded and carry no digest; one that grew during the backup looks the same",
	},
	{
		Mode: "orphan", Severity: Note,
		Title:  "Files named like those of a backup are in the folder and not in the list of files",
		Remedy: "The next backup cleans up.",
	},
	{
		Mode: "encrypted", Severity: Note,
		Title: "The backup is encrypted; a password set long ago, or on an earlier device, is still valid",
	},
	{
		Mode: "inner-database-damaged", Severity: Note,
		Title:  "A database in the backup is damaged, and its digest is right: it is damaged on the device, too",
		Remedy: "Look on the device at the app it belongs to.",
	},
	{
		Mode: "app-files-missing", Severity: Unusable,
		Title:  "The device's own record says that files of an app were missing on it; nothing in the folder shows that",
		Remedy: "Offload or delete that app on the device, install it again, and back up.",
	},
}
