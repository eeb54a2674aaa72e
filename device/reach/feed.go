package reach

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// maxFeed is the size limit of the status feed, which is about 10 kB.
const maxFeed = 4 << 20

// watched are the services in the feed that iCloud Backup depends on.
var watched = []string{"iCloud Backup", "iCloud Account & Sign In", "iCloud Storage Upgrades"}

// A feed is Apple's system status.
type feed struct {
	Services []struct {
		Name   string  `json:"serviceName"`
		Events []event `json:"events"`
	} `json:"services"`
}

// An event is one incident of a service. It may be over.
type event struct {
	Type   string      `json:"statusType"`     // Outage, Issue, Maintenance
	Users  string      `json:"usersAffected"`  // Some users are affected
	Status string      `json:"eventStatus"`    // ongoing, resolved, completed, upcoming
	Start  json.Number `json:"epochStartDate"` // milliseconds since 1970
	End    json.Number `json:"epochEndDate"`   // milliseconds since 1970; none while ongoing
}

// parseFeed parses the feed, inside any JSONP wrapper. A feed with none of the watched
// services is malformed.
func parseFeed(text []byte) ([]device.ServiceReport, error) {
	from, to := bytes.IndexByte(text, '{'), bytes.LastIndexByte(text, '}')
	if from < 0 || to < from {
		return nil, device.Malformed
	}
	var f feed
	if err := json.Unmarshal(text[from:to+1], &f); err != nil {
		return nil, device.Malformed
	}
	var reports []device.ServiceReport
	for _, name := range watched {
		for _, service := range f.Services {
			if service.Name == name {
				reports = append(reports, report(name, service.Events))
				break
			}
		}
	}
	if len(reports) == 0 {
		return nil, device.Malformed
	}
	return reports, nil
}

// report returns the state of a service by its first ongoing event.
func report(name string, events []event) device.ServiceReport {
	r := device.ServiceReport{Name: name}
	i := slices.IndexFunc(events, event.lasts)
	if i < 0 {
		return r
	}
	e := events[i]
	r.Trouble, r.Users = short(e.Type), short(e.Users)
	if r.Trouble == "" {
		r.Trouble = "Issue"
	}
	if ms, err := e.Start.Int64(); err == nil && ms > 0 && ms < 1e13 {
		r.Since = time.UnixMilli(ms).UTC()
	}
	return r
}

func (e event) lasts() bool {
	if e.Status != "" {
		return strings.EqualFold(e.Status, "ongoing")
	}
	end, err := e.End.Int64()
	return err != nil || end == 0
}
