package backuplog

import (
	"slices"
	"strconv"

	"github.com/backupdoctor/backupdoctor/device"
)

// maxCodes is the number of errors kept from one chain.
const maxCodes = 16

// code matches error codes in the notations that logs use:
//
//	<CKError 0x283f: "Quota Exceeded" (25/2035); …>     CloudKit; the second number is private
//	Error Domain=MBErrorDomain Code=303                 NSError
//	<Error domain: MBErrorDomain, code 303>             Setup Assistant
//	MBErrorDomain(303), …/303, …:303                    backupd, since iOS 17 and before
var code = pattern(
	`(?P<object>CKError) 0x[0-9a-f]{1,16}:? ?(?:"[^"]{0,200}")? ?\((?P<first>-?\d{1,9})\b` +
		`|[Dd]omain ?[=:] ?"?(?P<domain>[A-Za-z][\w.]{1,80})"?,? [Cc]ode ?[=:]? ?(?P<code>-?\d{1,9})\b` +
		`|\b(?P<name>[A-Za-z]\w{0,80}Error(?:Domain)?|com\.apple\.[\w.]{1,80})[(/:](?P<number>-?\d{1,9})\b`)

// codes returns the distinct errors that a message names, in order. backupd writes a chain
// with the reported error first, then the underlying ones.
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

// fullName expands an abbreviated error domain.
func fullName(name string) string {
	switch name {
	case "MBError", "CKError", "NSURLError":
		return name + "Domain"
	}
	return name
}
