// Package treat decides how a led repair of one device goes on. It knows neither the device nor
// the terminal: [Begin] opens the record of a repair from a judged device, [Next] says what to
// do next, and [Seen] compares the device before and after a step. All three are pure, so a
// repair that was interrupted goes on from its record.
//
//	judged device ──► Next ──► Task ──► person ──► event in the record ──► judged device …
//
// A step of the plan is offered once. Once something was done for every problem that was found,
// Back Up Now is tried; if that fails, the plan made from the failure goes on with the steps
// that are left.
package treat
