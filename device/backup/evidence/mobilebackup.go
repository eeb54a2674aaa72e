package evidence

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// Bounds on lists in the files; real ones have ten entries, or one per app.
const (
	maxResults = 100
	maxWindows = 100
	maxDomains = 5_000
	maxCauses  = 8
	maxText    = 500
)

// limits bound the property lists of backupd and related daemons, a few KiB each.
var limits = safeplist.Limits{MaxBytes: 8 << 20, MaxDepth: 32, MaxObjects: 100_000}

// MobileBackup reads com.apple.MobileBackup.plist, the state of the daemon that makes iCloud
// backups. It is an empty dictionary if iCloud Backup was never used.
func MobileBackup(h *device.History, data []byte) error {
	list, err := safeplist.Parse(data, limits)
	if err != nil {
		return err
	}
	state, stateErr := list.Dict("BackupStateInfo")
	h.CloudBackup.EnabledSince = device.FactOf(list.Date("AccountEnabledDate"))
	h.CloudBackup.State = within(stateErr, state.Uint, "state")
	h.CloudBackup.Progress = within(stateErr, state.Float, "progress")
	h.CloudBackup.AttemptCount = within(stateErr, state.Uint, "backupAttemptCount")
	h.CloudBackup.Results, h.CloudBackup.UnreadResults = results(state, stateErr)

	readable, unread := windows(list)
	h.Schedule = device.PastSchedule{
		Windows:            readable,
		UnreadWindows:      unread,
		FailureCount:       device.FactOf(list.Uint("FailureCount")),
		MissingKeyFailures: device.FactOf(list.Uint("MissingEncryptionKeyFailureCount")),
		RetryAfter:         device.FactOf(list.Date("RetryAfter")),
		BatteryRetryAfter:  device.FactOf(list.Date("OnBatteryRetryAfter")),
		MissingKeyRetry:    device.FactOf(list.Date("MissingEncryptionKeyRetryAfter")),
		KeysMissing:        anyTrue(list, "FetchMissingKeysAtNextUnlock", "NotifyDaemonNextTimeKeyBagIsUnlocked"),
	}
	h.Next = preflight(list)

	restore, restoreErr := list.Dict("RestoreInfo")
	h.Restore = device.PastRestore{
		At:        within(restoreErr, restore.Date, "RestoreDate"),
		FromCloud: within(restoreErr, restore.Bool, "WasCloudRestore"),
		Pending:   pending(list),
	}
	return nil
}

// pending reports whether the record of a running restore exists: a dictionary.
func pending(list safeplist.Dict) device.Fact[bool] {
	_, err := list.Dict("RestoreStateInfo")
	if err == nil || errors.Is(err, device.Absent) {
		return device.Known(err == nil)
	}
	return device.Unknown[bool](err)
}

// MobileBackupUnknown marks the facts of MobileBackup as unknown.
func MobileBackupUnknown(h *device.History, why error) {
	h.CloudBackup.EnabledSince = device.Unknown[time.Time](why)
	h.CloudBackup.Results = device.Unknown[[]device.PastAttempt](why)
	h.Schedule.Windows = device.Unknown[[]device.BackupWindow](why)
	h.Schedule.FailureCount = device.Unknown[uint64](why)
	h.Schedule.KeysMissing = device.Unknown[bool](why)
	h.Next.TotalBytes = device.Unknown[uint64](why)
	h.Next.Domains = device.Unknown[[]device.DomainSize](why)
	h.Restore.At = device.Unknown[time.Time](why)
	h.Restore.Pending = device.Unknown[bool](why)
}

// within reads a value from a dictionary that may itself be missing.
func within[T any](err error, read func(string) (T, error), key string) device.Fact[T] {
	if err != nil {
		return device.Unknown[T](err)
	}
	return device.FactOf(read(key))
}

// anyTrue is true if any of the keys is true, and absent if none exists. A value that cannot be
// read may be true.
func anyTrue(list safeplist.Dict, keys ...string) device.Fact[bool] {
	exists := false
	var unread error
	for _, key := range keys {
		value, err := truth(list, key).Get()
		switch {
		case err == nil && value:
			return device.Known(true)
		case err == nil:
			exists = true
		case !errors.Is(err, device.Absent):
			unread = err
		}
	}
	switch {
	case unread != nil:
		return device.Unknown[bool](unread)
	case exists:
		return device.Known(false)
	default:
		return device.Unknown[bool](device.Absent)
	}
}

// results returns the most recent results of iCloud backups. All are stored under "errors",
// successes with code 0. An entry that cannot be read may be a failure: unread counts them, and
// unless the newest that can be read is a failure, the results are then unknown.
func results(state safeplist.Dict, err error) (found device.Fact[[]device.PastAttempt], unread uint64) {
	if err != nil {
		return device.Unknown[[]device.PastAttempt](err), 0
	}
	list, err := state.List("errors")
	if err != nil {
		return device.Unknown[[]device.PastAttempt](err), 0
	}
	attempts := []device.PastAttempt{}
	for _, entry := range list[:min(len(list), maxResults)] {
		item, _ := entry.(map[string]any) // nil, which has no code, if it is none
		attempt, err := attemptOf(item)
		if err != nil {
			unread++
			continue
		}
		attempts = append(attempts, attempt)
	}
	slices.SortStableFunc(attempts, func(a, b device.PastAttempt) int { return newestFirst(a.At, b.At) })
	if unread > 0 && (len(attempts) == 0 || attempts[0].Code == 0) {
		return device.Unknown[[]device.PastAttempt](device.Malformed), unread
	}
	return device.Known(attempts), unread
}

