package sim

import "fmt"

// syslog streams the log as text, to whoever connects.
func (s *service) syslog() {
	s.note("syslog_relay", "stream")
	s.play(s.syslogLine)
}

// syslogLine is one message as syslog_relay writes it: a line, and a zero byte behind it.
func (s *service) syslogLine(step LogStep) []byte {
	level := map[string]string{"": "Notice", "notice": "Notice", "info": "Info", "error": "Error", "fault": "Fault"}[step.Level]
	now := s.device.tray.now().Add(s.device.ClockSkew)
	return fmt.Appendf(nil, "%s iPhone %s(MobileBackup)[123] <%s>: %s\n\x00", now.Format("Jan _2 15:04:05"), step.Process, level, step.Text)
}
