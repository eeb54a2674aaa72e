package host

import (
	"golang.org/x/sys/windows/registry"

	"github.com/backupdoctor/backupdoctor/device"
)

// readTimekeeping reads the settings of the Windows Time service. Values that cannot be
// read stay empty.
func readTimekeeping() timekeeping {
	const service = `SYSTEM\CurrentControlSet\Services\W32Time`
	t := timekeeping{follows: device.Unknown[bool](device.Unsupported)}
	if key, err := registry.OpenKey(registry.LOCAL_MACHINE, service, registry.QUERY_VALUE); err == nil {
		defer key.Close()
		if start, _, err := key.GetIntegerValue("Start"); err == nil {
			t.start = start
		}
	}
	if key, err := registry.OpenKey(registry.LOCAL_MACHINE, service+`\Parameters`, registry.QUERY_VALUE); err == nil {
		defer key.Close()
		if source, _, err := key.GetStringValue("Type"); err == nil {
			t.source = source
		}
	}
	return t
}
