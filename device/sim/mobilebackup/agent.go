package mobilebackup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Agent makes and restores the backups of one device. Its fields are set before it serves; what
// it remembers between sessions is behind its methods, which may be called at any time.
type Agent struct {
	Password    string        // of backups; "" makes them without encryption
	Rounds      uint32        // of the first derivation from the password; 0 is 10, devices take 10,000,000
	Required    bool          // management demands encryption
	Prompt      Prompt        // what the person does when the device asks for its passcode
	PromptDelay time.Duration // until then
	Refusal     *Failure      // ends every backup behind the passcode; nil refuses none
	SpaceFactor float64       // room asked for, in parts of what is sent: devices count clones in full; 0 is 1
	Major       int           // version of DeviceLink; 0 is 400
	Seed        byte          // of all keys and identifiers

	// Sending is called before each batch of files, with the number of the batch in this session.
	// It may change the files.
	Sending func(batch int)

	running sync.Mutex // one session at a time

	mu       sync.Mutex
	files    []File
	begun    int                  // backups so far
	caches   map[string]*snapshot // of backups that were begun, by the UUID in Status.plist
	sessions []Session
	restored map[string]Restored
	finished time.Time
}

// Prompt is what becomes of the question for the passcode.
type Prompt int

const (
	Entered   Prompt = iota // at once, or after PromptDelay
	NotAsked                // an iOS that does not ask
	Cancelled               // the person declines: error 208
	TimedOut                // nobody answers for PromptDelay: error 208
)

// A Session is what one client asked for and got.
type Session struct {
	Request  string   // Backup, Restore; "" if the client left before
	Kind     string   // of a backup: full, incremental, resumed
	Messages []string // names of those to the host, in order
	Files    int      // sent with their contents, besides Status.plist and the manifests
	Bytes    int64    // of all contents sent
	Frame    int      // longest block received, in bytes
	Answered bool     // the last word was said
	Code     int      // in it; 0 is success
}

// A Failure is an error of MBErrorDomain, which ends a request.
type Failure struct {
	Code int
	Text string
}

// Error is the description as devices send it.
func (f *Failure) Error() string { return fmt.Sprintf("%s (MBErrorDomain/%d)", f.Text, f.Code) }

// New is the agent of a device with these files.
func New(files ...File) *Agent { return &Agent{files: files} }

// Clone is an agent with the same files and settings that remembers nothing.
func (a *Agent) Clone() *Agent {
	return &Agent{
		Password: a.Password, Rounds: a.Rounds, Required: a.Required, Prompt: a.Prompt, PromptDelay: a.PromptDelay,
		Refusal: a.Refusal, SpaceFactor: a.SpaceFactor, Major: a.Major, Seed: a.Seed, Sending: a.Sending, files: a.Files(),
	}
}

// Files are those of the device at this moment.
func (a *Agent) Files() []File {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.files)
}

// SetFiles replaces the files of the device. A changed file has another size or time; one with
// neither counts as unchanged, as on devices.
func (a *Agent) SetFiles(files []File) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files = slices.Clone(files)
}

// Sessions are those so far, the running one included.
func (a *Agent) Sessions() []Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	sessions := slices.Clone(a.sessions)
	for i := range sessions {
		sessions[i].Messages = slices.Clone(sessions[i].Messages)
	}
	return sessions
}

// Finished is when the last backup ended well; zero if none has.
func (a *Agent) Finished() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.finished
}

// note changes what is known of the running session.
func (a *Agent) note(change func(*Session)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.sessions[len(a.sessions)-1])
}

// A snapshot is a backup as the device keeps it from its begin on, for the sake of resuming.
type snapshot struct {
	uuid      string
	encrypted bool
	bag       keybag
	records   []*record // sorted by domain and path
}

// byID are the records of a snapshot; nil has none.
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

// cached is the device's own copy of a backup that was begun; nil if it has none.
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

// Forget drops the device's own copy of a backup that was begun, as iOS does when it needs room.
func (a *Agent) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.caches = nil
}

// scan is a record of every file that belongs in a backup, sorted.
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
