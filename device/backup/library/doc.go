// Package library keeps copies of devices: backups on this computer, made by this program,
// each of which stays as it was made.
//
//	LIBRARY/
//	  UDID/                   one device
//	    20261129T140203Z/     one copy, named after when it was made (UTC)
//	      UDID/               the backup, as Finder, iTunes and idevicebackup2 know it
//	      received            what arrived, or was last read: id, length, SHA-1, SHA-256, when
//	      proof.json          what verification found, and of which state of the folder
//	    .partial/             the backup that is being made, or was cut off
//	    .received             what has arrived in it so far
//	    .lock
//
// A run works in .partial, which begins as a clone of the newest copy: blocks are shared where
// the file system can, otherwise whole files by hard links. Files are replaced by renaming,
// never written into, so that no copy changes when another one is made. Once the device has
// said that it is done, .partial gets the name of a copy, in one step.
//
// A proof counts for as long as the folder is as it was: the sizes and times of the lists and
// of the folders are kept in it. It is a note of this computer in a folder of its user's own,
// and no stronger than that.
package library
