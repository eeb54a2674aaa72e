package codes

import "strings"

// A translation is the wording of a message in another language, as seen on a public page.
type translation struct {
	language, words string // words must all be in the folded text, separated by spaces
	message         string // the title of the message
	source          string // where the wording was found
}

// translations has no wording from memory. Wordings not found in a public source are listed in
// MissingWordings.
var translations = []translation{
	{"German", "nicht|genügend|icloud", "Not enough iCloud storage", "https://reincubate.com/de/support/how-to/fix-iphone-backup-failed/"},
	{"German", "backup|fehlgeschlagen", "Backup Failed", "https://reincubate.com/de/support/how-to/fix-iphone-backup-failed/"},
	{"German", "icloud-speicher|voll", "Not enough iCloud storage", "https://www.111tipps.de/icloud-speicher-voll-so-sorgen-sie-schnell-fuer-platz/"},
	{"German", "icloud-backup|deaktiviert", "iCloud Backup is off", "https://support.apple.com/de-li/HT212732"},
	{"German", "temporären icloud-speicher", "Temporary iCloud storage for a new iPhone", "https://support.apple.com/de-li/HT212732"},
	{"German", "backup jetzt erstellen|ausgegraut", "Back Up Now is grey", "https://www.turn-on.de/article/icloud-backup-funktioniert-nicht-das-kannst-du-tun-414715"},
	{"French", "stockage icloud|insuffisant", "Not enough iCloud storage", "https://support.apple.com/fr-be/HT203516"},
	{"French", "dernière sauvegarde|achevée", "The last backup could not be completed", "https://support.apple.com/fr-be/HT203516"},
	{"French", "sauvegarde|plus de temps que prévu", "Estimating time remaining", "https://support.apple.com/fr-be/HT203516"},
	{"French", "échec de la sauvegarde", "Backup Failed", "https://reincubate.com/fr/support/how-to/icloud-storage-guide/"},
	{"Spanish", "no hay suficiente espacio|icloud", "Not enough iCloud storage", "https://www.revistaelrobot.com/reiniciando-parece-que-va-a-llover-la-nube-esta-full/"},
	{"Italian", "icloud|insufficiente", "Not enough iCloud storage", "https://ita.digiist.com/ios/how-free-up-icloud-storage-space-8337132.html"},
	{"Italian", "l'ultimo backup non|completato", "The last backup could not be completed", "https://it.officiallachargers.com/icloud-backup-failed"},
	{"Italian", "backup|non riuscito", "Backup Failed", "https://it.wtvid.com/ecw/spk/1005018881.html"},
	{"Portuguese", "armazenamento do icloud|cheio", "Not enough iCloud storage", "https://www.practical-tips.com/pt/iphone-ipad/armazenamento-do-icloud-cheio-como-esvaziar-o-armazenamento-do-icloud"},
	{"Dutch", "niet genoeg icloud-opslag", "Not enough iCloud storage", "https://nl.planetlibre.es/icloud-storage-full-never-pay"},
	{"Japanese", "icloud|ストレージ|不足", "Not enough iCloud storage", "https://support.apple.com/ja-jp/HT203516"},
	{"Japanese", "icloudの空き容量がありません", "Not enough iCloud storage", "https://applech2.com/archives/20170331-ios-10-3-backup-failed-notification.html"},
	{"Japanese", "前回のバックアップ|完", "The last backup could not be completed", "https://support.apple.com/ja-jp/HT203516"},
	{"Japanese", "最後|バックアップを完了でき", "The last backup could not be completed", "https://iphone-beginners.com/?p=9788"},
	{"Japanese", "今すぐバックアップを作成|グレイ", "Back Up Now is grey", "https://support.apple.com/ja-jp/HT203516"},
	{"Japanese", "バックアップに失敗", "Backup Failed", "https://applech2.com/archives/20170331-ios-10-3-backup-failed-notification.html"},
	{"Simplified Chinese", "icloud|空间不足", "Not enough iCloud storage", "https://hangzai.com/27620.html"},
	{"Simplified Chinese", "icloud|空间已满", "Not enough iCloud storage", "https://www.nctoro.com/tag_icloudchucunkongjianyimanzenmejiejue"},
}

// MissingWordings lists the wordings not found in a public source, which are not matched.
const MissingWordings = "German, Spanish, Portuguese, Dutch and Simplified Chinese: the general message that the last backup could not be completed. Spanish, Portuguese, Dutch and Simplified Chinese: the title that the backup failed. Of every language: the messages about keys, files, restores, terms, accounts and restrictions."

// translated finds messages in other languages in a folded text.
func translated(text string) []Meaning {
	var found []Meaning
	for _, t := range translations {
		all := true
		for _, words := range strings.Split(t.words, "|") {
			all = all && strings.Contains(text, words)
		}
		if !all {
			continue
		}
		for _, m := range allMessages() {
			if m.meaning.Message == t.message && !hasTitle(found, m.meaning) {
				found = append(found, m.meaning)
			}
		}
	}
	return found
}

func hasTitle(list []Meaning, m Meaning) bool {
	for _, other := range list {
		if other.Title() == m.Title() {
			return true
		}
	}
	return false
}
