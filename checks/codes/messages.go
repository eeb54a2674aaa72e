package codes

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// A message is an iOS message, identified by characteristic words. Its wording changes between
// versions and translations, so only a few words are matched.
type message struct {
	words   [][]string // phrases in lower case; the text must have all phrases of any one list
	meaning Meaning
}

// allMessages are the messages of iOS and of computers.
func allMessages() []message {
	return slices.Concat(messages, moreMessages, restoreMessages, computerMessages)
}

// saidBy reports whether a text, given folded and in plain form, contains the message.
func (m message) saidBy(text, plainText string) bool {
	if slices.ContainsFunc(phrases[m.meaning.Message], func(pattern string) bool { return fits(plainText, pattern) }) {
		return true
	}
	return slices.ContainsFunc(m.words, func(phrases []string) bool {
		return !slices.ContainsFunc(phrases, func(phrase string) bool { return !strings.Contains(text, phrase) })
	})
}

const beingRestored = "Currently being restored"

// messages are the iOS messages about iCloud Backup, the most specific first.
var messages = []message{
	{
		meaning: Meaning{
			Message:  "Not enough iCloud storage",
			InICloud: "iCloud has too little room for the next backup.",
			Checks:   []string{"icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive", "storage-plan-lapsed"},
			Remedies: []remedies.ID{remedies.CheckICloudStorage, remedies.CheckStorageAccount, remedies.BuyStorage, remedies.ChooseAppsToBackUp, remedies.DeleteOtherDevicesBackups},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleManageICloudStorage, remedies.FoundingArticle, remedies.MisoiduncanStorageFull},
		},
	},
	{
		meaning: Meaning{
			Message:  "Some files were unavailable",
			InICloud: "The backup ended without some files, because they were locked, were being changed or could not be read.",
			Checks:   []string{"files-unavailable"},
			Remedies: []remedies.ID{remedies.FindUnreadableItem, remedies.UnlockWithPasscode, remedies.Restart, remedies.UpdateSoftware, remedies.ContactAppleSupport},
			Sources:  []remedies.Source{remedies.ImobiledeviceUnreadable, remedies.PymobiledeviceFiles},
		},
	},
	{
		meaning: Meaning{
			Message:  "There was a problem enabling iCloud Backup",
			InICloud: "iCloud Backup could not be switched on. It needs a network, a correct clock and an account in good standing.",
			Checks:   []string{"enable-backup-fails"},
			Remedies: []remedies.ID{remedies.JoinWiFi, remedies.TurnOffVPN, remedies.SetDateAutomatically, remedies.AcceptTerms, remedies.FixAccountPrompt, remedies.Restart, remedies.UpdateSoftware},
			Sources:  []remedies.Source{remedies.PublicAnalysis},
		},
	},
	{
		meaning: Meaning{
			Message:  beingRestored,
			InICloud: "A restore is still running, and no backup starts until it ends.",
			Checks:   []string{"restore-in-progress"},
			Remedies: []remedies.ID{remedies.LetRestoreFinish},
			Sources:  []remedies.Source{remedies.AppleMissingAfterRestore, remedies.PublicAnalysis},
		},
	},
	{
		meaning: Meaning{
			Message:  "Verification failed: there was an error connecting to the server",
			InICloud: "The account could not be verified: it needs attention, the clock is wrong, or Apple's service is down.",
			Checks:   []string{"account-needs-attention", "date-time-wrong", "icloud-outage"},
			Remedies: []remedies.ID{remedies.CheckSystemStatus, remedies.FixAccountPrompt, remedies.SetDateAutomatically, remedies.TryAnotherNetwork},
			Sources:  []remedies.Source{remedies.AppleHT203512},
		},
	},
	{
		meaning: Meaning{
			Message:  "New iCloud terms and conditions",
			InICloud: "New iCloud terms have to be accepted, or could not be accepted.",
			Checks:   []string{"terms-not-accepted"},
			Remedies: []remedies.ID{remedies.AcceptTerms},
			Sources:  []remedies.Source{remedies.ThetoolstrunkTerms, remedies.BigitshopTerms},
		},
	},
	{
		meaning: Meaning{
			Message:  "Not available due to restrictions",
			InICloud: "Screen Time or management has locked the setting, or the button waits for a network.",
			Checks:   []string{"screen-time-account-changes", "mdm-disallows-backup", "backup-now-greyed"},
			Remedies: []remedies.ID{remedies.AskAdministrator, remedies.JoinWiFi, remedies.AllowAccountChanges},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.FonetipsSignOut, remedies.IphonelifeGreyButton, remedies.SoundsupportBackups},
		},
	},
	{
		meaning: Meaning{
			Message:  "Last Backup: Never",
			InICloud: "No iCloud backup of this device has ever been completed.",
			Checks:   []string{"never-backed-up"},
			Remedies: []remedies.ID{remedies.BackUpNow, remedies.BackUpOvernight},
			Sources:  []remedies.Source{remedies.AppleHT201418, remedies.FoundingArticle},
		},
	},
	{
		meaning: Meaning{
			Message:  "Not backed up in … weeks",
			InICloud: "No backup has been completed for that long. Usually a nightly backup found no Wi-Fi, no power or an unlocked screen.",
			Checks:   []string{"backup-stale", "wifi-missing", "auto-not-charging", "auto-not-locked"},
			Remedies: []remedies.ID{remedies.BackUpNow, remedies.BackUpOvernight, remedies.JoinWiFi, remedies.CheckCharger, remedies.ShortenAutoLock},
			Sources:  []remedies.Source{remedies.ApplePH12520, remedies.AppleWhatIsBackup, remedies.PopsugarNotBackedUp},
		},
	},
	{
		meaning: Meaning{
			Message:  "Connect to Wi-Fi to back up",
			InICloud: "There is no network that backups may use.",
			Checks:   []string{"wifi-missing", "airplane-mode", "cellular-backup-off"},
			Remedies: []remedies.ID{remedies.TurnOffAirplaneMode, remedies.JoinWiFi, remedies.UseCellularBackup},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.IphonelifeGreyButton, remedies.SoundsupportBackups},
		},
	},
	{
		meaning: Meaning{
			Message:  "iPhone Storage Almost Full",
			InICloud: "The device itself, not iCloud, has too little room, which a backup needs for its temporary copies.",
			Checks:   []string{"device-storage-low"},
			Remedies: []remedies.ID{remedies.Restart, remedies.FreeDeviceStorage},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.BestapplesolutionICloud},
		},
	},
	{
		meaning: Meaning{
			Message:  "Sign in to your iPhone",
			InICloud: "No account is signed in, so there is no iCloud to back up to.",
			Checks:   []string{"signed-out"},
			Remedies: []remedies.ID{remedies.SignIn},
			Sources:  []remedies.Source{remedies.AppleHT203512},
		},
	},
	{
		meaning: Meaning{
			Message:  "Estimating time remaining",
			InICloud: "Shown for hours, it means that the Wi-Fi is slow or drops, or that there is a lot to upload.",
			Checks:   []string{"wifi-slow-unstable", "backup-too-large"},
			Remedies: []remedies.ID{remedies.CheckICloudStorage, remedies.BackUpOvernight, remedies.RestartRouter, remedies.TryAnotherNetwork, remedies.ChooseAppsToBackUp},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.FoundingArticle},
		},
	},
	{
		meaning: Meaning{
			Message:  "Backup Not Supported",
			InICloud: "One app, which the message names, cannot be backed up.",
			Checks:   []string{"app-cannot-be-backed-up"},
			Remedies: []remedies.ID{remedies.UpdateApp, remedies.LeaveOutNamedApp, remedies.ReinstallApp, remedies.DeleteNamedApp},
			Sources:  []remedies.Source{remedies.BestapplesolutionICloud},
		},
	},
	{
		meaning: Meaning{
			Message:  "Backup Failed",
			Vague:    true,
			InICloud: "The title alone. Usually iCloud is full; it can also stay on the screen after a later backup has succeeded.",
			Checks:   []string{"icloud-storage-full", "false-alarm"},
			Remedies: []remedies.ID{remedies.CheckLastBackupDate, remedies.ReadExactMessage, remedies.CheckICloudStorage},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.HinewsBackupFailure},
		},
	},
	{
		meaning: Meaning{
			Message:  "The last backup could not be completed",
			Vague:    true,
			InICloud: "The message for any cause without a message of its own. Slow Wi-Fi, a stuck process, a damaged older backup and trouble on Apple's side all show it.",
			Checks:   []string{"wifi-slow-unstable", "transient-glitch", "corrupt-previous-backup", "icloud-outage"},
			Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.CheckSystemStatus, remedies.BackUpOvernight, remedies.RestartRouter, remedies.TryAnotherNetwork, remedies.Restart, remedies.ContactAppleSupport},
			Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.FoundingArticle},
		},
	},
}
