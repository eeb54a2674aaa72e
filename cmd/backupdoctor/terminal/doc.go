// Package terminal has everything that depends on a terminal: its capabilities, messages with a
// status line, the live view of a tray, progress, and questions to the user.
//
// It decides nothing about devices. Text from a device is quoted or cleaned before it is shown,
// and every wait for a person ends with the context.
package terminal
