package device

import "time"

// Reach is this computer's view of Apple's hosts at the time of the scan. It applies to a
// device only if the device uses the same network.
type Reach struct {
	Hosts    []HostReach           `json:"hosts,omitempty"`   // hosts that iCloud Backup depends on
	Captive  Fact[bool]            `json:"captive,omitzero"`  // http://captive.apple.com does not answer Success, so the network has a sign-in page
	Services Fact[[]ServiceReport] `json:"services,omitzero"` // Apple's status feed: services that backups depend on
}

// HostReach is the result of connecting to one host.
type HostReach struct {
	Host   string           `json:"hostname" privacy:"public"`        // gateway.icloud.com
	Issuer Fact[CertIssuer] `json:"issuer,omitzero" privacy:"public"` // who issued its TLS certificate
	Name   Fact[string]     `json:"name,omitzero" privacy:"private"`  // organization that issued the certificate, as named in it
}

// CertIssuer is the kind of issuer of a host's certificate.
type CertIssuer string

const (
	IssuedByApple  CertIssuer = "apple"   // Apple itself
	IssuedByPublic CertIssuer = "trusted" // another issuer that this computer trusts: a public CA, or one that its owner installed
	IssuedByOther  CertIssuer = "other"   // an issuer that this computer does not trust: TLS is being intercepted
)

// ServiceReport is the state of one service in Apple's status feed.
type ServiceReport struct {
	Name    string    `json:"name" privacy:"public"`              // iCloud Backup
	Trouble string    `json:"trouble,omitempty" privacy:"public"` // kind of an ongoing event: Outage, Issue, Maintenance; "" if there is none
	Users   string    `json:"users,omitempty" privacy:"public"`   // who is affected, in Apple's words
	Since   time.Time `json:"since,omitzero"`                     // when it began
}
