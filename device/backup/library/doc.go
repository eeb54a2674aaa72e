// Package library keeps copies of devices: backups on this computer, made by this program,
// which are never changed afterwards.
//
//	LIBRARY/
//	  UDID/                   one device
//	    20261129T140203Z/     one copy, named after when it was made (UTC)
//	      UDID/               the backup, as Finder, iTunes and idevicebackup2 know it
//	      received            what arrived or was last read: ID, length, SHA-1, SHA-256, time
//	      proof.json          the result of verification, and the folder's state at that time
//	      not-sent.json       files that the device could not read; absent if there are none
//	      transfer.json       how much the last session sent, and how long that took
//	    .partial/             the backup in progress or interrupted
//	    .received             what has arrived in it so far
//	    .lock
//
// A run works in .partial, which starts as a clone of the newest copy: with shared blocks if
// the file system supports them, otherwise with hard links. Files are replaced by renaming,
// never modified in place, so making a copy never changes another. Once the device reports that
// it is done, .partial is renamed to the name of a copy, atomically.
//
// The received records of a proved copy pass to the copy made from it, and its files are not read
// again. What other copies hold, and what an interrupted run left, is read before it is proved.
//
// A proof is valid as long as the folder is unchanged: it records the sizes and times of the
// lists and of the folders. It is this computer's own record in the user's own folder, and no
// stronger than that.
package library
