// Package releases knows the iPhone, iPad and iPod touch models by name, and the newest
// software that each can run.
//
// [Embedded] is the table built into the program, [Update] fetches Apple's present answer and
// keeps it in a file, and [Load] takes the newer of the two. The tool needs no network for
// any of its work; a table only grows old, and its date says how old.
//
// What Apple offers is its public answer at [AppleURL], read by [Parse]. That list names only
// the lines that are still signed for; what older models ended on stands in this package, and
// so do the names of the models. A model that came out after this package was written is
// unknown to it, and so is a version posted after the table's date: a device may well run
// something newer than the table knows.
package releases
