package usb

import (
	"bytes"
	"strings"
	"time"

	"howett.net/plist"
)

// infoKeys maps root values to their keys in Info.plist.
var infoKeys = map[string]string{
	"DeviceName":                            "Device Name",
	"ProductType":                           "Product Type",
	"ProductName":                           "Product Name",
	"ProductVersion":                        "Product Version",
	"BuildVersion":                          "Build Version",
	"SerialNumber":                          "Serial Number",
	"InternationalMobileEquipmentIdentity":  "IMEI",
	"InternationalMobileEquipmentIdentity2": "IMEI 2",
	"MobileEquipmentIdentifier":             "MEID",
	"IntegratedCircuitCardIdentity":         "ICCID",
	"PhoneNumber":                           "Phone Number",
	"UniqueDeviceID":                        "Target Identifier",
}

// infoPlist returns the Info.plist that the computer writes into a backup. Finder and
// idevicebackup2 recognize a backup by it; the device does not read it. Like theirs, it names the
// device's owner.
func infoPlist(root reply, now time.Time) ([]byte, error) {
	info := map[string]any{
		"Target Type":            "Device",
		"Last Backup Date":       now.UTC(),
		"iTunes Version":         "12.13.2.3", // some programs reject versions they consider too old
		"Installed Applications": []string{},
		"Applications":           map[string]any{},
	}
	for key, name := range infoKeys {
		if text, err := root.Text(key); err == nil && text != "" {
			info[name] = clean(text)
		}
	}
	if udid, ok := info["Target Identifier"].(string); ok {
		info["Unique Identifier"] = strings.ToUpper(udid)
	}
	if name, ok := info["Device Name"]; ok {
		info["Display Name"] = name
	}
	var list bytes.Buffer
	encoder := plist.NewEncoderForFormat(&list, plist.XMLFormat)
	encoder.Indent("\t")
	err := encoder.Encode(info)
	return list.Bytes(), err
}

// clean removes characters that XML cannot represent.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
}
