package format

import "io"

// maxHeard is how much of one line of a log is shown, in bytes.
const maxHeard = 400

// Heard writes what was heard of a device while it is listened to: when, whose it is, and
// what it tells. label is "" where there is one device.
func Heard(w io.Writer, when, label, text string, o Options) error {
	p := newPage(o)
	lead := p.text(when) + "  "
	if label != "" {
		lead += p.text(label) + "  "
	}
	p.print(p.hang(lead, plain, text[:min(len(text), maxHeard)])...)
	return p.write(w)
}
