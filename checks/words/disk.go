package words

import "fmt"

// Disk says what a file system refused for a folder, which is quoted, and what may put the disk in
// order; "" if nothing does. kind is a DiskError of package host, detail the error of the system, free
// how much room there is, nil if that is unknown, and needs how much is needed, "" if that is unknown.
func Disk(kind, folder, detail string, free *uint64, needs string) (text, step string) {
	about := func(text string) string {
		if detail == "" {
			return text
		}
		return text + " (" + detail + ")"
	}
	switch kind {
	case "full":
		return "the disk of " + folder + " " + fullText(free, needs), "remove what is not needed from that disk"
	case "no-names":
		text = "the disk of " + folder + " has no room for the files of a copy, as it limits their number"
		if free != nil {
			text += fmt.Sprintf(", although %s are free", Size(*free))
		}
		return text, "remove what is not needed from that disk"
	case "quota-used":
		return "your quota on the disk of " + folder + " is used up", "remove what is not needed of your files there, or ask who manages the disk for more"
	case "read-only":
		return "the disk of " + folder + " is read-only", "make that disk writable (one that became read-only by itself may be failing)"
	case "not-permitted":
		return about("your user may not write to " + folder), "give your user the right to write there"
	case "file-too-large":
		return about("the disk of " + folder + " cannot hold a file of that size"), ""
	case "no-locks":
		return about("the disk of " + folder + " cannot lock files, so a second run could not be kept out"), ""
	case "unsupported":
		return about("the disk of " + folder + " cannot do what a copy needs"), ""
	case "fails":
		return about("the disk of " + folder + " failed"), "check that disk and its cable"
	case "gone":
		return folder + " is gone: its disk was removed, or the folder was moved or removed", "connect the disk"
	case "not-there":
		return about("something in " + folder + " is missing"), ""
	default:
		return about(folder + " cannot be used"), ""
	}
}

// ampleRoom is more than a disk has free that is full, in bytes.
const ampleRoom = 64 << 20

func fullText(free *uint64, needs string) string {
	switch {
	case free == nil:
		return "is full"
	case *free > ampleRoom:
		return fmt.Sprintf("was full; now %s are free", Size(*free))
	case needs == "":
		return fmt.Sprintf("is full: %s are free", Size(*free))
	default:
		return fmt.Sprintf("is full: %s are free, and %s", Size(*free), needs)
	}
}
