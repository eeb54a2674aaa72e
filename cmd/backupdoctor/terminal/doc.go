// Package terminal is everything that knows a terminal: what one can show, messages with a
// status line, the live view of a tray, progress, and questions to the person at the keyboard.
//
// It decides nothing about devices. Texts of a device are quoted or cleaned before they are
// shown, and every wait for a person ends with the context.
package terminal
