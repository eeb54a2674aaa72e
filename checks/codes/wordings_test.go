package codes

import (
	"slices"
	"testing"
)

// notInTable is the expected result for a message in a language, or with a wording, that the
// table does not have.
const notInTable = "language not in the table"

// Each kind of message quoted in reports leads to exactly these checks, in this order. No
// checks means an unknown message.
func TestKindsOfMessages(t *testing.T) {
	var (
		general    = []string{"wifi-slow-unstable", "transient-glitch", "corrupt-previous-backup", "icloud-outage"}
		failed     = []string{"icloud-storage-full", "false-alarm"}
		full       = []string{"icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive", "storage-plan-lapsed"}
		either     = []string{"icloud-storage-full", "device-storage-low"}
		noRoom     = []string{"device-storage-low"}
		conditions = []string{"wifi-missing", "auto-not-charging", "auto-not-locked"}
		stale      = append([]string{"backup-stale"}, conditions...)
		enabling   = []string{"enable-backup-fails"}
		network    = []string{"wifi-slow-unstable", "wifi-missing", "vpn-proxy-firewall", "captive-portal", "icloud-outage"}
		files      = []string{"files-unavailable"}
		restoring  = []string{"restore-in-progress"}
		slow       = []string{"wifi-slow-unstable", "backup-too-large"}
		grey       = []string{"backup-now-greyed", "mdm-disallows-backup", "screen-time-account-changes", "wifi-missing"}
		managed    = []string{"mdm-disallows-backup", "managed-account-service-off"}
		account    = []string{"account-needs-attention", "terms-not-accepted", "signed-out"}
		signingIn  = []string{"account-needs-attention", "date-time-wrong", "icloud-outage"}
		payment    = []string{"storage-plan-lapsed", "icloud-storage-full"}
		noWiFi     = []string{"wifi-missing", "airplane-mode", "cellular-backup-off"}
		power      = []string{"auto-not-charging"}
		locked     = []string{"needs-unlock-for-keys"}
		inUse      = []string{"backup-locked-elsewhere"}
		outage     = []string{"icloud-outage", "wifi-slow-unstable", "vpn-proxy-firewall"}
		limits     = []string{"screen-time-account-changes", "mdm-disallows-backup", "backup-now-greyed"}
		foreignApp = []string{"app-cannot-be-backed-up"}
		other      = []string{notInTable}
	)
	for _, kind := range []struct {
		name  string
		want  []string
		texts []string
	}{
		{"the general message", general, []string{"Your last backup could not be completed", "the last backup couldn't be completed", "a backup can't be completed"}},
		{"the general message, misspelled or cut off", general, []string{"the last backupp could not be completed", "last back-up couldn't be comp-leted", "your last backup coul", "could not be completed"}},
		{"the title alone", failed, []string{"iPad Backup Failed", "my backup was unsuccessful", "can't back up", "this iPad's backup  failed", "lPad Backup Failed"}},
		{"iCloud has no room", full, []string{"You don't have enough iCloud space to back up this iPad", "iCloud storage almost full", "my iCloud has insufficient storage", "the backup is full"}},
		{"no room, and not said where", either, []string{"not enough space", "There isn't enough storage.", "insufficient space", "no room for the backup", "Storage is full", "storage almost full", "it says no space left", "Not enough space to back up this iPad", "out of storage"}},
		{"the device has no room", noRoom, []string{"iPad Storage Full", "not enough space on my iPhone", "insufficient storage on this iPad", "not enough space on device", "phone storage full"}},
		{"paused", []string{"wifi-missing", "auto-not-charging", "icloud-storage-full"}, []string{"your backup was paused"}},
		{"no backup for weeks", stale, []string{"This iPad has not been backed up in 5 weeks", "no backup for 9 weeks", "iPad Not Backed Up", "it is not backing up"}},
		{"waiting", conditions, []string{"waiting to back up…"}},
		{"switching on", enabling, []string{"an error occurred trying to turn on iCloud Backup", "Turning on backup…", "iCloud Backup could not be turned on"}},
		{"the network", network, []string{"it stopped because of a poor network connection", "the network connection was lost", "backup fails over my hotspot"}},
		{"files", files, []string{"some files weren't available", "two files could not be backed up", "files are unavailable, they are locked"}},
		{"a restore", restoring, []string{"the iPad is still restoring", "it can't back up because it is being restored"}},
		{"slow", slow, []string{"estimating time remaining", "time remaining: 2 days", "the backup is stuck", "preparing to back up…", "backup takes forever, 9 hours now"}},
		{"the button is grey", grey, []string{"Back Up Now is grayed out", "backup now greyed", "the button is dimmed"}},
		{"management", managed, []string{"iCloud Backup isn't available for this account", "backup was disabled by a profile", "disabled by your administrator"}},
		{"Advanced Data Protection", []string{"advanced-data-protection"}, []string{"update these devices to turn on Advanced Data Protection"}},
		{"the account", account, []string{"verify your Apple Account", "Apple ID suggestions", "sign-in required", "your Apple Account is locked", "this Apple ID is not active"}},
		{"signing in", signingIn, []string{"there was an error connecting to iCloud"}},
		{"payment", payment, []string{"a problem with my payment method", "my iCloud+ subscription was cancelled"}},
		{"bought, and not seen", payment, []string{"I bought 200 GB of storage and it still says full"}},
		{"no Wi-Fi", noWiFi, []string{"you are not connected to Wi-Fi", "backup requires WiFi"}},
		{"power", power, []string{"the iPad is not charging"}},
		{"power and Wi-Fi", append(slices.Clone(noWiFi), power...), []string{"connect to power and Wi-Fi to back up"}},
		{"too hot", power, []string{"iPad is too hot", "temperature"}},
		{"locked", locked, []string{"enter your passcode to continue", "the backup failed because the device is locked", "3 files are missing encryption keys"}},
		{"a newer version", []string{"software-out-of-date", "beta-software"}, []string{"update iPadOS to back up"}},
		{"in use", inUse, []string{"there is another backup in progress", "the backup is locked"}},
		{"never", []string{"never-backed-up"}, []string{"last backup: never"}},
		{"incomplete", []string{"wifi-slow-unstable", "corrupt-previous-backup"}, []string{"the last backup is incomplete"}},
		{"temporary storage", []string{"new-device-temporary-storage"}, []string{"prepare for new iPad", "temporary iCloud storage"}},
		{"iCloud does not answer", outage, []string{"can not connect to iCloud", "iCloud isn't responding", "the service is temporarily unavailable"}},
		{"terms", []string{"terms-not-accepted"}, []string{"accept the new iCloud terms"}},
		{"restrictions", limits, []string{"can't turn it on due to restrictions", "content and privacy restrictions"}},
		{"an app from elsewhere", foreignApp, []string{"fails since I use an app store outside of Apple", "I sideloaded an app"}},
		{"code 303", full, []string{"Error 303", "MBErrorDomain Code=303"}},
		{"code 202", conditions, []string{"MBErrorDomain error 202"}},
		{"no room by POSIX", noRoom, []string{"NSPOSIXErrorDomain Code=28"}},
		{"HTTP 507", full[:2], []string{"HTTP status 507"}},
		{"HTTP 503", outage[:2], []string{"HTTP 503"}},
		{"offline", []string{"wifi-missing", "airplane-mode", "wifi-slow-unstable"}, []string{"error -1009"}},
		{"the general message, other languages", general, []string{"最後に行ったバックアップを完了できませんでした", "L’ultimo backup non è stato completato"}},
		{"no room in iCloud, other languages", full, []string{"Nicht genügend iCloud-Speicherplatz", "Der iCloud-Speicher ist voll", "Stockage iCloud insuffisant.", "iCloud储存空间不足", "iCloudストレージが不足しています"}},
		{"the title, other languages", failed, []string{"Échec de la sauvegarde de l'iPad"}},
		{"a wording that the table lacks", other, []string{"Das letzte Backup wurde nicht abgeschlossen", "Almacenamiento de iCloud casi lleno", "O último backup não foi concluído", "Az utolsó mentés sikertelen", "백업을 완료할 수 없음"}},
		{"not known", nil, []string{"my cat sat on it", "xyzzy", "it makes a strange sound"}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			for _, text := range kind.texts {
				var got []string
				for _, m := range LookUp(text) {
					for _, id := range m.Checks {
						if !slices.Contains(got, id) {
							got = append(got, id)
						}
					}
				}
				if OtherLanguage(text) {
					got = append(got, notInTable)
				}
				if !slices.Equal(got, kind.want) {
					t.Errorf("%q leads to %v, not to %v", text, got, kind.want)
				}
			}
		})
	}
}
