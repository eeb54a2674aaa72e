package device

import "fmt"

// Redact returns a copy of the snapshot without private data: every text tagged
// privacy:"private" is replaced by a placeholder. It does not modify the snapshot. ordinal
// is the device's number in the run, from 1.
//
// Within one snapshot equal texts get equal placeholders, so two profiles of one
// organization still show as such. The model, versions, numbers and dates remain, because
// checks need them. Profile names are removed, and with them any hint that a profile
// configures a VPN.
func Redact(s Snapshot, ordinal int) Snapshot {
	s.Device = redactIdentity(s.Device, ordinal)
	s.Labels.Asset = redactAsset(s.Labels.Asset)
	if s.Live != nil {
		live := redactLive(*s.Live)
		s.Live = &live
	}
	s.Copy = redactCopy(s.Copy, s.Backups)
	s.Backups = redactBackups(s.Backups, ordinal)
	s.Histories = redactHistories(s.Histories)
	s.Attempts = redactAttempts(s.Attempts)
	s.Answers = redactAnswers(s.Answers)
	s.Reach = redactReach(s.Reach)
	s.Repair = redactRepair(s.Repair)
	return s
}

func redactIdentity(id Identity, ordinal int) Identity {
	class, err := id.Class.Get()
	if err != nil {
		class = "Device"
	}
	id.UDID = fmt.Sprintf("device-%02d", ordinal)
	id.Serial = hide(id.Serial, func(string) string { return fmt.Sprintf("serial-%02d", ordinal) })
	id.Name = hide(id.Name, func(string) string { return fmt.Sprintf("%s %d", class, ordinal) })
	return id
}

// redactAsset keeps the column headers.
func redactAsset(asset []Field) []Field {
	if asset == nil {
		return nil
	}
	values := placeholders("asset")
	redacted := make([]Field, len(asset))
	for i, f := range asset {
		f.Value = values(f.Value)
		redacted[i] = f
	}
	return redacted
}

func redactLive(live Live) Live {
	organizations := placeholders("organization")
	live.TimeZone = hide(live.TimeZone, placeholders("time-zone"))
	live.Locale = hide(live.Locale, placeholders("locale"))
	live.Management.Organization = hide(live.Management.Organization, organizations)
	live.Management.Profiles = redactProfiles(live.Management.Profiles, organizations)
	live.Apps = redactApps(live.Apps)
	return live
}

func redactProfiles(profiles Fact[[]Profile], organizations func(string) string) Fact[[]Profile] {
	identifiers, names := placeholders("profile"), placeholders("profile-name")
	return each(profiles, func(p Profile) Profile {
		p.Identifier = identifiers(p.Identifier)
		p.Name = hide(p.Name, names)
		p.Organization = hide(p.Organization, organizations)
		p.Description = Fact[string]{}
		return p
	})
}

func redactApps(apps Fact[[]App]) Fact[[]App] {
	bundles := placeholders("app")
	return each(apps, func(a App) App {
		a.BundleID = bundles(a.BundleID)
		return a
	})
}

// redactAnswers hides what the user typed. Any hint at the cause in it is lost.
func redactAnswers(answers []Answer) []Answer {
	if answers == nil {
		return nil
	}
	texts := placeholders("text")
	redacted := make([]Answer, len(answers))
	for i, a := range answers {
		a.Text = hide(a.Text, texts)
		redacted[i] = a
	}
	return redacted
}

// redactReach hides who issued certificates, which may be the owner's employer.
func redactReach(reach *Reach) *Reach {
	if reach == nil {
		return nil
	}
	redacted, issuers := *reach, placeholders("issuer")
	redacted.Hosts = nil
	for _, h := range reach.Hosts {
		h.Name = hide(h.Name, issuers)
		redacted.Hosts = append(redacted.Hosts, h)
	}
	return &redacted
}

// placeholders returns a function that maps texts to kind-1, kind-2 and so on, in order of
// first use.
func placeholders(kind string) func(string) string {
	seen := map[string]string{}
	return func(text string) string {
		if _, ok := seen[text]; !ok {
			seen[text] = fmt.Sprintf("%s-%d", kind, len(seen)+1)
		}
		return seen[text]
	}
}

// hide replaces a known text by a placeholder.
func hide(f Fact[string], placeholder func(string) string) Fact[string] {
	text, err := f.Get()
	if err != nil {
		return f
	}
	return Known(placeholder(text))
}

// each returns a known list with change applied to every element. It does not modify the
// given list.
func each[T any](f Fact[[]T], change func(T) T) Fact[[]T] {
	list, err := f.Get()
	if err != nil || list == nil {
		return f
	}
	changed := make([]T, len(list))
	for i, element := range list {
		changed[i] = change(element)
	}
	return Known(changed)
}
