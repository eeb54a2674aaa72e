// Package labels tells devices apart in the way people do: by the place on the bench at
// which they are plugged in, and by what an inventory calls them.
//
// [PortOf] finds the port behind a LocationID of usbmux. [Slots] gives names to ports, and
// [Inventory] knows a table of devices by UDID or serial number. Both files may come from
// anywhere: they are bounded before they are read, and their texts are as untrusted as a
// device's.
package labels
