package evidence

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// EffectiveSettings reads EffectiveUserSettings.plist or PublicEffectiveUserSettings.plist,
// which hold what all profiles and Screen Time enforce together. Both may be passed, one after
// the other; a restriction in either applies.
//
// Only "value" counts. The related Truth.plist has "preference" in the same place, which is
// false even on devices without restrictions: it says how profiles are merged.
func EffectiveSettings(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	restricted, err := list.Dict("restrictedBool")
	h.Restrictions.CloudBackupAllowed = stricter(h.Restrictions.CloudBackupAllowed, setting(restricted, err, "allowCloudBackup"), false)
	h.Restrictions.AccountChangesAllowed = stricter(h.Restrictions.AccountChangesAllowed, setting(restricted, err, "allowAccountModification"), false)
	h.Restrictions.EncryptionForced = stricter(h.Restrictions.EncryptionForced, setting(restricted, err, "forceEncryptedBackup"), true)
	return nil
}

func setting(restricted safeplist.Dict, err error, key string) device.Fact[bool] {
	if err != nil {
		return device.Unknown[bool](err)
	}
	entry, err := restricted.Dict(key)
	if err != nil {
		return device.Unknown[bool](err)
	}
	return device.FactOf(entry.Bool("value"))
}

// stricter merges the values of two files. The strict value decides, and a file that cannot be read
// may have it.
func stricter(first, second device.Fact[bool], strict bool) device.Fact[bool] {
	weight := func(fact device.Fact[bool]) int {
		value, err := fact.Get()
		switch {
		case err == nil && value == strict:
			return 4
		case err == nil:
			return 2
		case errors.Is(err, device.NotAsked):
			return 0
		case errors.Is(err, device.Absent):
			return 1
		default:
			return 3
		}
	}
	if weight(second) > weight(first) {
		return second
	}
	return first
}

// EffectiveUnread merges a file of EffectiveSettings that could not be read.
func EffectiveUnread(h *device.History, why error) {
	unread := device.Unknown[bool](why)
	h.Restrictions.CloudBackupAllowed = stricter(h.Restrictions.CloudBackupAllowed, unread, false)
	if !errors.Is(why, device.Absent) {
		h.Restrictions.AccountChangesAllowed = stricter(h.Restrictions.AccountChangesAllowed, unread, false)
		h.Restrictions.EncryptionForced = stricter(h.Restrictions.EncryptionForced, unread, true)
	}
}

// CloudConfiguration reads CloudConfigurationDetails.plist: whether the device is
// supervised.
func CloudConfiguration(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	h.Restrictions.Supervised = device.FactOf(list.Bool("IsSupervised"))
	return nil
}

// Photos reads com.apple.mobileslideshow.plist: whether iCloud Photos is on.
func Photos(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	h.CloudPhotos = truth(list, "cloudPhotosEnable")
	return nil
}

// Setup reads com.apple.purplebuddy.plist: whether Setup Assistant was completed.
func Setup(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	h.SetupDone = anyTrue(list, "SetupDone", "SetupFinishedAllSteps")
	return nil
}

// WiFi reads com.apple.wifi.plist: whether Wi-Fi is switched on, as far as is known.
func WiFi(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	h.Network.WiFiOn = truth(list, "AllowEnable")
	return nil
}

// Radios reads com.apple.radios.plist: whether airplane mode is on.
func Radios(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	h.Network.AirplaneMode = truth(list, "AirplaneMode")
	return nil
}

// KnownNetworks reads com.apple.wifi.known-networks.plist and counts the networks. The keys of
// the list are network names, which are not kept. A setting that cannot be read of one network
// leaves its count unknown, and a date to come the network that was joined last.
func KnownNetworks(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	var known uint64
	var lowData, noAutoJoin, captive tally
	var newest time.Time
	var unread error
	newestLowData := device.Unknown[bool](device.Absent)
	for name := range list {
		network, err := list.Dict(name)
		if err != nil && !strings.HasPrefix(name, "wifi.network.") {
			continue
		}
		known++
		low := switchOf(network, err, "LowDataMode")
		profile, profileErr := network.Dict("CaptiveProfile")
		if err != nil {
			unread, profileErr = err, err
		}
		lowData.add(low)
		noAutoJoin.add(switchOf(network, err, "AutoJoinDisabled"))
		captive.add(switchOf(profile, profileErr, "CaptiveNetwork"))
		at, errJoined := lastJoined(network)
		unread = cmp.Or(unread, errJoined)
		switch {
		case at.After(newest):
			newest, newestLowData = at, low
		case !at.IsZero() && at.Equal(newest) && low != newestLowData: // which of them was joined last is not known
			newestLowData = device.Unknown[bool](device.Inconclusive)
		}
	}
	asOf, err := h.AsOf.Get()
	switch {
	case unread != nil:
		newestLowData = device.Unknown[bool](unread)
	case err == nil && newest.After(asOf.Add(ahead)):
		newestLowData = device.Unknown[bool](device.Implausible)
	}
	h.Network.KnownNetworks = device.Known(known)
	h.Network.LowDataMode = lowData.fact()
	h.Network.AutoJoinOff = noAutoJoin.fact()
	h.Network.Captive = captive.fact()
	h.Network.NewestLowData = newestLowData
	return nil
}

// switchOf reads a switch that is off where it is missing, from a dictionary that may itself be
// missing or unreadable.
func switchOf(list safeplist.Dict, err error, key string) device.Fact[bool] {
	if err != nil && !errors.Is(err, device.Absent) {
		return device.Unknown[bool](err)
	}
	value := truth(list, key)
	if _, err := value.Get(); errors.Is(err, device.Absent) {
		return device.Known(false)
	}
	return value
}

// A tally counts switches that are on. One that could not be read leaves it unknown.
type tally struct {
	on  uint64
	err error
}

func (t *tally) add(fact device.Fact[bool]) {
	on, err := fact.Get()
	switch {
	case err != nil:
		t.err = err
	case on:
		t.on++
	}
}

func (t tally) fact() device.Fact[uint64] {
	if t.err != nil {
		return device.Unknown[uint64](t.err)
	}
	return device.Known(t.on)
}

// lastJoined returns when a network was last joined, manually or automatically; zero if it has no
// date, and an error if it has one that cannot be read.
func lastJoined(network safeplist.Dict) (last time.Time, unread error) {
	for _, key := range []string{"JoinedByUserAt", "JoinedBySystemAt", "LastAssociatedAt"} {
		at, err := network.Date(key)
		switch {
		case err == nil && at.After(last):
			last = at
		case err != nil && !errors.Is(err, device.Absent):
			unread = err
		}
	}
	return last, unread
}
