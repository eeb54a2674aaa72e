package checks

import (
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// A managed holds the signs that someone else manages the device. Their restrictions cannot be
// read over USB.
type managed struct {
	signs    []string // "has 2 configuration profiles", "is supervised"
	evidence []Evidence
	err      error // from a fact that could not be read

	unsupervised bool // the device says that it is not supervised
}

func (m managed) present() bool { return len(m.signs) > 0 }

// String returns the signs, as the end of a sentence that begins with the device.
func (m managed) String() string { return strings.Join(m.signs, " and ") }

func managementHint(s device.Snapshot) managed {
	var m managed
	management := live(s).Management
	profiles, err := management.Profiles.Get()
	if err != nil {
		m.err = err
	} else {
		m.evidence = append(m.evidence, read(s, "Configuration profiles", count(len(profiles), "profile"), "", "MCInstall GetProfileList"))
		if len(profiles) > 0 {
			m.signs = append(m.signs, "has "+count(len(profiles), "configuration profile"))
		}
	}
	supervised, err := management.Supervised.Get()
	if err != nil {
		m.err = err
	} else {
		m.evidence = append(m.evidence, read(s, "Supervised", yesNo(supervised), "", "MCInstall GetCloudConfiguration / IsSupervised"))
		m.unsupervised = !supervised
		if supervised {
			m.signs = append(m.signs, "is supervised")
		}
	}
	if organization, err := management.Organization.Get(); err == nil {
		m.evidence = append(m.evidence, read(s, "Organisation", device.Quoted(organization), "", "MCInstall GetCloudConfiguration / OrganizationName"))
	}
	return m
}

// profilesNamed returns the profiles whose name or identifier contains one of the words.
func profilesNamed(profiles []device.Profile, words ...string) []device.Profile {
	var named []device.Profile
	for _, p := range profiles {
		name, _ := p.Name.Get() // a profile without a name still has an identifier
		text := strings.ToLower(name + " " + p.Identifier)
		for _, word := range words {
			if strings.Contains(text, word) {
				named = append(named, p)
				break
			}
		}
	}
	return named
}

// profileName returns the name of a profile, or else its identifier.
func profileName(p device.Profile) string {
	if name, err := p.Name.Get(); err == nil && name != "" {
		return name
	}
	return p.Identifier
}