// maxSize is more than any device or storage plan has.
const maxSize = 1 << 50

// sizeWithin keeps a size only if it is plausible.
func sizeWithin(size device.Fact[uint64], least uint64) device.Fact[uint64] {
	if bytes, err := size.Get(); err == nil && (bytes < least || bytes > maxSize) {
		return device.Unknown[uint64](device.Implausible)
	}
	return size
}

// Newest returns the newest date of what MobileBackup read of the past; zero if there is none. A
// date to come is not one.
func Newest(h device.History) time.Time {
	var newest time.Time
	asOf, errAsOf := h.AsOf.Get()
	consider := func(at time.Time) {
		if at.After(newest) && (errAsOf != nil || !at.After(asOf.Add(ahead))) {
			newest = at
		}
	}
	results, _ := h.CloudBackup.Results.Get()
	windows, _ := h.Schedule.Windows.Get()
	for _, result := range results {
		at, _ := result.At.Get()
		consider(at)
	}
	for _, window := range windows {
		consider(window.Start)
	}
	for _, fact := range []device.Fact[time.Time]{h.CloudBackup.EnabledSince, h.Restore.At} {
		at, _ := fact.Get()
		consider(at)
	}
	return newest
}

func newestFirst(a, b device.Fact[time.Time]) int {
	left, _ := a.Get()
	right, _ := b.Get()
	return right.Compare(left)
}

// attemptOf reads one result. A result without a code is useless.
func attemptOf(item safeplist.Dict) (device.PastAttempt, error) {
	code, err := codeOf(item)
	if err != nil {
		return device.PastAttempt{}, err
	}
	domain, _ := item.Text("domain")
	attempt := device.PastAttempt{
		At:     sinceCloudBackup(device.FactOf(item.Date("date"))),
		Domain: clip(domain), Code: code,
		Description: clipped(item.Text("localizedDescription")),
		Build:       clipped(item.Text("BuildVersion")),
	}
	for inner := underlying(item); inner != nil && len(attempt.Underlying) < maxCauses; inner = underlying(inner) {
		code, err := codeOf(inner)
		if err != nil {
			break
		}
		domain, _ := inner.Text("domain")
		attempt.Underlying = append(attempt.Underlying, device.PastCause{Domain: clip(domain), Code: code})
	}
	return attempt, nil
}

// sinceCloudBackup keeps a date only if there was an iCloud Backup then.
func sinceCloudBackup(date device.Fact[time.Time]) device.Fact[time.Time] {
	if at, err := date.Get(); err == nil && at.Before(firstCloudBackup) {
		return device.Unknown[time.Time](device.Implausible)
	}
	return date
}

// underlying returns the first underlying error, or nil.
func underlying(item safeplist.Dict) safeplist.Dict {
	if inner, err := item.Dict("underlyingError"); err == nil {
		return inner
	}
	list, err := item.List("underlyingErrors")
	if err != nil || len(list) == 0 {
		return nil
	}
	inner, _ := list[0].(map[string]any)
	return inner
}

func codeOf(item safeplist.Dict) (int, error) {
	code, err := item.Float("code")
	if err == nil && (code != math.Trunc(code) || math.Abs(code) > math.MaxInt32) {
		return 0, device.Implausible
	}
	return int(code), err
}

// clip truncates a text that goes into a recording.
func clip(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

func clipped(text string, err error) device.Fact[string] {
	return device.FactOf(clip(text), err)
}

// preflight returns the device's estimate of the size of its next backup.
func preflight(list safeplist.Dict) device.PastPreflight {
	const total = "_TotalSize"
	sizes, err := list.Dict("PreflightSizing")
	if err != nil {
		return device.PastPreflight{TotalBytes: device.Unknown[uint64](err), Domains: device.Unknown[[]device.DomainSize](err)}
	}
	domains := []device.DomainSize{}
	for domain := range sizes {
		if size, err := sizes.Uint(domain); err == nil && domain != total {
			domains = append(domains, device.DomainSize{Domain: clip(domain), Bytes: size})
		}
	}
	slices.SortFunc(domains, func(a, b device.DomainSize) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Domain, b.Domain))
	})
	least := uint64(1)
	if len(domains) > 0 {
		least = max(least, domains[0].Bytes)
	}
	return device.PastPreflight{
		TotalBytes: sizeWithin(device.FactOf(sizes.Uint(total)), least),
		Domains:    device.Known(domains[:min(len(domains), maxDomains)]),
	}
}

// windows returns LastOnConditionEvents without entries that cannot be read, which unread counts. If
// none can be read, they are unknown.
func windows(list safeplist.Dict) (known device.Fact[[]device.BackupWindow], unread uint64) {
	events, err := list.List("LastOnConditionEvents")
	if err != nil {
		return device.Unknown[[]device.BackupWindow](err), 0
	}
	found := []device.BackupWindow{}
	for _, event := range events[:min(len(events), maxWindows)] {
		text, _ := event.(string) // "" is no window
		window, err := ParseWindow(text)
		if err != nil {
			unread++
			continue
		}
		found = append(found, window)
	}
	if len(found) == 0 && unread > 0 {
		return device.Unknown[[]device.BackupWindow](device.Malformed), unread
	}
	slices.SortStableFunc(found, func(a, b device.BackupWindow) int { return b.Start.Compare(a.Start) })
	return device.Known(found), unread
}
