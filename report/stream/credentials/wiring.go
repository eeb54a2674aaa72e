package credentials

// Consumer is the name of the consumer on each bench's stream through which a hub draws
// from it.
const Consumer = "hub"

// Wiring is the names by which a bench's stream reaches a hub. Streams are sourced with a
// consumer that the bench made itself: a hub may start it anew and acknowledge, and can
// neither create, read nor delete anything else on a bench.
type Wiring struct {
	Bench   string // its name
	Domain  string // of the bench's JetStream
	Stream  string // in which the bench keeps its reports
	Subject string // on which its reports are published
	Deliver string // on which they are delivered to the hub
	Reset   string // on which the hub asks for those that it has not acknowledged
	Flow    string // on which the hub acknowledges; with a wildcard
}

// WiringOf gives the names of a bench, whose own name is valid.
func WiringOf(bench string) Wiring {
	w := Wiring{
		Bench:   bench,
		Domain:  "bench-" + bench,
		Stream:  "REPORTS_" + bench,
		Subject: "backupdoctor.reports." + bench,
		Deliver: "backupdoctor.deliver." + bench,
	}
	w.Reset = w.API() + ".CONSUMER.RESET." + w.Stream + "." + Consumer
	w.Flow = "$JS.FC." + w.Stream + "." + Consumer + ".*"
	return w
}

// API is where the bench's JetStream answers to the hub.
func (w Wiring) API() string { return "$JS." + w.Domain + ".API" }
