package sim

import "fmt"

// syslog streams the log as text to every client.
func (s *service) syslog() {
	told, stop := s.device.follow()
	defer stop()
	s.note("syslog_relay", "stream")
	s.play(told, s.syslogLine)
}

// syslogLine encodes one message for syslog_relay: a NUL-terminated line.
func (s *service) syslogLine(step LogStep) []byte {
	level := map[string]string{"": "Notice", "notice": "Notice", "info": "Info", "error": "Error", "fault": "Fault"}[step.Level]
	now := s.device.now()
	return fmt.Appendf(nil, "%s iPhone %s(MobileBackup)[123] <%s>: %s\n\x00", now.Format("Jan _2 15:04:05"), step.Process, level, step.Text)
}
