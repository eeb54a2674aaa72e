package sim

// A service is one connection to a device service.
type service struct {
	*conn
	device *plugged
	name   string // as in StartService
}

// anyoneService accepts untrusted computers and speaks plaintext.
const anyoneService = "com.apple.mobile.insecure_notification_proxy"

const diagnosticsService = "com.apple.mobile.diagnostics_relay"

// services lists the services of a device.
var services = map[string]func(*service){
	diagnosticsService:                    (*service).diagnostics,
	"com.apple.mobile.MCInstall":          (*service).management,
	"com.apple.mobile.installation_proxy": (*service).installation,
	"com.apple.mobile.notification_proxy": (*service).notifications,
	anyoneService:                         (*service).notifications,
	"com.apple.os_trace_relay":            (*service).osTrace,
	"com.apple.syslog_relay":              (*service).syslog,
	"com.apple.crashreportmover":          (*service).crashMover,
	"com.apple.crashreportcopymobile":     (*service).crashReports,
	"com.apple.afc":                       (*service).media,
	backupService:                         (*service).backup,
	"com.apple.springboardservices":       (*service).springboard,
}

func (p *plugged) serveService(c *conn, name string) {
	services[name](&service{conn: c, device: p, name: name})
}

// say responds to a request with a property list.
func (s *service) say(message dict, request string) error {
	return s.reply(plistFraming, message, s.name, s.name+" "+request)
}

func (s *service) note(kind, request string) {
	s.device.tray.note(kind, request, s.device.UDID())
}

// crashMover reports that all crash reports have been moved and can be read.
func (s *service) crashMover() {
	s.note("crashreportmover", "ping")
	s.Write([]byte("ping\x00"))
}
