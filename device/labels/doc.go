// Package labels tells devices apart the way people do: by the USB port they are plugged
// into, and by their inventory record.
//
// [PortOf] finds the port for a usbmux LocationID. [Slots] names ports, and [Inventory]
// looks up devices by UDID or serial number. Both files may come from anywhere: their size
// is limited before they are read, and their text is no more trusted than a device's.
package labels
