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

// play plays the steps of the device's log and writes its lines, then waits for the client to
// disconnect.
func (s *service) play(frame func(LogStep) []byte) {
	for _, step := range s.device.Log {
		if step.AfterSeconds > 0 && sleep(seconds(step.AfterSeconds), s.closed) != nil {
			return
		}
		if !s.happen(step, frame) {
			return
		}
	}
	s.wait(0)
}

// happen carries out one step; it returns false if nothing can follow.
func (s *service) happen(step LogStep, frame func(LogStep) []byte) bool {
	if step.Detach {
		s.detach()
		return false
	}
	if step.BackedUp {
		s.device.backUp()
	}
	if step.Post != "" {
		s.device.post(step.Post)
	}
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
	at := p.tray.now().Add(p.ClockSkew)
	p.alter(func(d *Device) { d.setBackup("LastCloudBackupDate", at) })
}
