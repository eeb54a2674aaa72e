package backup

import (
	"context"
	"errors"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/backup/evidence"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// lastBackups is lockdown's record of backups.
var lastBackups = file{homeDomain, "Library/Preferences/com.apple.mobile.ldbackup.plist"}

// maxEvidence bounds files read into memory. Property lists are a few KiB; databases are read
// in place.
const maxEvidence = 8 << 20

// Domains that hold evidence.
const (
	homeDomain     = "HomeDomain"
	rootDomain     = "RootDomain"
	systemDomain   = "SystemPreferencesDomain"
	cameraDomain   = "CameraRollDomain"
	profilesDomain = "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles"
)

// Evidence reads the device's records of its iCloud backups as of this backup. It finds files
// by ID, so it need not walk a backup of 500,000 files.
//
// It never fails: facts that could not be read are unknown, with the reason. An encrypted
// backup without its password yields nothing.
func Evidence(ctx context.Context, folder Folder, options Options) device.History {
	h := device.History{Source: "backup", Origin: folder.Path}
	if ctx.Err() != nil {
		unknownEvidence(&h, reasonFor(context.Cause(ctx)))
		return h
	}
	s, err := openStore(ctx, folder, options)
	if err != nil {
		unknownEvidence(&h, closedFor(err, options))
		return h
	}
	defer s.close()
	h.AsOf = either(s.status.date, s.info.date)
	asOf, _ := h.AsOf.Get()

	if data, err := s.read(ctx, lastBackups); err != nil {
		evidence.LastBackupsUnknown(&h, reasonFor(err))
	} else if err := evidence.LastBackups(&h, data, asOf); err != nil {
		evidence.LastBackupsUnknown(&h, err)
	}
	s.mobileBackup(ctx, &h)
	s.accounts(ctx, &h)
	s.settings(ctx, &h)
	s.knownNetworks(ctx, &h)
	s.photos(ctx, &h)
	return h
}

// closedFor returns why a backup could not be unlocked. It reports a wrong password only if the
// password was fully tried.
func closedFor(err error, options Options) error {
	switch {
	case !errors.Is(err, errClosed) || options.Locked == nil:
		return reasonFor(err)
	case errors.Is(options.Locked, keybag.ErrWrongPassword):
		return device.WrongPassword
	default:
		return reasonFor(options.Locked)
	}
}

// unknownEvidence records why nothing is known.
func unknownEvidence(h *device.History, why error) {
	evidence.LastBackupsUnknown(h, why)
	evidence.MobileBackupUnknown(h, why)
	evidence.AccountsUnknown(h, why)
	h.AsOf = device.Unknown[time.Time](why)
	h.Restrictions.CloudBackupAllowed = device.Unknown[bool](why)
	h.CloudPhotos = device.Unknown[bool](why)
	h.SetupDone = device.Unknown[bool](why)
	h.Network.KnownNetworks = device.Unknown[uint64](why)
	h.Network.WiFiOn = device.Unknown[bool](why)
	h.Network.AirplaneMode = device.Unknown[bool](why)
}

// mobileBackup reads backupd's state. It is in HomeDomain on iOS 27 and in RootDomain before. If
// both exist, as after an update, the one with the newest date counts, or else the fuller one; if one
// of them cannot be read, it may be that.
func (s *store) mobileBackup(ctx context.Context, h *device.History) {
	const path = "Library/Preferences/com.apple.MobileBackup.plist"
	var best []byte
	var newest time.Time
	for _, domain := range []string{homeDomain, rootDomain} {
		data, err := s.read(ctx, file{domain, path})
		if isAbsent(err) || err == nil && len(data) == 0 {
			continue
		}
		state := device.History{AsOf: h.AsOf}
		if err == nil {
			err = evidence.MobileBackup(&state, data)
		}
		if err != nil {
			evidence.MobileBackupUnknown(h, reasonFor(err))
			return
		}
		if at := evidence.Newest(state); best == nil || at.After(newest) || at.Equal(newest) && len(data) > len(best) {
			best, newest = data, at
		}
	}
	if best == nil {
		evidence.MobileBackupUnknown(h, device.Absent)
		return
	}
	if err := evidence.MobileBackup(h, best); err != nil {
		evidence.MobileBackupUnknown(h, err)
	}
}

// accounts reads the accounts database, with its log if the backup has one. The device also
// keeps a second, previously verified copy.
func (s *store) accounts(ctx context.Context, h *device.History) {
	why := error(device.Absent)
	for _, path := range []string{"Library/Accounts/Accounts3.sqlite", "Library/Accounts/VerifiedBackup/Accounts3.sqlite"} {
		err := s.accountsAt(ctx, h, path)
		if err == nil {
			return
		}
		if !isAbsent(err) {
			why = reasonFor(err)
		}
	}
	evidence.AccountsUnknown(h, why)
}

func (s *store) accountsAt(ctx context.Context, h *device.History, path string) error {
	opened, err := s.open(ctx, file{homeDomain, path})
	if err != nil {
		return err
	}
	defer opened.Close()
	conn, err := s.openDatabase(ctx, opened, file{homeDomain, path})
	if err != nil {
		return err
	}
	defer conn.Close()
	return evidence.Accounts(h, conn)
}

// openDatabase opens a database together with its write-ahead log, if the backup has one.
func (s *store) openDatabase(ctx context.Context, opened plainFile, f file) (*database.Conn, error) {
	log, err := s.open(ctx, file{f.domain, f.path + "-wal"})
	switch {
	case isAbsent(err):
		return database.OpenReaderAt(ctx, opened, opened.size)
	case err != nil:
		return nil, err
	}
	defer log.Close()
	if log.size == 0 {
		return database.OpenReaderAt(ctx, opened, opened.size)
	}
	return database.OpenWithLog(ctx, opened.all(), log.all())
}

// isAbsent reports whether a backup does not have a file.
func isAbsent(err error) bool {
	return errors.Is(err, manifest.ErrNotFound)
}

// settings reads the property lists with one setting each. If a list is missing or unreadable,
// its facts stay unknown.
func (s *store) settings(ctx context.Context, h *device.History) {
	for _, setting := range []struct {
		from   file
		parse  func(*device.History, []byte) error
		absent func(error)
	}{
		{
			file{homeDomain, "Library/UserConfigurationProfiles/EffectiveUserSettings.plist"},
			evidence.EffectiveSettings, func(why error) { evidence.EffectiveUnread(h, why) },
		},
		{
			file{homeDomain, "Library/UserConfigurationProfiles/PublicInfo/PublicEffectiveUserSettings.plist"},
			evidence.EffectiveSettings, func(why error) { evidence.EffectiveUnread(h, why) },
		},
		{
			file{profilesDomain, "Library/ConfigurationProfiles/EffectiveUserSettings.plist"},
			evidence.EffectiveSettings, func(why error) { evidence.EffectiveUnread(h, why) },
		},
		{
			file{profilesDomain, "Library/ConfigurationProfiles/CloudConfigurationDetails.plist"},
			evidence.CloudConfiguration, unknown(&h.Restrictions.Supervised),
		},
		{
			file{systemDomain, "SystemConfiguration/com.apple.wifi.plist"},
			evidence.WiFi, unknown(&h.Network.WiFiOn),
		},
		{
			file{systemDomain, "SystemConfiguration/com.apple.radios.plist"},
			evidence.Radios, unknown(&h.Network.AirplaneMode),
		},
		{
			file{homeDomain, "Library/Preferences/com.apple.purplebuddy.plist"},
			evidence.Setup, unknown(&h.SetupDone),
		},
		{
			file{homeDomain, "Library/Preferences/com.apple.mobileslideshow.plist"},
			evidence.Photos, unknown(&h.CloudPhotos),
		},
	} {
		data, err := s.read(ctx, setting.from)
		if err == nil {
			err = setting.parse(h, data)
		}
		if err != nil {
			setting.absent(reasonFor(err))
		}
	}
}

// knownNetworks reads the list of Wi-Fi networks, at the root of its domain (iOS 14 and later)
// or else in the folder of the other network settings.
func (s *store) knownNetworks(ctx context.Context, h *device.History) {
	const name = "com.apple.wifi.known-networks.plist"
	why := error(device.Absent)
	for _, path := range []string{name, "SystemConfiguration/" + name} {
		data, err := s.read(ctx, file{systemDomain, path})
		if err == nil {
			err = evidence.KnownNetworks(h, data)
		}
		if err == nil {
			return
		}
		if !isAbsent(err) {
			why = reasonFor(err)
		}
	}
	unknown(&h.Network.KnownNetworks)(why)
}

// unknown sets the reason of a fact unless another file has already supplied its value. That a file
// is missing explains nothing where another could not be read.
func unknown[T any](fact *device.Fact[T]) func(why error) {
	return func(why error) {
		_, before := fact.Get()
		if before != nil && (errors.Is(before, device.NotAsked) || !errors.Is(why, device.Absent)) {
			*fact = device.Unknown[T](why)
		}
	}
}

// photos falls back to the marker that iCloud Photos leaves if its setting is missing.
func (s *store) photos(ctx context.Context, h *device.History) {
	if _, err := h.CloudPhotos.Get(); err == nil {
		return
	}
	if _, err := s.read(ctx, file{cameraDomain, "Media/PhotoData/cpl_enabled_marker"}); err == nil {
		h.CloudPhotos = device.Known(true)
	}
}
