package sim

import (
	"strings"
)

// A LogStep is one event while a device's log is followed. Every client that follows the log
// receives all steps from the first on.
type LogStep struct {
	AfterSeconds float64 // since the previous step
	Repeat       int     // how many times the line is written; 0 means once

	Process string // the logging process, such as backupd
	Level   string // notice, info, error or fault; "" is notice
	Text    string // "" for a step without a line
	Raw     []byte // written verbatim instead of a line, to simulate invalid data

	BackedUp bool   // an iCloud backup has just completed, by the device's clock
	Post     string // a notification to post
	Detach   bool   // the device is unplugged
}

// domainChanged is posted when values in com.apple.mobile.backup change.
const domainChanged = "com.apple.mobile.backup.domain_changed"

// FailedBackup returns the log of a Back Up Now that fails. chain is the error followed by its
// underlying errors, as backupd writes them: MBErrorDomain(303), CKErrorDomain(25).
func FailedBackup(chain ...string) []LogStep {
	return append(beginning(), LogStep{
		Process: "backupd", Level: "error",
		Text: "=cloud-backup= Backup failed: " + strings.Join(chain, " Underlying error: ") + ", <private>",
	})
}

// CompletedBackup returns the log of a Back Up Now that succeeds.
func CompletedBackup() []LogStep {
	return append(beginning(),
		LogStep{Process: "backupd", Text: "=cloud-backup= Finished uploading 12 files (4096) and 0 deletes for 3 domains: <private>"},
		LogStep{BackedUp: true},
		LogStep{Post: domainChanged},
	)
}

// CancelledBackup returns the log of a backup that ends because Wi-Fi is lost.
func CancelledBackup() []LogStep {
	return append(beginning(),
		LogStep{Process: "backupd", Text: "=scheduler= [Off condition after 42.0s] state changed, enabled:1, locked:0, onPower:1, onWiFi:0, onCellular:0(0), managerStates:<private>, changes:onWiFi"},
		LogStep{
			Process: "backupd", Level: "error",
			Text: `=cloud-backup= Backup failed: MBErrorDomain(202), Error Domain=MBErrorDomain Code=202 "Backup cancelled (com.apple.backupd.wifi)"`,
		},
	)
}

// beginning returns the first lines of every Back Up Now, mixed with unrelated lines.
func beginning() []LogStep {
	return []LogStep{
		{Process: "SpringBoard", Text: "Something that has nothing to do with backups"},
		{Process: "Preferences", Text: "restoreState running: 0"},
		{Process: "Preferences", Text: "Backup Button Enabled: 1"},
		{Process: "BackupAgent2", Level: "error", Text: "Failed to upload <private>: <NSError:0x281101f50(MBErrorDomain:100) - {NSLocalizedDescription = <private>;}>"},
		{Process: "backupd", Text: "=scheduler= [Off condition] state changed, enabled:1, locked:0, onPower:1, onWiFi:1, onCellular:0(0), managerStates:<private>, changes:locked"},
		{Process: "backupd", Text: "=cloud-backup= Finished setting up backup for <private> isResumed:0 type:<private>"},
	}
}

// play carries out the steps of the device's log and writes their lines, then writes those of the
// steps in told until the client disconnects.
func (s *service) play(told <-chan LogStep, frame func(LogStep) []byte) {
	for _, step := range s.device.Log {
		if step.AfterSeconds > 0 && sleep(seconds(step.AfterSeconds), s.closed) != nil {
			return
		}
		if !s.happen(step, frame) {
			return
		}
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		s.wait(0)
	}()
	defer func() {
		s.raw.Close()
		<-gone
	}()
	for {
		select {
		case step := <-told:
			if !s.write(step, frame) {
				return
			}
		case <-gone:
			return
		}
	}
}

// maxTold is how many steps are queued for a client that follows the log; further ones are dropped.
const maxTold = 1000

// follow returns a channel of the steps told from now on. The caller must call stop.
func (p *plugged) follow() (told <-chan LogStep, stop func()) {
	steps := make(chan LogStep, maxTold)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.followers[steps] = struct{}{}
	return steps, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.followers, steps)
	}
}

// tell carries out a step for the device, and queues its line for all clients that follow its log.
func (p *plugged) tell(step LogStep) {
	p.happen(step)
	p.mu.Lock()
	defer p.mu.Unlock()
	for steps := range p.followers {
		select {
		case steps <- step:
		default:
		}
	}
}

// happen carries out a step, except for its line.
func (p *plugged) happen(step LogStep) {
	if step.BackedUp {
		p.backUp()
	}
	if step.Post != "" {
		p.post(step.Post)
	}
}

// happen carries out one step and writes its line. It returns false if the connection has ended.
func (s *service) happen(step LogStep, frame func(LogStep) []byte) bool {
	if step.Detach {
		s.detach()
		return false
	}
	s.device.happen(step)
	return s.write(step, frame)
}

// write writes the line of a step.
func (s *service) write(step LogStep, frame func(LogStep) []byte) bool {
	data := step.Raw
	if step.Text != "" {
		data = frame(step)
	}
	for range max(1, step.Repeat) {
		if _, err := s.Write(data); err != nil {
			return false
		}
	}
	return true
}

// backUp sets the date of the last successful backup to now.
func (p *plugged) backUp() {
	at := p.now()
	p.alter(func(d *Device) { d.setBackup("LastCloudBackupDate", at) })
}
