package device

// redactAttempts hides where logs come from and the words of their lines. The codes that
// were read in them stay, so that a redacted attempt is judged as it was.
func redactAttempts(attempts []Attempt) []Attempt {
	if attempts == nil {
		return nil
	}
	origins, texts := placeholders("log"), placeholders("line")
	redacted := make([]Attempt, len(attempts))
	for i, a := range attempts {
		if a.Origin != "" {
			a.Origin = origins(a.Origin)
		}
		lines := make([]LogLine, len(a.Lines))
		for j, line := range a.Lines {
			line.Text = texts(line.Text)
			lines[j] = line
		}
		a.Lines = lines
		redacted[i] = a
	}
	return redacted
}
