package usb

import (
	"context"
	"errors"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// management asks MCInstall for the configuration profiles and the supervision state.
func management(live *device.Live) service {
	return service{
		name: "com.apple.mobile.MCInstall",
		read: func(ctx context.Context, l *link) {
			profiles := askManagement(ctx, l, "GetProfileList")
			fillManagement(&live.Management, profiles, askManagement(ctx, l, "GetCloudConfiguration"))
		},
		close: func(why error) {
			fillManagement(&live.Management, reply{err: why}, reply{err: why})
		},
	}
}

// askManagement sends one request.
func askManagement(ctx context.Context, l *link, request string) reply {
	const list, onlyInList = "GetProfileList", "OrderedIdentifiers" // responses do not echo the request
	answer, err := l.ask(ctx, struct{ RequestType string }{request}, func(answer safeplist.Dict, _ bool) bool {
		_, isList := answer[onlyInList]
		return request == list || !isList
	})
	if err != nil {
		return reply{err: err}
	}
	switch status, err := answer.Text("Status"); {
	case err != nil:
		return reply{err: err}
	case status != "Acknowledged":
		return reply{err: device.Gap{Reason: device.DeviceError, Detail: detail(status)}}
	}
	return reply{Dict: answer}
}

func fillManagement(management *device.Management, profiles, cloud reply) {
	if profiles.err != nil {
		management.Profiles = device.Unknown[[]device.Profile](profiles.err)
	} else {
		management.Profiles = device.FactOf(parseProfiles(profiles.Dict))
	}
	configuration := cloud.inner("CloudConfiguration")
	management.Supervised = fact(configuration, flag, "IsSupervised")
	if cloud.err == nil && errors.Is(configuration.err, device.Absent) {
		management.Supervised = device.Known(false) // devices that were never enrolled lack the value
	}
	management.Organization = fact(configuration, safeplist.Dict.Text, "OrganizationName")
	management.MDMLocked = fact(configuration, flag, "IsMDMUnremovable")
}

// parseProfiles parses the profiles in the device's order. For a profile without metadata only
// the identifier is known.
func parseProfiles(answer safeplist.Dict) ([]device.Profile, error) {
	identifiers, err := answer.List("OrderedIdentifiers")
	if err != nil {
		return nil, err
	}
	metadata := reply{Dict: answer}.inner("ProfileMetadata")
	manifest := reply{Dict: answer}.inner("ProfileManifest")
	profiles := make([]device.Profile, 0, len(identifiers))
	for _, value := range identifiers {
		identifier, ok := value.(string)
		if !ok {
			// The profile exists, but nothing else is known about it.
			profiles = append(profiles, device.Profile{
				Name:         device.Unknown[string](device.Undecodable),
				Organization: device.Unknown[string](device.Undecodable),
				Description:  device.Unknown[string](device.Undecodable),
				Locked:       device.Unknown[bool](device.Undecodable),
			})
			continue
		}
		about := metadata.inner(identifier)
		profiles = append(profiles, device.Profile{
			Identifier:   identifier,
			Name:         fact(about, safeplist.Dict.Text, "PayloadDisplayName"),
			Organization: fact(about, safeplist.Dict.Text, "PayloadOrganization"),
			Description:  fact(manifest.inner(identifier), safeplist.Dict.Text, "Description"),
			Locked:       fact(about, flag, "PayloadRemovalDisallowed"),
		})
	}
	return profiles, nil
}
