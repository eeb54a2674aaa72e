package codes

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// maxMessage is how much of a text is matched against messages, in bytes: no message is longer.
const maxMessage = 4 << 10

// plain normalizes typed text for matching: single spaces, no punctuation, "not" for every
// contraction, and one spelling of backup and Wi-Fi. The result begins and ends with a space so
// that phrases match whole words.
func plain(text string) string {
	text = fold(text[:min(len(text), maxMessage)])
	text = contractions.Replace(text)
	var list []string
	for _, word := range wordsOf().FindAllString(text, -1) {
		word = strings.Trim(word, "'.-")
		joined := strings.ReplaceAll(word, "-", "")
		switch {
		case !strings.Contains(word, "-"):
			list = append(list, strings.TrimSuffix(word, "'s"))
		case vocabulary()[joined]: // "com-pleted", "back-up"
			list = append(list, joined)
		default:
			list = append(list, strings.Split(word, "-")...)
		}
	}
	for i, word := range list {
		list[i] = spelled(word, i == len(list)-1)
	}
	return spellings.Replace(" " + strings.Join(list, " ") + " ")
}

// wordsOf matches the words of a folded text. Like the other expressions here it is compiled when it
// is first needed, because most starts of the program look up nothing.
var wordsOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\p{L}\p{N}+.'-]+`) })

var contractions = strings.NewReplacer("can't", "can not", "cannot", "can not", "won't", "will not", "n't", " not", "cant ", "can not ", "couldnt", "could not", "hasnt", "has not", "isnt", "is not", "- ", "-")

var spellings = strings.NewReplacer(
	" back up ", " backup ", " backed up ", " backup ", " backing up ", " backup ", " backups ", " backup ", " backing ", " backup ",
	" wi fi ", " wifi ", " wlan ", " wifi ", " greyed ", " grey ", " grayed ", " grey ", " gray ", " grey ", " dimmed ", " grey ",
)

// spelled corrects a misspelled word to the word of the vocabulary, or returns it unchanged.
// The last word may be incomplete.
func spelled(word string, last bool) string {
	known := vocabulary()
	if known[word] || len(word) < 4 || strings.ContainsFunc(word, unicode.IsDigit) {
		return word
	}
	var near []string
	for candidate := range known {
		if last && len(word) >= 4 && strings.HasPrefix(candidate, word) || len(word) >= 5 && slip(word, candidate) {
			near = append(near, candidate)
		}
	}
	if len(near) == 0 {
		return word
	}
	return slices.Min(near)
}

// slip reports whether two words differ by one added, missing, changed or swapped letter.
func slip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i >= len(a) {
		return true
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// vocabulary is every word in the phrases of messages, plus common words.
var vocabulary = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, patterns := range phrases {
		for _, pattern := range patterns {
			for _, word := range strings.FieldsFunc(pattern, func(r rune) bool { return strings.ContainsRune(" _|-", r) }) {
				known[word] = true
			}
		}
	}
	for _, word := range strings.Fields("backed backing backups server phone because please settings since where there their would should plugged disable last been will were have with from this that then when what your their them they") {
		known[word] = true
	}
	return known
})

// fits reports whether a plain text has all terms of a pattern, in any order. A term is a word,
// a phrase joined by _, or alternatives separated by |. A term preceded by - must be absent.
func fits(text, pattern string) bool {
	for _, term := range strings.Fields(pattern) {
		wanted := true
		if rest, not := strings.CutPrefix(term, "-"); not {
			term, wanted = rest, false
		}
		has := slices.ContainsFunc(strings.Split(term, "|"), func(choice string) bool {
			return strings.Contains(text, " "+strings.ReplaceAll(choice, "_", " ")+" ")
		})
		if has != wanted {
			return false
		}
	}
	return true
}

// freeStorage matches how much free iCloud storage a person reports.
var freeStorage = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(\d{1,6}(?:[.,]\d{1,3})?) ?([kmgt]b) (?:of )?(?:icloud )?(?:(?:storage|space) )?(?:left|free|available|remaining)`)
})

// FreeStorage returns the free iCloud storage that a text states, as a size; found is false if
// it states none or is about the device's storage.
func FreeStorage(text string) (size string, found bool) {
	text = fold(text[:min(len(text), maxMessage)])
	match := freeStorage().FindStringSubmatch(text)
	if match == nil || fits(plain(text), "on_this|on_the|on_my|iphone_storage|ipad_storage -icloud") {
		return "", false
	}
	return match[1] + " " + strings.ToUpper(match[2]), true
}

// OtherLanguage reports whether a text seems to be in a language whose messages are not known:
// it has non-English letters or words, and no known message.
func OtherLanguage(text string) bool {
	text = text[:min(len(text), maxMessage)]
	if len(LookUp(text)) > 0 {
		return false
	}
	return strings.ContainsFunc(text, func(r rune) bool { return r > 0x7F && unicode.IsLetter(r) }) ||
		slices.ContainsFunc(wordsOf().FindAllString(fold(text), -1), func(word string) bool { return slices.Contains(notEnglish, strings.Trim(word, ".")) })
}

// notEnglish are words that are likely in messages in other languages and are not English.
var notEnglish = strings.Fields(`
	aktiviert auf dem dein deine der diese dieses ein eine einen genug ihr ihre ist kein keine kann konnte letzte letztes nicht oder sicherung speicher und verbindung werden wird wurde
	appareil avec cette dans dernier derniere espace pour sauvegarde stockage une votre
	almacenamiento completar copia copias espacio esta este hay lleno ninguna puede pudo seguridad suficiente ultima una
	archiviazione completare completato dello disponibile effettuare non questo spazio stato ultimo
	armazenamento completo concluir feito foi nao possivel suficiente ultimo
	apparaat deze een geen het kan maken mislukt niet opslag opslagruimte reservekopie voltooid worden`)
