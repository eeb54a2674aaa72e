package usb

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// appSizes asks installation_proxy for the size of each app. The device measures every app to
// answer, which can take a long time.
func appSizes(live *device.Live) service {
	return service{
		name: "com.apple.mobile.installation_proxy",
		read: func(ctx context.Context, l *link) {
			live.Apps = device.FactOf(browse(ctx, l))
		},
		close: func(why error) { live.Apps = device.Unknown[[]device.App](why) },
	}
}

type browseRequest struct {
	Command       string
	ClientOptions browseOptions
}

type browseOptions struct {
	ApplicationType  string
	ReturnAttributes []string
}

// Limits on the response: bytes per part, and apps in total.
const (
	maxAppsPart = 8 << 20
	maxApps     = 10_000
)

// browse reads all apps, which arrive in several parts. Only ctx limits how long the device may
// take.
func browse(ctx context.Context, l *link) ([]device.App, error) {
	if deadline, ok := ctx.Deadline(); ok {
		l.timeout = time.Until(deadline) + time.Second
	}
	part, err := l.ask(ctx, browseRequest{"Browse", browseOptions{
		ApplicationType:  "Any",
		ReturnAttributes: []string{"CFBundleIdentifier", "StaticDiskUsage", "DynamicDiskUsage"},
	}}, anyAnswer)
	apps := []device.App{}
	for err == nil {
		if name, err := part.Text("Error"); err == nil {
			return nil, named(name)
		}
		found, err := parseApps(part)
		if err != nil {
			return nil, err
		}
		if apps = append(apps, found...); len(apps) > maxApps {
			return nil, device.Oversized
		}
		status, err := part.Text("Status")
		if err != nil {
			return nil, err
		}
		if status == "Complete" {
			slices.SortFunc(apps, func(a, b device.App) int {
				return cmp.Or(cmp.Compare(b.DataBytes, a.DataBytes), cmp.Compare(a.BundleID, b.BundleID))
			})
			return slices.Compact(apps), nil // a part may be sent twice
		}
		if part, err = l.receive(ctx, maxAppsPart); err != nil {
			return nil, err
		}
	}
	return nil, err
}

// parseApps parses one part of the app list. Apps without a size are dropped; otherwise they
// would appear to take no space.
func parseApps(part safeplist.Dict) ([]device.App, error) {
	list, err := part.List("CurrentList")
	if errors.Is(err, device.Absent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var apps []device.App
	for _, value := range list {
		values, _ := value.(map[string]any) // a nil map has no identifier
		about := safeplist.Dict(values)
		id, errID := about.Text("CFBundleIdentifier")
		own, errOwn := amount(about, "StaticDiskUsage")
		data, errData := amount(about, "DynamicDiskUsage")
		if errors.Join(errID, errOwn, errData) == nil {
			apps = append(apps, device.App{BundleID: id, AppBytes: own, DataBytes: data})
		}
	}
	return apps, nil
}
