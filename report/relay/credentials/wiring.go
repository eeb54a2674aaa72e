package credentials

// Subjects between benches and their hub, each followed by the name of a bench.
const (
	Reports  = "backupdoctor.hub."      // reports, into the hub's stream
	Asks     = "backupdoctor.ask."      // statements, each of which a receipt answers
	Receipts = "backupdoctor.receipts." // receipts, as the hub's database commits
)

// Wiring is the subjects of one bench. It may publish on two, and hears its own receipts and
// the answers to what it published; a hub reaches nothing else at a bench.
type Wiring struct {
	Bench    string // its name
	Reports  string
	Ask      string
	Receipts string
	Inbox    string // before the subjects of answers
}

// WiringOf gives the subjects of a bench, whose name is valid.
func WiringOf(bench string) Wiring {
	return Wiring{Bench: bench, Reports: Reports + bench, Ask: Asks + bench, Receipts: Receipts + bench, Inbox: "_INBOX." + bench}
}
