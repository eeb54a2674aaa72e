package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// phones are the classes of devices that the checks are about.
var phones = []string{"iPhone", "iPad", "iPod"}

// others are classes that appear beside them, with what people call them.
var others = map[string]string{
	"Watch":          "Apple Watch",
	"AppleTV":        "Apple TV",
	"AudioAccessory": "HomePod",
	"RealityDevice":  "Apple Vision",
}

// classOf is the class of a device by its own word, or else by its model; "" if neither is
// known.
func classOf(id device.Identity) string {
	if class, err := id.Class.Get(); err == nil && class != "" {
		return class
	}
	productType, _ := id.ProductType.Get()
	family, _, _, _ := device.ModelNumber(productType) // "" if it is not known
	return family
}

// OtherClass is true of a device that is known to be none of those that the checks are about.
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
