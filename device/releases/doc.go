// Package releases names the iPhone, iPad and iPod touch models, and knows the newest
// software that each can run.
//
// [Embedded] is the table built into the program, [Update] downloads Apple's current list
// to a file, and [Load] returns the newer of the two. The tool works without a network; the
// table then becomes outdated, and its date says by how much.
//
// [Parse] reads the list that Apple publishes at [AppleURL]. It covers only releases that
// Apple still signs. The final releases of older models, and the names of all models, are
// part of this package. It does not know models that came out after it was written, or
// versions released after the date of its table: a device may well run something newer.
package releases
