// Package reach checks Apple's hosts from this computer: whether they answer, who issued
// their certificates, whether the network shows a sign-in page, and what Apple's status
// page reports about iCloud.
//
// It is the only part of a scan that uses the internet, and it runs only on request. It
// sends nothing about a device or its owner: it opens and closes TLS connections and
// fetches two public pages. Its results apply to a device only on the same network.
//
// [Prober.Look] never fails. Anything it could not determine is a gap.
package reach
