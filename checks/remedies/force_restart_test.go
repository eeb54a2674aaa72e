package remedies

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestForceRestartButtons(t *testing.T) {
	tests := []struct {
		productType string
		want        buttons
	}{
		{"iPhone1,1", homePower},
		{"iPhone8,1", homePower},
		{"iPhone8,4", homePower}, // SE of 2016
		{"iPhone9,1", volDownPower},
		{"iPhone9,4", volDownPower},
		{"iPhone10,1", volUpVolDownHold},
		{"iPhone10,6", volUpVolDownHold},
		{"iPhone12,8", volUpVolDownHold}, // SE of 2020, with a Home button
		{"iPhone14,6", volUpVolDownHold}, // SE of 2022, with a Home button
		{"iPhone18,3", volUpVolDownHold},
		{"iPhone19,1", volUpVolDownHold}, // newer than the table
		{"iPad1,1", homePower},
		{"iPad7,12", homePower},
		{"iPad8,1", volUpVolDownHold},
		{"iPad8,12", volUpVolDownHold},
		{"iPad11,1", homePower},
		{"iPad12,2", homePower},
		{"iPad13,1", volUpVolDownHold},
		{"iPad17,4", volUpVolDownHold},
		{"iPad18,1", volUpVolDownHold}, // newer than the table
		{"iPod1,1", homePower},
		{"iPod7,1", homePower},
		{"iPod9,1", volDownPower},
	}
	for _, test := range tests {
		if got := parseModel(test.productType).forceRestartButtons(); got != test.want {
			t.Errorf("%s: %s, want %s", test.productType, got, test.want)
		}
	}
}

func TestButtonsInWords(t *testing.T) {
	tests := []struct {
		name, productType   string
		restart, forceStart string // the beginning of each text
	}{
		{"iPhone 5s", "iPhone6,1", "hold the top button until", "hold the Home button and the top button together"},
		{"iPhone 6s", "iPhone8,1", "hold the side button until", "hold the Home button and the side button together"},
		{"iPhone SE of 2016", "iPhone8,4", "hold the top button until", "hold the Home button and the top button together"},
		{"iPhone 7", "iPhone9,1", "hold the side button until", "hold the volume down button and the side button together"},
		{"iPhone 8", "iPhone10,1", "hold the side button until", "press and release the volume up button, press and release the volume down button, then hold the side button"},
		{"iPhone SE of 2022", "iPhone14,6", "hold the side button until", "press and release the volume up button"},
		{"iPhone X", "iPhone10,3", "hold the side button and either volume button until", "press and release the volume up button"},
		{"iPad with a Home button", "iPad12,1", "hold the top button until", "hold the Home button and the top button together"},
		{"iPad without", "iPad13,1", "hold the top button and either volume button until", "press and release the volume button nearest the top button"},
		{"iPod touch 7", "iPod9,1", "hold the top button until", "hold the volume down button and the top button together"},
		{"something else", "AppleTV14,1", "hold the side or top button (on models without a Home button", "press the buttons of its model"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id := device.Identity{ProductType: device.Known(test.productType)}
			if got, _ := Expand("{restart}", id); !strings.HasPrefix(got, test.restart) {
				t.Errorf("restart: %q, want %q…", got, test.restart)
			}
			if got, _ := Expand("{force-restart}", id); !strings.HasPrefix(got, test.forceStart) {
				t.Errorf("force restart: %q, want %q…", got, test.forceStart)
			}
		})
	}
}

func TestButtonsOfEveryModelOfTheCatalogue(t *testing.T) {
	const path = "../../../shared/data/os-releases/product_catalogue.json"
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("skipped: the catalogue of all models is not at %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct {
		Devices []struct {
			ProductType  string  `json:"product_type"`
			HomeButton   bool    `json:"home_button"`
			PowerButton  string  `json:"power_button"`
			ForceRestart buttons `json:"force_restart"`
		} `json:"devices"`
	}
	if err := json.Unmarshal(data, &catalogue); err != nil {
		t.Fatal(err)
	}
	if len(catalogue.Devices) < 100 {
		t.Fatalf("only %d models in %s", len(catalogue.Devices), path)
	}
	for _, want := range catalogue.Devices {
		m := parseModel(want.ProductType)
		if got := m.forceRestartButtons(); got != want.ForceRestart {
			t.Errorf("%s: force restart by %s, want %s", want.ProductType, got, want.ForceRestart)
		}
		if got := m.powerButton(); got != want.PowerButton {
			t.Errorf("%s: the %s button, want %s", want.ProductType, got, want.PowerButton)
		}
		if got := m.hasHomeButton(); got != want.HomeButton {
			t.Errorf("%s: has a Home button: %v, want %v", want.ProductType, got, want.HomeButton)
		}
	}
}
