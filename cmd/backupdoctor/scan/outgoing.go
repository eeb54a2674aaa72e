package scan

import (
	"context"
	"io"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// Outgoing selects what to send to a hub for each finished device: all findings, and of the
// identifying facts only those chosen here. The UDID is always sent: other benches know the
// device by it.
type Outgoing struct {
	Names, Serials, Assets bool // send these too

	// Upload sends the reports in a history that no receipt covers, until stop is called. added
	// signals new ones.
	Upload func(ctx context.Context, messages io.Writer, store *ledger.Store, added <-chan struct{}) (stop func())
}

// leaving returns a snapshot without the facts that stay on this computer. It is sent, and
// never judged.
func (o *Outgoing) leaving(s device.Snapshot) device.Snapshot {
	redacted := device.Redact(s, 1)
	redacted.Device.UDID = s.Device.UDID
	redacted.Device.Name, redacted.Device.Serial, redacted.Labels.Asset = device.Fact[string]{}, device.Fact[string]{}, nil
	if o.Names {
		redacted.Device.Name = s.Device.Name
	}
	if o.Serials {
		redacted.Device.Serial = s.Device.Serial
	}
	if o.Assets {
		redacted.Labels.Asset = s.Labels.Asset
	}
	return redacted
}

// prepare builds the message to a hub from a result.
func (o *Outgoing) prepare(run *Run, result Result) (receipt.Item, error) {
	of := report.Run{
		ID: run.ID, Started: run.StartedAt, Tool: command.Version(), Redacted: !o.Assets, // for the inventory; other facts are removed below
	}
	found := report.Withhold(*result.Device, *result.Snapshot, o.leaving(*result.Snapshot))
	packed, cut, err := envelope.Pack(report.Assemble(of, []report.Device{found}))
	if err != nil {
		return receipt.Item{}, err
	}
	id, err := envelope.NewID()
	return receipt.Item{ID: id, Cut: cut, Report: packed}, err
}
