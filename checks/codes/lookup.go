package codes

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// maxLookUp is how much of a text is searched, in bytes.
const maxLookUp = 64 << 10

// LookUp finds the meanings of typed or pasted text: a bare number, a code with its domain in
// any spelling used by logs, a log with chains of underlying errors, or the words of a message.
// Meanings are in the order of the text, without duplicates. Only the first 64 KiB are
// searched.
//
// A code with its domain is certain, and if there is one nothing else is returned. A number
// without a domain is looked up in MBErrorDomain first, then in every other domain that has it.
// After a failed restore nothing is returned that leads to a backup being set aside.
// A message is matched by a few words, regardless of case.
//
// Codes missing from the table are skipped. An empty result says nothing about the device, only
// about the table.
func LookUp(text string) []Meaning {
	text = fold(text[:min(len(text), maxLookUp)])
	if found := lookUp(nameless(text)); len(found) > 0 {
		return found
	}
	return lookUp(text) // what looks like a name may be the message
}

// lookUp is LookUp for a folded text.
func lookUp(text string) []Meaning {
	if number, err := strconv.Atoi(strings.Trim(text, "()")); err == nil {
		if list := numbered(number); len(list) > 0 {
			return list
		}
		return messagesIn("error " + strings.Trim(text, "()")) // a number from the computer, such as -54
	}
	named, bare := codesIn(text)
	if ofRestore(text, plain(text)) {
		named, bare = forRestore(named), forRestore(bare)
	}
	if len(named) > 0 {
		return named
	}
	return slices.Concat(bare, messagesIn(text))
}

// fold normalizes a text: lower case, plain quotes and hyphens, single spaces, and none around a
// number in brackets.
func fold(text string) string {
	text = strings.ToLower(strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.Join(strings.Fields(plainSigns.Replace(text)), " ")
	return bracketed().ReplaceAllString(text, "($1$2)")
}

var plainSigns = strings.NewReplacer(
	"’", "'", "‘", "'", "“", `"`, "”", `"`, "…", "...",
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-",
	"\u00ad", "", "\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "", // copied from pages, and not seen
	"（", "(", "）", ")",
)

// bracketed matches a number in brackets, however it is spaced.
var bracketed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\( ?(-?) ?(\d{1,9}) ?\)`) })

// deviceName matches the name of a device in the messages of computer programs, which a person chose:
// it may read like a message.
var deviceName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(iphone|ipad|ipod touch|ipod|device) (?:".{1,200}?"|'.{1,200}?') (could|couldn't|cannot|can't|because|was|wasn't|is|isn't|has|hasn't|to|from|since|failed|disconnected)\b`)
})

// nameless removes the names of devices from a folded text.
func nameless(text string) string {
	return deviceName().ReplaceAllString(text, "$1 $2")
}

// errorCode matches the codes in a folded text, in one of four spellings:
//
//	<ckerror 0x283f: "quota exceeded" (25/2035); …>     CloudKit; the second number is private
//	domain=mberrordomain code=303                       NSError
//	<error domain: mberrordomain, code 303>             Setup Assistant
//	mberrordomain(303), …/303, …:303, … error 303       the name of a domain, or just "error" or "code"
//
// Unknown domains are matched too, so that their numbers are not mistaken for bare ones.
var errorCode = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`(?P<object>ckerror) 0x[0-9a-f]{1,16}:? ?(?:"[^"]{0,200}")? ?\((?P<first>-?\d{1,9})\b` +
			`|domain ?[=:] ?"?(?P<domain>[\w.]+)"?,? code ?[=:]? ?(?P<code>-?\d{1,9})\b` +
			`|(?P<name>[\w.]*(?:error|domain|code|http)) ?[/:=(#,]? ?(?:(?:error|code|status) ?)?[:=(]? ?(?P<number>-?\d{1,9})\b`)
})

// domains maps the folded names of domains to the domains in the table.
var domains = map[string]ErrorDomain{
	"mberror": MBErrorDomain, "mberrordomain": MBErrorDomain,
	"ckerror": CKErrorDomain, "ckerrordomain": CKErrorDomain,
	"nscocoaerror": NSCocoaErrorDomain, "nscocoaerrordomain": NSCocoaErrorDomain,
	"nsposixerror": NSPOSIXErrorDomain, "nsposixerrordomain": NSPOSIXErrorDomain,
	"http":       HTTPStatus,
	"nsurlerror": NSURLErrorDomain, "nsurlerrordomain": NSURLErrorDomain,
}

