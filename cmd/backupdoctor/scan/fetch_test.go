package scan

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestPowerButton(t *testing.T) {
	for productType, want := range map[string]string{
		"iPhone17,2": "the side button", "iPhone7,2": "the side button", "iPhone14,6": "the side button",
		"iPhone6,1": "the top button", "iPhone8,4": "the top button", "iPad13,18": "the top button", "iPod9,1": "the top button",
	} {
		if got := powerButton(device.Identity{ProductType: device.Known(productType)}); got != want {
			t.Errorf("%s: %s, want %s", productType, got, want)
		}
	}
	if got := powerButton(device.Identity{}); got != "the side or top button" {
		t.Errorf("an unknown model: %s", got)
	}
}
