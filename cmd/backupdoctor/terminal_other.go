//go:build !windows

package main

// understandsEscapes is true of every terminal that is not a Windows console; TERM=dumb,
// the exception, has been looked at before.
func understandsEscapes(int) bool { return true }
