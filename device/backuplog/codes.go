package backuplog

import (
	"slices"
	"strconv"

	"github.com/backupdoctor/backupdoctor/device"
)

// maxCodes is how many errors of one chain are kept.
const maxCodes = 16

// code finds the error codes of a message, in the spellings that logs have for one error:
//
//	<CKError 0x283f: "Quota Exceeded" (25/2035); …>     CloudKit; the second number is private
//	Error Domain=MBErrorDomain Code=303                 NSError
//	<Error domain: MBErrorDomain, code 303>             Setup Assistant
//	MBErrorDomain(303), …/303, …:303                    backupd, since iOS 17 and before
var code = pattern(
	`(?P<object>CKError) 0x[0-9a-f]{1,16}:? ?(?:"[^"]{0,200}")? ?\((?P<first>-?\d{1,9})\b` +
		`|[Dd]omain ?[=:] ?"?(?P<domain>[A-Za-z][\w.]{1,80})"?,? [Cc]ode ?[=:]? ?(?P<code>-?\d{1,9})\b` +
		`|\b(?P<name>[A-Za-z]\w{0,80}Error(?:Domain)?|com\.apple\.[\w.]{1,80})[(/:](?P<number>-?\d{1,9})\b`)

// codes are the errors that a message names, in its order, each once: a chain of backupd
// begins with the error as it was met, and goes on with those behind it.
func codes(text string) []device.PastCause {
	var found []device.PastCause
	for _, match := range code().FindAllStringSubmatch(text, -1) {
		part := func(group string) string { return match[code().SubexpIndex(group)] }
		number, err := strconv.Atoi(part("first") + part("code") + part("number"))
		if err != nil {
			continue
		}
		cause := device.PastCause{Domain: fullName(part("object") + part("domain") + part("name")), Code: number}
		if !slices.Contains(found, cause) && len(found) < maxCodes {
			found = append(found, cause)
		}
	}
	return found
}

// fullName is the name of a domain that a message may shorten.
func fullName(name string) string {
	switch name {
	case "MBError", "CKError", "NSURLError":
		return name + "Domain"
	}
	return name
}
