package codes

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/google/go-cmp/cmp"
)

func TestLookUp(t *testing.T) {
	const quota = "CKErrorDomain/25 (quotaExceeded)"
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"a bare number":                    {"303", []string{"MBErrorDomain/303"}},
		"a bare number, with spaces":       {" 303\n", []string{"MBErrorDomain/303"}},
		"a bare number of two domains":     {"25", []string{"MBErrorDomain/25", quota}},
		"a bare number of another domain":  {"36", []string{"CKErrorDomain/36 (accountTemporarilyUnavailable)"}},
		"a bare negative number":           {"-1009", []string{"NSURLErrorDomain/-1009 (NSURLErrorNotConnectedToInternet)"}},
		"a typeset minus":                  {"−1009", []string{"NSURLErrorDomain/-1009 (NSURLErrorNotConnectedToInternet)"}},
		"error and number":                 {"error 303", []string{"MBErrorDomain/303"}},
		"error and number in a sentence":   {"It says: Error (code 303).", []string{"MBErrorDomain/303"}},
		"idevicebackup2":                   {"Backup Failed (Error Code 105).", []string{"MBErrorDomain/105", "“Backup Failed”"}},
		"a slash":                          {"MBErrorDomain/208", []string{"MBErrorDomain/208"}},
		"brackets":                         {"MBErrorDomain(303)", []string{"MBErrorDomain/303"}},
		"a colon":                          {"MBErrorDomain:100", []string{"MBErrorDomain/100"}},
		"small letters and a space":        {"mberrordomain 209", []string{"MBErrorDomain/209"}},
		"without the word domain":          {"CKError 25", []string{quota}},
		"Foundation's sentence":            {"The operation couldn’t be completed. (NSURLErrorDomain error -1001.)", []string{"NSURLErrorDomain/-1001 (NSURLErrorTimedOut)"}},
		"CloudKit's object":                {`<CKError 0x283a1c0f0: "Quota Exceeded" (25/2035); server message = "Quota exceeded">`, []string{quota}},
		"CloudKit's object, text withheld": {`<CKError 0x283a1c0f0: <private> (25/2035)> <CKError 0x1: "<private>" (9/1002)>`, []string{"CKErrorDomain/9 (notAuthenticated)"}},
		"NSError, text withheld":           {"<NSError:0x102f…(MBErrorDomain:100) - {NSLocalizedDescription = <private>;}>", []string{"MBErrorDomain/100"}},
		"NSError with an error inside":     {`Error Domain=MBErrorDomain Code=303 "x" UserInfo={NSUnderlyingError=0x28 {Error Domain=CKErrorDomain Code=25 "y"}}`, []string{"MBErrorDomain/303", quota}},
		"Setup Assistant":                  {"Backup failed with error: <Error domain: MBErrorDomain, code 308>", []string{"MBErrorDomain/308"}},
		"a reply of mobilebackup2":         {"Device locked (MBErrorDomain/208)", []string{"MBErrorDomain/208"}},
		"a chain":                          {"=cloud-backup= Backup failed: MBErrorDomain(303) Underlying error: CKErrorDomain(25) Underlying error: MBErrorDomain(303)", []string{"MBErrorDomain/303", quota}},
		"a named code outweighs bare ones": {"error 7: MBErrorDomain(304), backup failed", []string{"MBErrorDomain/304"}},
		"the end of an ellipsis":           {"…MBErrorDomain/303", []string{"MBErrorDomain/303"}},
		"an unknown number":                {"MBErrorDomain/9999", nil},
		"a number too long for any":        {"MBErrorDomain/99999999999999999999", nil},
		"an unknown domain":                {"Error Domain=NSCocoaErrorDomain Code=100", nil},
		"an unknown domain, in brackets":   {"Couldn't communicate with a helper application. (NSCocoaErrorDomain/100)", nil},
		"a number of another kind":         {"statusCode=7", nil},
		"an address in memory":             {"CKError 0x25", nil},
		"nothing":                          {"", nil},
		"something else":                   {"my cat sat on it", nil},

		"no room":                  {"You don’t have enough space in iCloud to back up this iPhone.", []string{"“Not enough iCloud storage”"}},
		"no room, under its title": {"iPhone Backup Failed: NOT ENOUGH iCloud storage", []string{"“Not enough iCloud storage”"}},
		"full":                     {"Your iCloud storage is full", []string{"“Not enough iCloud storage”"}},
		"the title alone":          {"iPhone Backup Failed", []string{"“Backup Failed”"}},
		"the general message":      {"The last backup couldn’t be completed.", []string{"“The last backup could not be completed”"}},
		"weeks ago":                {"This iPhone hasn’t been backed up in 3 weeks", []string{"“Not backed up in … weeks”"}},
		"files":                    {"Some files were not available during the last backup", []string{"“Some files were unavailable”"}},
		"enabling":                 {"There was a problem enabling iCloud Backup", []string{"“There was a problem enabling iCloud Backup”"}},
		"turning on":               {"Turning On Backup…", []string{"“There was a problem enabling iCloud Backup”"}},
		"restoring":                {"This iPhone is currently being restored", []string{"“Currently being restored”"}},
		"verification":             {"Verification Failed", []string{"“Verification failed: there was an error connecting to the server”"}},
		"terms":                    {"Cannot be completed at this time", []string{"“New iCloud terms and conditions”"}},
		"restrictions":             {"Sign out is not available due to restrictions", []string{"“Not available due to restrictions”"}},
		"never":                    {"Last backup: Never", []string{"“Last Backup: Never”"}},
		"estimating":               {"Estimating time remaining…", []string{"“Estimating time remaining”"}},
		"an app":                   {"Backup Not Supported", []string{"“Backup Not Supported”"}},
		"no Wi-Fi":                 {"To back up, connect to Wi-Fi.", []string{"“Connect to Wi-Fi to back up”"}},
		"room on the device":       {"iPhone Storage Almost Full", []string{"“iPhone Storage Almost Full”"}},
		"room, of either storage":  {"Not Enough Storage", []string{"“Not enough space”"}},
		"no account":               {"Sign in to your iPhone", []string{"“Sign in to your iPhone”"}},
		"account settings":         {"Update Apple Account Settings", []string{"“Verification failed: there was an error connecting to the server”"}},
		"a restore":                {"Stop Restoring", []string{"“Currently being restored”"}},

		"saved on the computer":      {"iTunes could not back up the iPhone “Ann’s iPhone” because the backup could not be saved on the computer.", []string{"“The backup could not be saved on the computer”"}},
		"corrupt, backup":            {"iTunes could not back up the iPhone because the backup was corrupt or not compatible with the iPhone that is being restored.", []string{"“The iPhone could not be backed up because the backup was corrupt or not compatible”"}},
		"corrupt, backup, Finder":    {"The iPad couldn’t be backed up because the backup was corrupt or not compatible with the iPad", []string{"“The iPhone could not be backed up because the backup was corrupt or not compatible”"}},
		"corrupt, restore":           {"iTunes could not restore the iPhone because the backup was corrupt or not compatible with the iPhone that is being restored.", []string{"“The iPhone could not be restored because the backup was corrupt or not compatible”"}},
		"corrupt, restore, short":    {"could not restore, backup corrupt", []string{"“The iPhone could not be restored because the backup was corrupt or not compatible”"}},
		"corrupt, of either":         {"the backup was corrupt or not compatible", []string{"“The backup was corrupt or not compatible”"}},
		"session":                    {"iTunes could not back up the iPhone because the backup session failed", []string{"“The backup session failed”"}},
		"disconnected":               {"The iPhone could not be backed up because the iPhone disconnected.", []string{"“The iPhone could not be backed up because the iPhone disconnected”"}},
		"an error":                   {"Finder could not back up the iPhone because an error occurred.", []string{"“The iPhone could not be backed up because an error occurred”"}},
		"an error with a number":     {"The iPhone could not be backed up because an error occurred (-36).", []string{"“An unknown error occurred (-36)”"}},
		"the computer's disk":        {"The iPhone could not be backed up because not enough free space is available on this computer.", []string{"“Not enough free space on this computer”"}},
		"the computer's disk, typed": {"there isn't enough space on your Mac", []string{"“Not enough free space on this computer”"}},
		"saved on this PC":           {"Your iPhone couldn’t be backed up because the backup couldn’t be saved to your PC.", []string{"“The backup could not be saved on the computer”"}},
		"the PC's disk":              {"Apple Devices could not back up the iPhone because not enough free space is available on this PC.", []string{"“Not enough free space on this computer”"}},
		"backup as a verb":           {"iTunes could not backup the iPhone because an error occurred", []string{"“The iPhone could not be backed up because an error occurred”"}},
		"a cause that is not listed": {"iTunes could not back up the iPhone “Ann’s iPhone” because a connection could not be established.", []string{"“The iPhone could not be backed up because an error occurred”"}},
		"unable to back up":          {"Unable to back up iPhone: session failed", []string{"“The backup session failed”"}},
		"an error of iCloud":         {"This iPhone could not be backed up to iCloud because an error occurred", []string{"“Backup Failed”"}},
		"a name like a message":      {"The iPhone “Session” could not be backed up because an error occurred.", []string{"“The iPhone could not be backed up because an error occurred”"}},
		"a name with quotes":         {`The iPhone "Ann "disconnect" B" could not be backed up because an error occurred.`, []string{"“The iPhone could not be backed up because an error occurred”"}},
		"a name like a restore":      {"iTunes could not back up the iPhone ‘my restore failed’ because the backup could not be saved on the computer.", []string{"“The backup could not be saved on the computer”"}},
		"no iCloud storage":          {"This iPhone could not be backed up because there is not enough iCloud storage available. I do not want to use iTunes.", []string{"“Not enough iCloud storage”"}},
		"weeks, and a computer":      {"iPhone not backed up in 10 weeks, tried with Finder", []string{"“Not backed up in … weeks”"}},
		"a number, and iCloud":       {"An unknown error occurred (-54). I have turned off iCloud Backup.", []string{"“An unknown error occurred (-54)”"}},
		"a message like a name":      {"my iPad ‘Backup failed’ is shown", []string{"“Backup Failed”"}},
		"to recover space":           {"Backup Failed: MBErrorDomain/205. How do I recover the space?", []string{"MBErrorDomain/205"}},
		"a message in quotes":        {"my iPhone says “iCloud storage full” since last week", []string{"“Not enough iCloud storage”"}},
		"spaces around a number":     {"An unknown error occurred ( – 54 ).", []string{"“An unknown error occurred (-54)”"}},
		"a number in brackets":       {"(−36)", []string{"“An unknown error occurred (-36)”"}},
		"signs that are not seen":    {"An unknown error occurred (\u200e-54\u200f).", []string{"“An unknown error occurred (-54)”"}},
		"-54":                        {"-54", []string{"“An unknown error occurred (-54)”"}},
		"an unknown error -54":       {"The iPhone cannot be synced. An unknown error occurred (-54).", []string{"“An unknown error occurred (-54)”"}},
		"error -36":                  {"error -36", []string{"“An unknown error occurred (-36)”"}},
		"a forgotten password":       {"Enter the password to unlock your iPhone backup file", []string{"“Enter the password to unlock your iPhone backup”"}},
		"over two lines":             {"The last backup could not\n be completed.", []string{"“The last backup could not be completed”"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, titles(LookUp(test.text))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLookUpStopsReadingALongText(t *testing.T) {
	const code = " MBErrorDomain/303"
	if found := LookUp(strings.Repeat("x", maxLookUp-len(code)) + code); len(found) != 1 {
		t.Errorf("at the end of what is read: %v", titles(found))
	}
	if found := LookUp(strings.Repeat("x", maxLookUp) + code); len(found) != 0 {
		t.Errorf("behind what is read: %v", titles(found))
	}
}

// FuzzLookUp looks up arbitrary text. Nothing may panic, and results are in the table, without
// duplicates.
func FuzzLookUp(f *testing.F) {
	for _, text := range []string{
		"303", "-1009", "error 303", "MBErrorDomain/208", "MBErrorDomain(303) Underlying error: CKErrorDomain(25)",
		`<CKError 0x28: "Quota Exceeded" (25/2035)>`, "Error Domain=NSURLErrorDomain Code=-1200", "iPhone Backup Failed",
		"…MBErrorDomain:\xff100", strings.Repeat("error1 ", 100),
	} {
		f.Add(text)
	}
	known := titles(Meanings())
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[string]bool{}
		for _, title := range titles(LookUp(text)) {
			if seen[title] {
				t.Errorf("%s is found twice", title)
			}
			seen[title] = true
		}
		for _, title := range known {
			delete(seen, title)
		}
		if len(seen) > 0 {
			t.Errorf("found, and not in the table: %v", seen)
		}
	})
}

// Looking up a title copied from a report finds it.
func TestTitlesLeadBack(t *testing.T) {
	for _, m := range Meanings() {
		found := titles(LookUp(m.Title()))
		if len(found) != 1 || found[0] != m.Title() {
			t.Errorf("%s leads to %v", m.Title(), found)
		}
	}
}

func titles(meanings []Meaning) []string {
	var list []string
	for _, m := range meanings {
		list = append(list, m.Title())
	}
	return list
}

// The advice for a failed restore deletes nothing, renames nothing and overwrites nothing.
func TestAFailedRestoreKeepsTheBackup(t *testing.T) {
	for _, m := range LookUp("iTunes could not restore the iPhone because the backup was corrupt or not compatible with the iPhone that is being restored.") {
		for _, step := range PlanOf([]Meaning{m}) {
			switch step.Remedy.ID {
			case remedies.SetAsideLocalBackup, remedies.ComputerBackup, remedies.DeleteOldBackup, remedies.EraseAndRestore:
				t.Errorf("%s leads to %s", m.Title(), step.Remedy.ID)
			}
		}
	}
}
