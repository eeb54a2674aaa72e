package mobilebackup

import (
	"errors"
	"regexp"
	"strconv"

	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// ErrProbe is returned for every request that would change the folder of a probe.
var ErrProbe = errors.New("this only measures how much room a backup needs")

// errUnknown is returned for unknown messages.
var errUnknown = errors.New("not supported")

// errDeclined is returned when the device asks to free space.
var errDeclined = errors.New("failed to purge")

// probeFree is the free space reported by a probe, in bytes: too little for any backup.
const probeFree = 1 << 20

// spare is what the device adds to the space it asks to be freed.
const spare = 2 << 30

// free reports the free space. If it is unknown the response is an error, because 0 would make
// the device give up for lack of space.
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

// purge declines to free space and records how much the device needs.
func (r *run) purge(m message) error {
	amount, err := safeplist.Dict{"": m.at(1)}.Uint("")
	const most = 1 << 60
	if err == nil && amount < most && amount+r.outcome.Free > spare {
		r.outcome.Required = amount + r.outcome.Free - spare
	}
	return r.status(errDeclined, nothing)
}

// shortOfRoom matches the device's message about insufficient space: (free < required).
var shortOfRoom = regexp.MustCompile(`\((\d{1,18}) < (\d{1,18})\)`)

// requiredIn returns the space that the device's final message asks for, or 0 if it names none.
func requiredIn(words string) uint64 {
	found := shortOfRoom.FindStringSubmatch(words)
	if found == nil {
		return 0
	}
	required, _ := strconv.ParseUint(found[2], 10, 64) // at most 18 digits
	return required
}
