package credentials

// Subjects are those of reports on their way to a hub, each followed by the name of a bench.
const Subjects = "backupdoctor.hub."

// Unnamed is a name that AddBench gives nobody: that of a bench which has no hub.
const Unnamed = "unnamed"

// Wiring is the names by which a bench and its hub know each other. A bench may publish on
// one subject, and hear the answers to that; a hub reaches nothing on a bench.
type Wiring struct {
	Bench  string // its name
	Domain string // of the bench's JetStream
	Stream string // in which the bench keeps its reports
	Local  string // on which reports are published into that stream; never leaves the bench
	Hub    string // on which they are published to the hub
	Inbox  string // before the subjects on which the hub acknowledges them
}

// WiringOf gives the names of a bench, whose own name is valid.
func WiringOf(bench string) Wiring {
	return Wiring{
		Bench:  bench,
		Domain: "bench-" + bench,
		Stream: "REPORTS_" + bench,
		Local:  "backupdoctor.reports." + bench,
		Hub:    Subjects + bench,
		Inbox:  "_INBOX." + bench,
	}
}
