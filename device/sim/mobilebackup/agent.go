package mobilebackup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Agent makes and restores backups of one device. Set its fields before it serves. The methods
// access the state kept between sessions and may be called at any time.
type Agent struct {
	Password    string        // of backups; "" makes unencrypted backups
	Rounds      uint32        // of the first key derivation from the password; 0 means 10, devices use 10,000,000
	Required    bool          // encryption is required by management
	Prompt      Prompt        // what the user does when the device asks for the passcode
	PromptDelay time.Duration // delay before that
	Refusal     *Failure      // ends every backup after the passcode; nil refuses none
	SpaceFactor float64       // requested space relative to the size sent: devices count clones in full; 0 means 1
	Major       int           // DeviceLink version; 0 means 400
	Seed        byte          // seed of all keys and identifiers

	// Sending is called before each batch of files, with the number of the batch in this session.
	// It may change the files.
	Sending func(batch int)

	running sync.Mutex // one session at a time

	mu       sync.Mutex
	files    []File
	begun    int                  // backups so far
	caches   map[string]*snapshot // of backups started, by the UUID in Status.plist
	sessions []Session
	restored map[string]Restored
	finished time.Time
}

// Prompt is the outcome of the passcode prompt.
type Prompt int

const (
	Entered   Prompt = iota // immediately, or after PromptDelay
	NotAsked                // for iOS versions that do not ask
	Cancelled               // the user declines: error 208
	TimedOut                // no answer for PromptDelay: error 208
)

// A Session records what one client requested and received.
type Session struct {
	Request  string   // Backup, Restore; "" if the client disconnected first
	Kind     string   // of a backup: full, incremental, resumed
	Messages []string // names of the messages to the host, in order
	Files    int      // sent with contents, except Status.plist and the manifests
	Bytes    int64    // total size of the contents sent
	Frame    int      // longest block received, in bytes
	Answered bool     // the final message was sent
	Code     int      // final status; 0 is success
}

// A Failure is an MBErrorDomain error, which ends a request.
type Failure struct {
	Code int
	Text string
}

// Error returns the description in the format used by devices.
func (f *Failure) Error() string { return fmt.Sprintf("%s (MBErrorDomain/%d)", f.Text, f.Code) }

// New returns the agent of a device with the given files.
func New(files ...File) *Agent { return &Agent{files: files} }

// Clone returns an agent with the same files and settings but no state from earlier sessions.
func (a *Agent) Clone() *Agent {
	return &Agent{
		Password: a.Password, Rounds: a.Rounds, Required: a.Required, Prompt: a.Prompt, PromptDelay: a.PromptDelay,
		Refusal: a.Refusal, SpaceFactor: a.SpaceFactor, Major: a.Major, Seed: a.Seed, Sending: a.Sending, files: a.Files(),
	}
}

// Files returns the current files of the device.
func (a *Agent) Files() []File {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.files)
}

// SetFiles replaces the files of the device. A file counts as changed if its size or time
// differs, as on real devices.
func (a *Agent) SetFiles(files []File) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files = slices.Clone(files)
}

// Sessions returns all sessions so far, including the current one.
func (a *Agent) Sessions() []Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	sessions := slices.Clone(a.sessions)
	for i := range sessions {
		sessions[i].Messages = slices.Clone(sessions[i].Messages)
	}
	return sessions
}

// Finished returns when the session of the last successful backup began, or zero if there is none.
func (a *Agent) Finished() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.finished
}

// note updates the current session's record.
func (a *Agent) note(change func(*Session)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.sessions[len(a.sessions)-1])
}

// A snapshot is the device's own copy of a backup, kept from the start of the backup so that it
// can be resumed.
type snapshot struct {
	uuid      string
	encrypted bool
	bag       keybag
	records   []*record // sorted by domain and path
}

// byID returns the records by ID; a nil snapshot has none.
func (s *snapshot) byID() map[string]*record {
	if s == nil {
		return nil
	}
	all := make(map[string]*record, len(s.records))
	for _, r := range s.records {
		all[r.id] = r
	}
	return all
}

// cached returns the device's copy of a backup that was started, or nil.
func (a *Agent) cached(uuid string) *snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.caches[uuid]
}

func (a *Agent) cache(s *snapshot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.caches = map[string]*snapshot{s.uuid: s}
}

// Forget drops the device's copies of started backups, as iOS does when it needs space.
func (a *Agent) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.caches = nil
}

// scan returns a record for every file to back up, sorted.
func (a *Agent) scan(encrypted bool) []*record {
	var records []*record
	for _, f := range a.Files() {
		if encrypted || !f.OnlyEncrypted {
			records = append(records, &record{File: f, id: f.ID()})
		}
	}
	slices.SortFunc(records, func(a, b *record) int {
		return cmp.Or(strings.Compare(a.Domain, b.Domain), strings.Compare(a.Path, b.Path))
	})
	return records
}
