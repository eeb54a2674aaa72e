package mobilebackup

import (
	"errors"
	"regexp"
	"strconv"

	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// ErrProbe answers everything that would change the folder of a probe.
var ErrProbe = errors.New("this is only a look at how much room a backup needs")

// errUnknown answers a message that this client does not know.
var errUnknown = errors.New("not supported")

// errDeclined answers the device where it asks to make room.
var errDeclined = errors.New("failed to purge")

// probeFree is the room that a probe answers, in bytes: too little for any backup.
const probeFree = 1 << 20

// spare is what the device adds to the room that it asks to be made.
const spare = 2 << 30

// free answers how much room there is. Where that is not known the answer is an error: 0
// would make the device give up for want of room.
func (r *run) free() error {
	free, err := uint64(probeFree), error(nil)
	if !r.Probe {
		free, err = r.Folder.Free()
	}
	if err != nil {
		return r.status(err, nothing)
	}
	r.outcome.Free = free
	return r.status(nil, free)
}

// purge declines to make room, and notes how much the device needs.
func (r *run) purge(m message) error {
	amount, err := safeplist.Dict{"": m.at(1)}.Uint("")
	const most = 1 << 60
	if err == nil && amount < most && amount+r.outcome.Free > spare {
		r.outcome.Required = amount + r.outcome.Free - spare
	}
	return r.status(errDeclined, nothing)
}

// shortOfRoom is how a device says that the room does not suffice: (free < required).
var shortOfRoom = regexp.MustCompile(`\((\d{1,18}) < (\d{1,18})\)`)

// requiredIn is the room that a device says it needs in its last word; 0 if it does not.
func requiredIn(words string) uint64 {
	found := shortOfRoom.FindStringSubmatch(words)
	if found == nil {
		return 0
	}
	required, _ := strconv.ParseUint(found[2], 10, 64) // at most 18 digits
	return required
}
