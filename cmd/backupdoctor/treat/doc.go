// Package treat decides the next step in a guided repair of one device. It accesses neither the
// device nor the terminal: [Begin] starts the record of a repair from a judged device, [Next]
// returns the next task, and [Seen] compares the device before and after a step. All three are
// pure functions, so an interrupted repair can be resumed from its record.
//
//	judged device ──► Next ──► Task ──► person ──► event in the record ──► judged device …
//
// A step of the plan is offered once, except that a confirmed step is offered again while the
// device cannot be read. When something has been done about every problem found, Back Up Now is
// tried; if that fails, the repair continues with the remaining steps of the plan made from the
// failure.
package treat
