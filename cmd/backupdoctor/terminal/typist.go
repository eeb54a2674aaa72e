package terminal

import "strings"

// A Typist delivers what a person types, line by line, to a program that also waits for other
// events. A read that has begun is never abandoned: its line goes to the next wait.
type Typist struct {
	prompt  Prompt
	pending chan Typed
}

// Typed is one line, or the reason why there are no more.
type Typed struct {
	Text string
	Err  error
}

// NewTypist returns a Typist that reads from a prompt.
func NewTypist(prompt Prompt) *Typist { return &Typist{prompt: prompt} }

// Line returns the channel of the next line. Call [Typist.Took] once it was received.
func (t *Typist) Line() <-chan Typed {
	if t.pending == nil {
		pending := make(chan Typed, 1)
		t.pending = pending
		go func() {
			text, err := boundedLine(t.prompt.in)
			pending <- Typed{strings.TrimSpace(text), err}
		}()
	}
	return t.pending
}

// Took makes the next call of Line read another line.
func (t *Typist) Took() { t.pending = nil }
