package checks

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
)

// corrections lists what is outdated or wrong in the article that the checks began with.
const corrections = `
## Corrections

The checks began with the eleven causes of [iCloud Backup Failed on iPhone or iPad?](https://osxdaily.com/2020/12/19/icloud-backup-failed-iphone-ipad-fix-troubleshoot/). The remedies here differ from that article:

1. Wi-Fi is not required: 5G iPhones with iOS 15 or later can back up over cellular.
2. The buttons for a force restart do not follow from the Home button alone: iPhone 7, 8 and SE (2nd and 3rd generation) and iPod touch (7th generation) have one, and restart differently from older models.
3. Its steps for models with Face ID also apply to iPads with Touch ID in the top button.
4. The menu paths to erasing the device and to iCloud storage changed in iOS 15 and 16.
5. Turning off iCloud Photos frees no iCloud storage, and makes the backup larger.
6. Before erasing, only a backup to a computer helps: the iCloud backup is what fails.
7. Deleting the iCloud backup also turns iCloud Backup off, so it must be turned on again.
8. Contact Apple Support before erasing, not after.
`

// IDs are stable, because reports and scripts name them: none is ever removed from the
// catalogue.
func TestReadme(t *testing.T) {
	const path = "README.md"
	want := catalogue(All()) + meaningCatalogue(codes.Meanings()) + evidenceCatalogue() + evidenceTable(t) + corrections
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, heading := range regexp.MustCompile(`(?m)^## [a-z0-9-]+\n`).FindAllString(string(before), -1) {
		if !strings.Contains(want, "\n"+heading) {
			t.Fatalf("%s is gone from All, and ids are never removed", strings.TrimSpace(heading[3:]))
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the code says; run: UPDATE=1 go test ./checks -run TestReadme", path)
	}
}

func TestCatalogueLinksLead(t *testing.T) {
	page := catalogue(All()) + meaningCatalogue(codes.Meanings()) + evidenceCatalogue() + evidenceTable(t) + corrections
	headings := map[string]bool{}
	for line := range strings.Lines(page) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			if headings[id] {
				t.Errorf("two entries are called %s", id)
			}
			headings[id] = true
		}
	}
	links := regexp.MustCompile(`\(#([^)]*)\)`).FindAllStringSubmatch(page, -1)
	if len(links) == 0 {
		t.Fatal("the page has no links")
	}
	for _, link := range links {
		if !headings[link[1]] {
			t.Errorf("nothing is called %s", link[1])
		}
	}
}

func TestCatalogueOfOneCheckIsWhole(t *testing.T) {
	page := catalogue([]*Check{corruptPreviousBackup})
	for _, want := range []string{
		"| [corrupt-previous-backup](#corrupt-previous-backup) | The backup in iCloud is sound | blocks | both |",
		"> Does every backup fail",
		"## delete-old-backup",
		"## computer-backup", // needed by it
		withPaths("3. Go to {P-BACKUPS} and delete the backup"),
		"- [OSXDaily: iCloud Backup Failed on iPhone or iPad?](https://osxdaily.com/2020/12/19/icloud-backup-failed-iphone-ipad-fix-troubleshoot/)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "## erase-and-restore") {
		t.Error("the page has a remedy that nothing on it names")
	}
}
