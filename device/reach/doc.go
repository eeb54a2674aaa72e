// Package reach looks at Apple's hosts from this computer: whether they answer, who vouches
// for their certificates, whether the network shows a sign-in page, and what Apple's
// status page says of iCloud.
//
// It is the only door to the internet of a scan, and opened only when asked for. Nothing of
// a device or its owner is sent: a connection is made and closed, and two public pages are
// fetched. What it finds holds for a device only on the same network.
//
// [Prober.Look] never fails. What could not be found out is a gap.
package reach
