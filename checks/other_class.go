package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// phones are the device classes that the checks apply to.
var phones = []string{"iPhone", "iPad", "iPod"}

// others are other classes that may be connected, with their common names.
var others = map[string]string{
	"Watch":          "Apple Watch",
	"AppleTV":        "Apple TV",
	"AudioAccessory": "HomePod",
	"RealityDevice":  "Apple Vision",
}

// classOf returns the class that a device reports, or else the class of its model; "" if
// neither is known.
func classOf(id device.Identity) string {
	if class, err := id.Class.Get(); err == nil && class != "" {
		return class
	}
	productType, _ := id.ProductType.Get()
	family, _, _, _ := device.ModelNumber(productType) // "" if unknown
	return family
}

// OtherClass reports whether a device is known not to be of a class that the checks apply to.
func OtherClass(s device.Snapshot) bool {
	class := classOf(s.Device)
	return class != "" && !slices.ContainsFunc(phones, func(phone string) bool { return strings.HasPrefix(class, phone) })
}

// otherHeadline says why a device was not judged.
func otherHeadline(s device.Snapshot) string {
	class := classOf(s.Device)
	if name, known := others[class]; known {
		return name + " is listed and not judged: " + device.OtherClass.Error() + "."
	}
	return fmt.Sprintf("A device of the class %q is listed and not judged: %s.", class, device.OtherClass)
}
