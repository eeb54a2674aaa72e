package format

import "io"

// maxHeard is the number of bytes shown of one log line.
const maxHeard = 400

// Heard writes one message that a device logged while being listened to: the time, the device
// and the text. label is "" if there is only one device.
func Heard(w io.Writer, when, label, text string, o Options) error {
	p := newPage(o)
	lead := p.text(when) + "  "
	if label != "" {
		lead += p.text(label) + "  "
	}
	p.print(p.hang(lead, plain, text[:min(len(text), maxHeard)])...)
	return p.write(w)
}
