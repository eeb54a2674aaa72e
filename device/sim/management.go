package sim

// management serves MCInstall from the device files. A device without a file for the profile list
// has no profiles.
func (s *service) management() {
	type request struct{ RequestType string }
	for {
		r, err := readRequest[request](s)
		if err != nil {
			return
		}
		s.note("mcinstall", r.RequestType)
		if err := s.say(s.managed(r.RequestType), r.RequestType); err != nil {
			return
		}
	}
}

func (s *service) managed(request string) dict {
	if reply, ok := s.device.state().management[request]; ok {
		return reply
	}
	switch request {
	case "GetProfileList":
		return dict{
			"Status":             "Acknowledged",
			"OrderedIdentifiers": []any{},
			"ProfileManifest":    dict{},
			"ProfileMetadata":    dict{},
		}
	case "GetCloudConfiguration", "HelloHostIdentifier", "Flush":
		return dict{"Status": "Acknowledged"}
	default:
		return dict{
			"Status": "Error",
			"ErrorChain": []any{dict{
				"ErrorCode":            4001,
				"ErrorDomain":          "MCInstallationErrorDomain",
				"LocalizedDescription": "The request is not supported",
			}},
		}
	}
}