// codesIn finds the known codes in a folded text: those with their domain, and those without.
func codesIn(text string) (named, bare []Meaning) {
	seenNamed, seenBare := map[ID]bool{}, map[int]bool{}
	for _, match := range errorCode().FindAllStringSubmatch(text, -1) {
		part := func(group string) string { return match[errorCode().SubexpIndex(group)] }
		name := strings.TrimLeft(part("object")+part("domain")+part("name"), ".") // it may follow an ellipsis
		number, err := strconv.Atoi(part("first") + part("code") + part("number"))
		if err != nil {
			continue
		}
		domain, known := domains[name]
		switch code := (ID{domain, number}); {
		case known && !seenNamed[code]:
			seenNamed[code] = true
			if m, ok := Find(code); ok {
				named = append(named, m)
			}
		case bareName(name) && !seenBare[number]:
			seenBare[number] = true
			bare = append(bare, numbered(number)...)
		}
	}
	return named, bare
}

// bareName reports whether a number was introduced without naming its domain.
func bareName(name string) bool {
	return slices.Contains([]string{"error", "code", "errorcode"}, name)
}

// numbered returns what a number means in every domain that has it.
func numbered(number int) []Meaning {
	var list []Meaning
	for _, domain := range []ErrorDomain{MBErrorDomain, CKErrorDomain, NSURLErrorDomain, HTTPStatus} {
		if m, ok := Find(ID{domain, number}); ok {
			list = append(list, m)
		}
	}
	return list
}

// messagesIn finds the messages in a folded text. An exact title matches only that message, a
// computer program's message is not taken for a device's, and vague messages count only if
// nothing else matches. Of two vague ones, the computer's counts unless the text speaks of iCloud
// and of no computer.
func messagesIn(text string) []Meaning {
	if i := slices.Index(foldedTitles(), strings.Trim(text, `" .`)); i >= 0 {
		return []Meaning{allMessages()[i].meaning}
	}
	plainText := plain(text)
	if restoreFailed(plainText) {
		return restoreMessagesIn(text, plainText)
	}
	computer, own := computerMessagesIn(text, plainText), saidIn(text, plainText, slices.Concat(messages, moreMessages))
	switch {
	case len(own) > 0 && isVague(computer) && (!isVague(own) || strings.Contains(text, "icloud") && !ofComputer(text)):
		return own
	case slices.ContainsFunc(computer, movesBackup) && ofRestore(text, plainText):
		return restoreMessagesIn(text, plainText)
	case len(computer) > 0:
		return computer
	case len(own) > 0:
		return own
	default:
		return translated(text)
	}
}

// isVague reports whether what was found in a text tells no cause.
func isVague(found []Meaning) bool {
	return !slices.ContainsFunc(found, func(m Meaning) bool { return !m.Vague })
}

// foldedTitles returns what allMessages say, folded.
var foldedTitles = sync.OnceValue(func() []string {
	var list []string
	for _, m := range allMessages() {
		list = append(list, strings.Trim(fold(m.meaning.Message), "."))
	}
	return list
})

func saidIn(text, plainText string, list []message) []Meaning {
	var telling, vague []Meaning
	for _, m := range list {
		switch {
		case !m.saidBy(text, plainText):
		case m.meaning.Vague:
			vague = append(vague, m.meaning)
		default:
			telling = append(telling, m.meaning)
		}
	}
	switch {
	case len(telling) > 0:
		return telling
	default:
		return vague
	}
}

// An ID is a number and the domain that gives it meaning.
type ID struct {
	Domain ErrorDomain
	Number int
}

// Find returns the table row for a code.
func Find(id ID) (meaning Meaning, ok bool) {
	var table []Meaning
	switch id.Domain {
	case MBErrorDomain:
		table = backupCodes
	case CKErrorDomain:
		table = cloudKitCodes
	case NSURLErrorDomain:
		table = urlCodes
	default:
		table = otherCodes
	}
	i := slices.IndexFunc(table, func(m Meaning) bool { return m.Domain == id.Domain && m.Number == id.Number })
	if i < 0 {
		return Meaning{}, false
	}
	return table[i], true
}
