package sim

import "slices"

type installationRequest struct {
	Command       string
	ClientOptions struct {
		ApplicationType  string
		ReturnAttributes []string
		BundleIDs        []string
	}
}

// browseChunk is the number of apps per part of a Browse response.
const browseChunk = 20

// installation serves installation_proxy.
func (s *service) installation() {
	for {
		r, err := readRequest[installationRequest](s)
		if err != nil {
			return
		}
		s.note("installation_proxy", r.Command)
		switch r.Command {
		case "Browse":
			err = s.browse(r)
		case "Lookup":
			err = s.lookup(r)
		default:
			err = s.say(dict{"Error": "InvalidCommand", "ErrorDescription": "unknown command"}, r.Command)
		}
		if err != nil {
			return
		}
	}
}

func (s *service) browse(r installationRequest) error {
	apps := s.installed(r)
	index := 0
	for chunk := range slices.Chunk(apps, browseChunk) {
		list := make([]dict, len(chunk))
		for i, app := range chunk {
			list[i] = r.attributes(app)
		}
		message := dict{
			"Status":        "BrowsingApplications",
			"CurrentIndex":  index,
			"CurrentAmount": len(list),
			"Total":         len(apps),
			"CurrentList":   list,
		}
		if err := s.say(message, r.Command); err != nil {
			return err
		}
		index += len(list)
	}
	return s.say(dict{"Status": "Complete"}, r.Command)
}

func (s *service) lookup(r installationRequest) error {
	found := dict{}
	for _, app := range s.installed(r) {
		if id, ok := app["CFBundleIdentifier"].(string); ok {
			found[id] = r.attributes(app)
		}
	}
	return s.say(dict{"Status": "Complete", "LookupResult": found}, r.Command)
}

// installed returns the apps with the requested type and identifiers.
func (s *service) installed(r installationRequest) []dict {
	var apps []dict
	for _, app := range s.device.state().apps {
		id, _ := app["CFBundleIdentifier"].(string)
		if kind := r.ClientOptions.ApplicationType; kind != "" && kind != "Any" && app["ApplicationType"] != kind {
			continue
		}
		if only := r.ClientOptions.BundleIDs; len(only) > 0 && !slices.Contains(only, id) {
			continue
		}
		apps = append(apps, app)
	}
	return apps
}

// attributes returns the requested attributes of an app. Sizes are included only if requested.
func (r installationRequest) attributes(app dict) dict {
	wanted := r.ClientOptions.ReturnAttributes
	told := dict{}
	for key, value := range app {
		size := key == "StaticDiskUsage" || key == "DynamicDiskUsage"
		if slices.Contains(wanted, key) || len(wanted) == 0 && !size {
			told[key] = value
		}
	}
	return told
}
