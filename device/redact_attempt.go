package device

// redactAttempts hides the origin of logs and the text of their lines. The error codes
// remain, so a redacted attempt is judged the same.
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
