package scan

import (
	"context"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/reach"
)

// More learns more about devices once all of them have been read, and adds it to them. It is
// not called where there is no device.
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

// Answers adds answers that were given with the command, to every device.
func Answers(answers []device.Answer) More {
	return func(_ context.Context, snapshots []device.Snapshot) {
		for i := range snapshots {
			for _, a := range answers {
				snapshots[i].Answers = device.Answered(snapshots[i].Answers, a)
			}
		}
	}
}

// Ask asks the person at the terminal about each device, in place of the live view.
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
