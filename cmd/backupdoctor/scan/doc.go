// Package scan is the driver: it connects a source, a judge and sinks into one run.
//
//	Source ──► Judge ──► Sinks
//
// A [Pipe] is one run: a value that a command builds from its flags and then runs. It has three
// parts:
//
//   - A [Source] learns about devices, and hands each to the [Run] as soon as it is completely
//     read: [Attached] reads devices on USB, [Watch] each device as it is plugged in, [Listen]
//     devices while they make a backup, [Copies] devices and the copies it makes of them,
//     [Folders] the backups on this computer, [Replay] a recording of an earlier run, and [Log]
//     a saved log. What sources of attached devices have in common is an [Examination].
//   - The [Judge] judges each device once. All sinks get its [Result]: the report, the history,
//     the hub, the recording.
//   - A [Sink] receives results: [Outputs] writes reports and the stream of events, [Progress]
//     and [Lines] show the run on a terminal, [History] keeps it and sends it to a hub, [Hooks]
//     runs commands, [Record] and [Capture] write what was learned.
//
// There are no modes. A command that needs less connects less: without a history there is no
// history sink, and a command that never prompts passes no [More]. To add a way to learn, write
// a Source; to add a destination for results, write a function that returns a Sink; to add facts
// about devices that have been read, write a More. They are independent of each other.
//
// A run never fails because of one device: what could not be read is a gap or an unknown fact.
// An error of [Pipe.Run] is a [command.Exit] that says how the command ends.
package scan
