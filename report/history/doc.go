// Package history keeps every run in one SQLite file: the run, the devices, and what was
// found on them.
//
// [Open] opens the file, and makes it if it is not there. A [Recorder] hears the events of a
// run and keeps them; [Store.Runs], [Store.Device], [Store.Stale], [Store.Health] and
// [Store.Resume] tell of past runs.
//
// What is promised:
//
//   - A device that was added outlives the end of the process, however that comes. A run that
//     was finished, with all its devices, outlives a power failure too.
//   - Several processes may use one file at the same time.
//   - A file that cannot be read is never overwritten. It gets another name, which
//     [Store.SetAside] or the error tells, and only while no other process has it open.
//   - A file that is newer than this program, or of another one, is left as it is.
//
// What is read from the file may have been written by anybody: it is bounded before it is
// decoded, and its texts are to be cleaned before they are printed.
package history
