package sim

import (
	"maps"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

type diagnosticsRequest struct {
	Request           string
	EntryName         string
	EntryClass        string
	CurrentPlane      string
	MobileGestaltKeys []string
}

// subclasses lists entries that match a requested class: IOKit also matches subclasses.
var subclasses = map[string][]string{
	"IOPMPowerSource": {"AppleSmartBattery", "AppleARMPMUCharger"},
}

// diagnostics serves diagnostics_relay.
func (s *service) diagnostics() {
	for {
		r, err := readRequest[diagnosticsRequest](s)
		if err != nil {
			return
		}
		s.note("diagnostics", r.title())
		if err := s.say(s.diagnose(r), r.Request); err != nil || r.Request == "Goodbye" {
			return
		}
	}
}

func (r diagnosticsRequest) title() string {
	switch {
	case r.CurrentPlane != "":
		return r.Request + " plane " + r.CurrentPlane
	case r.EntryName+r.EntryClass != "":
		return r.Request + " " + r.EntryName + r.EntryClass
	default:
		return r.Request
	}
}

func (s *service) diagnose(r diagnosticsRequest) dict {
	switch r.Request {
	case "IORegistry":
		found := dict{}
		if entry := s.registered(r); entry != nil {
			found["IORegistry"] = entry
		}
		return succeed(found)
	case "GasGauge":
		return succeed(dict{"GasGauge": s.gasGauge()})
	case "All":
		return succeed(dict{
			"GasGauge": s.gasGauge(),
			"HDMI":     dict{"Connection": "Unknown", "DisplayPort": "Unknown"},
			"NAND":     s.unlessDeprecated("NANDInfoDeprecated"),
			"WiFi":     s.unlessDeprecated("WifiInfoDeprecated"),
		})
	case "WiFi":
		return succeed(dict{"WiFi": s.unlessDeprecated("WifiInfoDeprecated")})
	case "NAND":
		return succeed(dict{"NAND": s.unlessDeprecated("NANDInfoDeprecated")})
	case "Restart":
		return s.restart()
	case "MobileGestalt":
		return succeed(dict{"MobileGestalt": s.gestalt(r.MobileGestaltKeys)})
	case "Goodbye":
		return dict{"Status": "Success"}
	default:
		return dict{"Status": "UnknownRequest"}
	}
}

func succeed(diagnostics dict) dict {
	return dict{"Status": "Success", "Diagnostics": diagnostics}
}

// registered returns the first matching IORegistry entry, or nil. A plane takes precedence over a
// name, a name over a class.
func (s *service) registered(r diagnosticsRequest) dict {
	switch {
	case r.CurrentPlane != "":
		return s.plane()
	case r.EntryName != "":
		return s.device.state().registry[r.EntryName]
	}
	for _, class := range append([]string{r.EntryClass}, subclasses[r.EntryClass]...) {
		if entry := s.device.state().registry[class]; entry != nil {
			return entry
		}
	}
	return nil
}

// plane returns the registry tree, with names but no properties.
func (s *service) plane() dict {
	children := []any{}
	for i, name := range slices.Sorted(maps.Keys(s.device.state().registry)) {
		children = append(children, dict{"name": name, "className": name, "regEntry": 0x100000200 + i, "children": []any{}})
	}
	return dict{"name": "Root", "className": "IORegistryEntry", "regEntry": 0x100000100, "children": children}
}

// gasGauge returns the battery in the format of the GasGauge request.
func (s *service) gasGauge() dict {
	battery := s.registered(diagnosticsRequest{EntryClass: "IOPMPowerSource"})
	gauge := dict{"Status": "Success"}
	for key, source := range map[string]string{
		"CycleCount":         "CycleCount",
		"DesignCapacity":     "DesignCapacity",
		"FullChargeCapacity": "MaxCapacity",
	} {
		if value, ok := battery[source]; ok {
			gauge[key] = value
		}
	}
	return gauge
}

// deprecatedSince is the version from which devices no longer support some requests.
var deprecatedSince = device.Version{Major: 17, Minor: 4}

func (s *service) deprecated() bool {
	text, _ := s.device.state().values[""]["ProductVersion"].(string)
	version, err := device.ParseVersion(text)
	return err == nil && version.Compare(deprecatedSince) >= 0
}

func (s *service) unlessDeprecated(status string) dict {
	if s.deprecated() {
		return dict{"Status": status}
	}
	return dict{"Status": "Success", "Active": "NO"}
}

// gestalt answers from the lockdown values with the same names.
func (s *service) gestalt(keys []string) dict {
	if s.deprecated() {
		return dict{"Status": "MobileGestaltDeprecated"}
	}
	answers := dict{"Status": "Success"}
	for _, key := range keys {
		if value, ok := s.device.state().values[""][key]; ok {
			answers[key] = value
		}
	}
	return answers
}
