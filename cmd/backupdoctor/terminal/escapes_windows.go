package terminal

import "golang.org/x/sys/windows"

// understandsEscapes enables the console's escape sequences, which consoles before Windows 10
// do not have.
func understandsEscapes(fd int) bool {
	console := windows.Handle(fd)
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
