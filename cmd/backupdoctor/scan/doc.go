// Package scan is the driver: it connects the rooms of the program into one run.
//
//	Source ──► Judge ──► Sinks
//
// A [Pipe] is one run, a value that a command builds once from its flags and then runs. It has
// three parts:
//
//   - A [Source] learns about devices and hands each to the [Run] as soon as nothing more will
//     be learned about it: [Attached] reads devices on USB, [Watch] each device as it is plugged
//     in, [Listen] devices while they make a backup, [Folders] the backups on this computer,
//     [Replay] a recording of an earlier run, and [Log] a saved log. What attached devices have
//     in common, whichever source they come from, is an [Examination].
//   - The [Judge] judges each device once. Its [Result] is everything that anybody hears of the
//     device: the report, the history, the hub, the recording.
//   - A [Sink] is where results go: [Outputs] writes reports and the stream of events,
//     [Progress] and [Lines] show the run on a terminal, [History] keeps it and sends it to a
//     hub, [Hooks] runs commands, [Record] and [Capture] keep what was learned.
//
// There are no modes. A command that needs less connects less: one without a history has no
// history sink, one that never asks a person passes no [More]. To add a way to learn, write a
// Source; to add a place where results go, write a function that returns a Sink; to learn more
// about devices that have been read, write a More. None of them knows the others.
//
// A run never fails because of one device: what could not be read is a gap or an unknown fact.
// An error of [Pipe.Run] is a [command.Exit] that says how the command ends.
package scan
