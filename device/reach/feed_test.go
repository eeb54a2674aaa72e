package reach

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestParseFeed(t *testing.T) {
	const began = 1_763_800_000_000 // milliseconds
	since := time.UnixMilli(began).UTC()
	for _, test := range []struct {
		name, text string
		want       []device.ServiceReport
	}{
		{"all is well", healthyFeed, []device.ServiceReport{{Name: "iCloud Backup"}}},
		{"wrapped in a call", "jsonCallback(" + healthyFeed + ");", []device.ServiceReport{{Name: "iCloud Backup"}}},
		{"an outage", `{"services":[{"serviceName":"iCloud Backup","events":[
			{"statusType":"Issue","eventStatus":"resolved","epochStartDate":1,"epochEndDate":2},
			{"statusType":"Outage","usersAffected":"Some users are affected","eventStatus":"ongoing","epochStartDate":1763800000000,"epochEndDate":null}]}]}`,
			[]device.ServiceReport{{Name: "iCloud Backup", Trouble: "Outage", Users: "Some users are affected", Since: since}}},
		{"one without a status", `{"services":[{"serviceName":"iCloud Account & Sign In","events":[{"statusType":"Outage","epochStartDate":"1763800000000"}]}]}`,
			[]device.ServiceReport{{Name: "iCloud Account & Sign In", Trouble: "Outage", Since: since}}},
		{"one to come", `{"services":[{"serviceName":"iCloud Backup","events":[{"statusType":"Maintenance","eventStatus":"upcoming"}]}]}`,
			[]device.ServiceReport{{Name: "iCloud Backup"}}},
		{"one without a kind", `{"services":[{"serviceName":"iCloud Backup","events":[{"eventStatus":"ongoing"}]}]}`,
			[]device.ServiceReport{{Name: "iCloud Backup", Trouble: "Issue"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseFeed([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, text := range map[string]string{
		"nothing": "", "a page": "<html>sign in</html>", "half": `{"services":[`, "brackets the wrong way": "}{",
		"another shape": `{"services":{}}`, "other services": `{"services":[{"serviceName":"Music"}]}`,
	} {
		if got, err := parseFeed([]byte(text)); err == nil {
			t.Errorf("%s was taken for %+v", name, got)
		}
	}
}

// FuzzParseFeed checks that anything read from a feed is short and about a watched service.
func FuzzParseFeed(f *testing.F) {
	f.Add([]byte(healthyFeed))
	f.Add([]byte(`({"services":[{"serviceName":"iCloud Backup","events":[{"statusType":"Outage","epochEndDate":0}]}]})`))
	f.Fuzz(func(t *testing.T, text []byte) {
		reports, err := parseFeed(text)
		if err == nil && len(reports) == 0 {
			t.Error("no report and no error")
		}
		for _, r := range reports {
			if len(r.Trouble) > 100 || len(r.Users) > 100 || len(reports) > len(watched) {
				t.Errorf("%+v", r)
			}
		}
	})
}
