package codes

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// The ways in which computer programs say that a backup was not made. "back up" in two words is
// the verb, so a sentence about a restore, which mentions the backup, does not match.
var notBackedUp = []string{
	"not back up", "n't back up", "not be backed up", "n't be backed up", "not backed up",
	"not backup", "n't backup", "unable to back up", "unable to backup", "failed to back up", "failed to backup",
}

// onThisComputer gives the ways to name the computer one spelling.
var onThisComputer = strings.NewReplacer(
	"the computer", "this computer", "your computer", "this computer", "this pc", "this computer", "the pc", "this computer", "your pc", "this computer",
	"this mac", "this computer", "the mac", "this computer", "your mac", "this computer", "my mac", "this computer", "my pc", "this computer", "my computer", "this computer",
)

// computerPrograms make or restore backups on a computer.
var computerPrograms = []string{"itunes", "finder", "apple devices", "idevicebackup", "pymobiledevice", "imazing", "this computer"}

// ofComputer reports whether a folded text speaks of a computer or of one of its programs.
func ofComputer(text string) bool {
	text = onThisComputer.Replace(text)
	return slices.ContainsFunc(computerPrograms, func(program string) bool { return strings.Contains(text, program) })
}

// computerMessagesIn finds the messages of computer programs in a text, given folded and in plain
// form.
func computerMessagesIn(text, plainText string) []Meaning {
	found := saidIn(onThisComputer.Replace(text), plainText, computerMessages)
	if len(found) == 0 && ofComputer(text) {
		return saidIn(text, plainText, notBackedUpAtAll)
	}
	return found
}

// notBackedUpAtAll is what a computer program says for any cause without a message of its own.
var notBackedUpAtAll = []message{{words: with(notBackedUp), meaning: anyComputerError}}

var anyComputerError = Meaning{
	Message:          "The iPhone could not be backed up because an error occurred",
	Vague:            true,
	InComputerBackup: "The message for any cause without a message of its own. A number after it says more.",
	Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.ReconnectToComputer, remedies.UpdateComputer},
	Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
}

// with combines each of some phrases with others.
func with(phrases []string, others ...string) [][]string {
	var lists [][]string
	for _, phrase := range phrases {
		lists = append(lists, append([]string{phrase}, others...))
	}
	return lists
}

// computerMessages are the messages of Finder, iTunes and Apple Devices about backups to a
// computer, the most specific first.
var computerMessages = []message{
	{
		words: with(notBackedUp, "corrupt or not compatible"),
		meaning: Meaning{
			Message:          "The iPhone could not be backed up because the backup was corrupt or not compatible",
			InComputerBackup: "The device did not accept the older backup in the folder, on which the new one would build. A new backup fails each time until that folder is set aside.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.SetAsideLocalBackup, remedies.UpdateComputer},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp, remedies.ImobiledeviceOldBackup},
		},
	},
	{
		words: [][]string{{"not be saved on this computer"}, {"n't be saved on this computer"}, {"not be saved to this computer"}, {"n't be saved to this computer"}},
		meaning: Meaning{
			Message:          "The backup could not be saved on the computer",
			InComputerBackup: "The computer could not write into the folder of the backup: the disk is full, the folder or a file in it may not be written, another program has it open, or the older backup in it is damaged.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.FreeComputerDisk, remedies.FreeBackupFolder, remedies.SetAsideLocalBackup},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
	{
		words: [][]string{{"not enough", "space", "on this computer"}, {"n't enough", "space", "on this computer"}, {"insufficient", "space", "on this computer"}},
		meaning: Meaning{
			Message:          "Not enough free space on this computer",
			InComputerBackup: "The computer's disk is full, not the device and not iCloud. Some versions of iOS 26 say so although there is room.",
			Remedies:         []remedies.ID{remedies.FreeComputerDisk},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp, remedies.ImobiledeviceHostDisk, remedies.PymobiledeviceHostDisk},
		},
	},
	{
		words: append(with(notBackedUp, "session"), []string{"backup session failed"}),
		meaning: Meaning{
			Message:          "The backup session failed",
			InComputerBackup: "In a backup or a restore: the connection between the computer and the device ended before it was done, or never began.",
			Remedies:         []remedies.ID{remedies.ReconnectToComputer, remedies.UpdateComputer},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
	{
		words: append(with(notBackedUp, "disconnect"), []string{"disconnected during the backup"}, []string{"disconnected during backup"}),
		meaning: Meaning{
			Message:          "The iPhone could not be backed up because the iPhone disconnected",
			InComputerBackup: "The device was disconnected while the backup ran: the cable, the port, a hub or, over Wi-Fi, the network.",
			Remedies:         []remedies.ID{remedies.ReconnectToComputer, remedies.UpdateComputer},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
	{
		words: [][]string{{"error", "(-54)"}, {"error -54"}, {"error occurred -54"}, {"error code -54"}},
		meaning: Meaning{
			Message:          "An unknown error occurred (-54)",
			InComputerBackup: "A file could not be opened for writing: it is locked, in use by another program, or this user may not change it. The number is the computer's, not the device's.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.FreeBackupFolder, remedies.SetAsideLocalBackup},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
	{
		words: [][]string{{"error", "(-36)"}, {"error -36"}, {"error occurred -36"}, {"error code -36"}},
		meaning: Meaning{
			Message:          "An unknown error occurred (-36)",
			InComputerBackup: "Reading or writing failed (an I/O error): the computer's disk, or the connection to a network disk. The number is the computer's, not the device's.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.CheckComputerDisk, remedies.SetAsideLocalBackup},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
	{
		words: [][]string{{"unlock", "backup", "password"}, {"unlock", "backup", "enter the password"}, {"password", "backup", "incorrect"}, {"password", "backup", "wrong"}, {"forgot", "backup password"}},
		meaning: Meaning{
			Message:          "Enter the password to unlock your iPhone backup",
			InComputerBackup: "The backup is encrypted. Its password was set in Finder, iTunes or Apple Devices, perhaps years ago and for an earlier device, and is neither the passcode nor the password of the account.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.ResetAllSettings},
			Sources:          []remedies.Source{remedies.AppleEncryptedBackups},
		},
	},
	{
		words:   with(notBackedUp, "error occurred"),
		meaning: anyComputerError,
	},
	{
		words: [][]string{{"corrupt or not compatible"}},
		meaning: Meaning{
			Message:          "The backup was corrupt or not compatible",
			Vague:            true,
			InComputerBackup: "In a backup: the device did not accept the older backup in the folder. In a restore: the backup is damaged, or of a newer version of iOS than the device. Either way the folder may hold the only copy: delete nothing.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.UpdateComputer},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
}
