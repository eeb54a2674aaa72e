package scan

import (
	"context"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/restart"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/treat"
	"github.com/backupdoctor/backupdoctor/device"
)

// restart restarts the device after asking, and records it if the device confirms it.
func (w *walk) restart(ctx context.Context, task treat.Task) error {
	w.say("%s", restart.Unseen)
	answer, err := w.ask(ctx, "restart "+device.Quoted(treat.UnlockWord(w.judged))+"? [y/N] ")
	if err != nil || !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return err
	}
	if !w.refind(ctx) {
		return nil
	}
	seen, err := restart.Restart{Client: w.Client, Attached: w.attached, Locks: w.Locks}.Run(ctx)
	if err != nil {
		w.say("%v", err)
		return nil
	}
	w.say("%s", restart.Describe(seen))
	if next := restart.Next(seen); next != "" {
		w.say("%s", next)
	}
	if seen.Confirmed() {
		w.attached = seen.Attached
		w.read(ctx)
		w.event(device.RepairEvent{Kind: device.RepairSeen, Remedy: task.Step.Remedy})
	}
	return nil
}
