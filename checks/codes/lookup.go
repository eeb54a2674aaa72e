package codes

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxLookUp is how much of a text is looked at, in bytes.
const maxLookUp = 64 << 10

// LookUp finds the meanings of what a person typed or pasted: a bare number, a code with
// its domain in any of the spellings of logs, a log with chains of underlying errors, or
// the words of a message. They come in the order of the text, each once. Of a long text
// the first 64 KiB count.
//
// A code with its domain is certain, and where there is one nothing else is offered. A
// number without a domain is taken for MBErrorDomain first, then for every other domain
// that knows it. A message is matched by a few words, whatever their case.
//
// A code that the table does not know is passed over. No meaning at all is no statement
// about the device, only one about the table.
func LookUp(text string) []Meaning {
	text = fold(text[:min(len(text), maxLookUp)])
	if number, err := strconv.Atoi(text); err == nil {
		if list := numbered(number); len(list) > 0 {
			return list
		}
		return messagesIn("error " + text) // a number of the computer's own, such as -54
	}
	named, bare := codesIn(text)
	if len(named) > 0 {
		return named
	}
	return slices.Concat(bare, messagesIn(text))
}

// fold brings a text to one spelling: small letters, plain quotes and hyphens, single spaces.
func fold(text string) string {
	text = strings.ToLower(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Join(strings.Fields(plainSigns.Replace(text)), " ")
}

var plainSigns = strings.NewReplacer(
	"’", "'", "‘", "'", "“", `"`, "”", `"`, "…", "...",
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2212", "-",
)

// errorCode finds the codes of a folded text, in one of four spellings:
//
//	<ckerror 0x283f: "quota exceeded" (25/2035); …>     CloudKit; the second number is private
//	domain=mberrordomain code=303                       NSError
//	<error domain: mberrordomain, code 303>             Setup Assistant
//	mberrordomain(303), …/303, …:303, … error 303       the name of a domain, or just "error" or "code"
//
// A domain of which nothing is known is matched too, so that its number is not taken for a
// bare one.
var errorCode = regexp.MustCompile(
	`(?P<object>ckerror) 0x[0-9a-f]{1,16}:? ?(?:"[^"]{0,200}")? ?\((?P<first>-?\d{1,9})\b` +
		`|domain ?[=:] ?"?(?P<domain>[\w.]+)"?,? code ?[=:]? ?(?P<code>-?\d{1,9})\b` +
		`|(?P<name>[\w.]*(?:error|domain|code|http)) ?[/:=(#,]? ?(?:(?:error|code|status) ?)?[:=(]? ?(?P<number>-?\d{1,9})\b`)

// domains maps the names of domains, folded, to the domains that the table knows.
var domains = map[string]ErrorDomain{
	"mberror": MBErrorDomain, "mberrordomain": MBErrorDomain,
	"ckerror": CKErrorDomain, "ckerrordomain": CKErrorDomain,
	"nscocoaerror": NSCocoaErrorDomain, "nscocoaerrordomain": NSCocoaErrorDomain,
	"nsposixerror": NSPOSIXErrorDomain, "nsposixerrordomain": NSPOSIXErrorDomain,
	"http":       HTTPStatus,
	"nsurlerror": NSURLErrorDomain, "nsurlerrordomain": NSURLErrorDomain,
}

// codesIn finds the known codes of a folded text: those that stand with their domain, and
// those that do not.
func codesIn(text string) (named, bare []Meaning) {
	seenNamed, seenBare := map[ID]bool{}, map[int]bool{}
	for _, match := range errorCode.FindAllStringSubmatch(text, -1) {
		part := func(group string) string { return match[errorCode.SubexpIndex(group)] }
		name := strings.TrimLeft(part("object")+part("domain")+part("name"), ".") // an ellipsis may stand before it
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

// bareName reports whether a number was introduced without saying of which domain it is.
func bareName(name string) bool {
	return slices.Contains([]string{"error", "code", "errorcode"}, name)
}

// numbered is what a number means in every domain that knows it.
func numbered(number int) []Meaning {
	var list []Meaning
	for _, domain := range []ErrorDomain{MBErrorDomain, CKErrorDomain, NSURLErrorDomain, HTTPStatus} {
		if m, ok := Find(ID{domain, number}); ok {
			list = append(list, m)
		}
	}
	return list
}

// messagesIn finds the messages of a folded text. The title of one is that one; what a program
// on a computer says is not taken for a message of the device; and the vague ones count only
// alone.
func messagesIn(text string) []Meaning {
	for _, m := range allMessages() {
		if strings.Trim(text, `" .`) == strings.Trim(fold(m.meaning.Message), ".") {
			return []Meaning{m.meaning}
		}
	}
	if found := saidIn(text, computerMessages); len(found) > 0 {
		return found
	}
	if found := saidIn(text, slices.Concat(messages, moreMessages)); len(found) > 0 {
		return found
	}
	return translated(text)
}

func saidIn(text string, list []message) []Meaning {
	var telling, vague []Meaning
	plainText := plain(text)
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

// An ID is a number and the domain that gives it its meaning.
type ID struct {
	Domain ErrorDomain
	Number int
}

// Find looks the row of a code up.
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
