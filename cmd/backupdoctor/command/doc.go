// Package command holds what all commands share: the environment of the process, how a
// command line is run, how a command ends, and how flags are read. It knows nothing of
// devices and does nothing by itself.
//
// A command takes everything that it touches from its [Env], so a test runs a whole command
// line in its own process. Its errors are of the type [Exit], which carries the exit code and
// the hint; [Run] prints them, and nothing else does.
package command
