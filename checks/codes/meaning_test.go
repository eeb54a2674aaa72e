package codes

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// The numbers that the table promises to have.
var promisedNumbers = map[ErrorDomain][]int{
	MBErrorDomain: {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 17, 18, 19, 20, 21, 22, 24, 25, 26,
		100, 102, 103, 104, 105, 106,
		202, 203, 204, 205, 207, 208, 209, 210, 211, 212, 213, 217, 218, 219, 220, 221, 222, 223, 224,
		300, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310,
		500, 501, 556, 557,
	},
	CKErrorDomain:    {1, 2, 3, 4, 6, 7, 9, 15, 16, 17, 18, 20, 23, 25, 26, 28, 32, 36},
	NSURLErrorDomain: {-999, -1001, -1003, -1004, -1005, -1009, -1020, -1200, -1201, -1202, -1203, -1204, -1205, -1206},
}

func TestEveryPromisedNumberIsInTheTable(t *testing.T) {
	for domain, promised := range promisedNumbers {
		var numbers []int
		for _, m := range Meanings() {
			if m.Domain == domain {
				numbers = append(numbers, m.Number)
			}
		}
		slices.Sort(promised)
		slices.Sort(numbers)
		if !slices.Equal(numbers, promised) {
			t.Errorf("%s has the numbers %v, want %v, each once", domain, numbers, promised)
		}
	}
}

// The numbers that backupd considers passing.
func TestPassingCodes(t *testing.T) {
	want := []int{17, 19, 20, 105, 106, 202, 208, 217, 218, 219, 220, 300, 302, 304, 305, 308, 310, 556, 557}
	var got []int
	for _, m := range backupCodes {
		if m.Passing {
			got = append(got, m.Number)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("passing are %v, want %v", got, want)
	}
}

// A code that backupd turns into another agrees with it on passing and on what it stops.
func TestForeignCodesAgreeWithWhatTheyBecome(t *testing.T) {
	for _, m := range slices.Concat(cloudKitCodes, urlCodes) {
		if m.Becomes == 0 {
			continue
		}
		own, known := Find(ID{MBErrorDomain, m.Becomes})
		if !known {
			t.Errorf("%s becomes %d, which is not in the table", m.Title(), m.Becomes)
			continue
		}
		if m.Passing != own.Passing {
			t.Errorf("%s: passing is %v, and %v for what it becomes", m.Title(), m.Passing, own.Passing)
		}
	}
}

func TestOnlyTheNumbersOfMobileBackupAreUnofficial(t *testing.T) {
	for _, m := range Meanings() {
		if got, want := m.Unofficial(), m.Domain == MBErrorDomain; got != want {
			t.Errorf("%s: unofficial is %v", m.Title(), got)
		}
		if m.Domain == CKErrorDomain && m.Name == "" || m.Domain == NSURLErrorDomain && m.Name == "" {
			t.Errorf("%s: is public, and has no name", m.Title())
		}
	}
}

func TestPlanOfMeaningsPutsWhatIsNeededFirst(t *testing.T) {
	steps := PlanOf(LookUp("MBErrorDomain(203) Underlying error: CKErrorDomain(25)"))
	var ids []remedies.ID
	for _, step := range steps {
		ids = append(ids, step.Remedy.ID)
	}
	want := []remedies.ID{remedies.CheckICloudStorage, remedies.CheckStorageAccount, remedies.ComputerBackup, remedies.BuyStorage, remedies.ChooseAppsToBackUp, remedies.UpdateSoftware, remedies.DeleteOtherDevicesBackups}
	if !slices.Equal(ids, want) {
		t.Errorf("the plan is %v, want %v", ids, want)
	}
	if got, want := steps[0].For, []string{"CKErrorDomain/25 (quotaExceeded)"}; !slices.Equal(got, want) {
		t.Errorf("the first step is for %v, want %v", got, want)
	}
}
