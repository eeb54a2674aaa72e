package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(systemHung, systemHungJudgements)

var systemHungJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, and the system has not crashed since.", ""},
	{"panics", well(lastBackedUp(20*aDay), crashed("panic-full", 3*aDay, 12*time.Hour)), Warning,
		"In the last two weeks the system crashed 2 times.", ""},
	{"no panic", well(lastBackedUp(20 * aDay)), Ask, "", ""},
	{"refused", well(withoutCrashes), Unknown, "The names of crash reports could not be read: the device refused to report it.", device.Refused},
}

func TestHungNamesTheButtonsOfTheModel(t *testing.T) {
	for productType, button := range map[string]string{
		"iPhone8,4":  "Home",
		"iPhone9,1":  "volume down",
		"iPhone14,6": "volume up",
	} {
		evidence := judgeHung(well(lastBackedUp(20*aDay), modelled(productType)))[0].Evidence
		if len(evidence) != 1 || !strings.Contains(evidence[0].Value, button) {
			t.Errorf("%s: evidence %v does not name the %s button", productType, evidence, button)
		}
	}
}
