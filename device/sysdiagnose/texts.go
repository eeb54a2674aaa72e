package sysdiagnose

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// maxLine is the number of bytes read of a line. The rest is skipped.
const maxLine = 16 << 10

// eachLine calls visit for each line of a text of any size, until visit returns false.
func eachLine(r io.Reader, visit func(line string) bool) error {
	buffered := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := buffered.ReadSlice('\n')
		text := strings.TrimRight(string(line), "\r\n")
		for err == bufio.ErrBufferFull {
			_, err = buffered.ReadSlice('\n')
		}
		if (err == nil || text != "") && !visit(text) {
			return nil
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// ownLog finds the name of the archive in sysdiagnose's own log, in case the folder was
// renamed.
func (r *reading) ownLog(m member) error {
	if r.zone != nil {
		return nil
	}
	return eachLine(m.Reader, func(line string) bool { return !r.dateBy(line) })
}

// wifiStatus parses lines such as "    RSSI                 : -55 dBm". Without a network
// the SSID is None; any other name is not kept.
func (r *reading) wifiStatus(m member) error {
	labels := map[string]string{"Power": "", "SSID": "", "BSSID": "", "RSSI": ""}
	err := eachLine(m.Reader, func(line string) bool {
		label, value, found := strings.Cut(line, ":")
		label = strings.TrimSpace(label)
		if known, wanted := labels[label]; found && wanted && known == "" {
			labels[label] = strings.TrimSpace(value)
		}
		return true
	})
	if err != nil {
		return err
	}
	network := &r.archive.History.Network
	switch power, _, _ := strings.Cut(labels["Power"], " "); power {
	case "On":
		network.WiFiOn = device.Known(true)
	case "Off":
		network.WiFiOn = device.Known(false)
	default:
		unknown(&network.WiFiOn, missing(power))
	}
	network.Associated = associated(labels["SSID"], labels["BSSID"])
	network.SignalDBm = device.Unknown[int](device.Absent)
	if on, err := network.Associated.Get(); err == nil && on {
		network.SignalDBm = signal(labels["RSSI"])
	}
	return nil
}

// missing returns the reason why a word is not one of those expected.
func missing(word string) error {
	if word == "" {
		return device.Absent
	}
	return device.Malformed
}

// associated reports whether Wi-Fi was connected to a network. One of the names may be
// withheld.
func associated(names ...string) device.Fact[bool] {
	answer := device.Unknown[bool](device.Absent)
	for _, name := range names {
		switch name {
		case "":
		case "None", "(null)":
			answer = device.Known(false)
		default:
			return device.Known(true)
		}
	}
	return answer
}

// signal parses "-55 dBm".
func signal(text string) device.Fact[int] {
	number, _, _ := strings.Cut(text, " ")
	level, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return device.Unknown[int](missing(number))
	case level >= 0 || level < -120:
		return device.Unknown[int](device.Implausible)
	}
	return device.Known(level)
}

// remaining matches the brctl line with the free iCloud storage.
var remaining = regexp.MustCompile(`(\d{1,18}) bytes of quota remaining`)

// brctl reads the free iCloud storage, if a line has it.
func (r *reading) brctl(m member) error {
	free := &r.archive.History.Account.FreeBytes
	err := eachLine(m.Reader, func(line string) bool {
		if !strings.Contains(line, "quota remaining") {
			return true
		}
		found := remaining.FindStringSubmatch(line)
		if found == nil {
			return true
		}
		bytes, err := strconv.ParseUint(found[1], 10, 64)
		if err == nil {
			learn(free, bytes)
		}
		return err != nil
	})
	unknown(free, device.Absent)
	return err
}

// ioService reads the battery entry from a dump of the whole I/O Registry, tens of
// megabytes of text:
//
//	+-o AppleSmartBattery  <class AppleSmartBattery, …>
//	      "ExternalConnected" = Yes
func (r *reading) ioService(m member) error {
	inBattery := false
	values := map[string]string{"ExternalConnected": "", "IsCharging": "", "CurrentCapacity": "", "MaxCapacity": ""}
	err := eachLine(m.Reader, func(line string) bool {
		if _, entry, begins := strings.Cut(line, "+-o "); begins {
			if inBattery {
				return false // end of the entry
			}
			inBattery = isBattery(entry)
			return true
		}
		if !inBattery {
			return true
		}
		key, value, found := strings.Cut(line, "\" = ")
		key = key[strings.LastIndexByte(key, '"')+1:]
		if known, wanted := values[key]; found && wanted && known == "" {
			values[key] = strings.TrimSpace(value)
		}
		return true
	})
	r.archive.History.Power = device.PastPower{
		External:       yesNo(values["ExternalConnected"]),
		Charging:       yesNo(values["IsCharging"]),
		BatteryPercent: percent(values["CurrentCapacity"], values["MaxCapacity"]),
	}
	return err
}

// isBattery reports whether a registry entry is the device's own battery.
func isBattery(entry string) bool {
	name, _, _ := strings.Cut(strings.TrimSpace(entry), " ")
	return name == "AppleSmartBattery" || name == "AppleARMPMUCharger"
}

func yesNo(word string) device.Fact[bool] {
	switch word {
	case "Yes":
		return device.Known(true)
	case "No":
		return device.Known(false)
	default:
		return device.Unknown[bool](missing(word))
	}
}

// percent returns the battery charge. On a device, the maximum is already 100.
func percent(current, most string) device.Fact[uint64] {
	if current == "" || most == "" {
		return device.Unknown[uint64](device.Absent)
	}
	now, errNow := strconv.ParseUint(current, 10, 32)
	full, errFull := strconv.ParseUint(most, 10, 32)
	switch {
	case errNow != nil || errFull != nil:
		return device.Unknown[uint64](device.Malformed)
	case full == 0 || now > full:
		return device.Unknown[uint64](device.Implausible)
	}
	return device.Known(now * 100 / full)
}

// dumpstate identifies the device. The file lists every computer inside the device, and
// those attached to it; the device itself comes first:
//
//	Local device
//		Properties: {
//			UniqueDeviceID => 00008140-…
func (r *reading) dumpstate(m member) error {
	id := &r.archive.Device
	inside := false
	return eachLine(m.Reader, func(line string) bool {
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			if inside {
				return false
			}
			inside = strings.HasPrefix(line, "Local device")
			return true
		}
		key, value, found := strings.Cut(strings.TrimSpace(line), " => ")
		if !inside || !found {
			return true
		}
		value = clip(strings.Trim(value, `"`))
		switch key {
		case "UniqueDeviceID":
			if udid.MatchString(value) {
				id.UDID = value
			}
		case "DeviceClass":
			learn(&id.Class, value)
		case "ProductType":
			learn(&id.ProductType, value)
		case "OSVersion":
			learn(&id.ProductVersion, value)
		case "BuildVersion":
			learn(&id.BuildVersion, value)
		}
		return true
	})
}

// udid matches 40 hexadecimal digits on old models, and 8 and 16 with a hyphen on newer
// ones.
var udid = regexp.MustCompile(`^[0-9A-Fa-f]{40}$|^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{16}$`)
