package credentials

// Subjects between benches and their hub, each followed by the name of a bench.
const (
	Reports  = "backupdoctor.hub."      // reports, into the hub's stream
	Asks     = "backupdoctor.ask."      // statements, each answered by a receipt
	Receipts = "backupdoctor.receipts." // receipts, sent as the hub's database commits
)

// Wiring has the subjects of one bench. It may publish on two, and receives only its own receipts
// and the replies to its messages; a hub reaches nothing else at a bench.
type Wiring struct {
	Bench    string // its name
	Reports  string
	Ask      string
	Receipts string
	Inbox    string // prefix of reply subjects
}

// WiringOf returns the subjects of a bench, whose name must be valid.
func WiringOf(bench string) Wiring {
	return Wiring{Bench: bench, Reports: Reports + bench, Ask: Asks + bench, Receipts: Receipts + bench, Inbox: "_INBOX." + bench}
}
