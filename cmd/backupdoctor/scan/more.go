package scan

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/reach"
)

// More adds facts to devices once all of them have been read. It is not called without a
// device.
type More func(context.Context, []device.Snapshot)

func more(ctx context.Context, all []More, snapshots []device.Snapshot) {
	for _, learn := range all {
		if len(snapshots) > 0 {
			learn(ctx, snapshots)
		}
	}
}

// Network adds this computer's view of Apple's hosts.
func Network(prober *reach.Prober) More {
	return func(ctx context.Context, snapshots []device.Snapshot) {
		seen := prober.Look(ctx)
		for i := range snapshots {
			snapshots[i].Reach = &seen
		}
	}
}

// TellOffline reports once if [Network] found this computer offline.
func TellOffline(messages io.Writer) More {
	return func(_ context.Context, snapshots []device.Snapshot) {
		seen := snapshots[0].Reach
		if seen == nil || slices.ContainsFunc(seen.Hosts, func(h device.HostReach) bool { _, err := h.Issuer.Get(); return err == nil }) {
			return
		}
		fmt.Fprintln(messages, "this computer reached none of Apple's hosts, so --net shows nothing about the network")
	}
}

// Answers adds the answers given on the command line to every device.
func Answers(answers []device.Answer) More {
	return func(_ context.Context, snapshots []device.Snapshot) {
		for i := range snapshots {
			for _, a := range answers {
				snapshots[i].Answers = device.Answered(snapshots[i].Answers, a)
			}
		}
	}
}

// Ask asks the person at the terminal about each device, pausing the live view.
func Ask(screen *terminal.Screen, questions terminal.Questions) More {
	return func(ctx context.Context, snapshots []device.Snapshot) {
		screen.CloseView()
		for i := range snapshots {
			if !questions.Ask(ctx, &snapshots[i]) {
				return
			}
		}
	}
}
