package device

// redactBackups hides the backups' folders and owners, and the files and apps in them. A
// backup's device is that of the snapshot, and gets the same placeholders.
func redactBackups(backups []Backup, ordinal int) []Backup {
	if backups == nil {
		return nil
	}
	folders := placeholders("backup")
	redacted := make([]Backup, len(backups))
	for i, b := range backups {
		b.Folder = folders(b.Folder)
		b.Device = redactIdentity(b.Device, ordinal)
		b.Proof = redactProof(b.Proof)
		redacted[i] = b
	}
	return redacted
}

func redactProof(f Fact[Proof]) Fact[Proof] {
	proof, err := f.Get()
	if err != nil {
		return f
	}
	domains, paths, ids := placeholders("domain"), placeholders("path"), placeholders("file")
	faults := make([]BackupFault, len(proof.Faults))
	for i, fault := range proof.Faults {
		fault.Examples = redactProblems(fault.Examples, domains, paths, ids)
		faults[i] = fault
	}
	proof.Faults = faults
	return Known(proof)
}

// redactProblems hides which files are affected.
func redactProblems(problems []BackupProblem, domains, paths, ids func(string) string) []BackupProblem {
	redacted := make([]BackupProblem, len(problems))
	for i, p := range problems {
		p.Domain, p.Path, p.FileID = domains(p.Domain), paths(p.Path), ids(p.FileID)
		redacted[i] = p
	}
	return redacted
}

// redactHistories hides the origin of histories, error messages, which may name a file, and
// the apps in the next backup.
func redactHistories(histories []History) []History {
	if histories == nil {
		return nil
	}
	origins := placeholders("origin")
	redacted := make([]History, len(histories))
	for i, h := range histories {
		domains, words := placeholders("domain"), placeholders("description")
		h.Origin = origins(h.Origin)
		h.CloudBackup.Results = each(h.CloudBackup.Results, func(a PastAttempt) PastAttempt {
			a.Description = hide(a.Description, words)
			return a
		})
		h.Next.Domains = each(h.Next.Domains, func(d DomainSize) DomainSize {
			d.Domain = domains(d.Domain)
			return d
		})
		redacted[i] = h
	}
	return redacted
}
