// Package command has what all commands share: the environment of the process, running a
// command line, ending a command, and reading flags. It knows nothing about devices.
//
// A command takes everything external from its [Env], so a test can run a whole command line in
// its own process. Its errors are of type [Exit], which carries the exit code and the hint;
// only [Run] prints them.
package command
