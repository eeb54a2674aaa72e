package releases

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// ModelName returns a model's marketing name without radio and storage variants: "iPad Pro
// 11-inch (M4)". It is device.Unlisted for newer models than the list has.
func (t Table) ModelName(productType string) device.Fact[string] {
	for _, model := range models {
		if slices.Contains(model.types, productType) {
			return device.Known(model.name)
		}
	}
	return device.Unknown[string](device.Unlisted)
}

// A model is a name and the ProductTypes sold under it.
type model struct {
	name  string
	types []string
}

// models has every iPhone, iPad and iPod touch up to the spring of 2026.
var models = []model{
	{"iPhone", []string{"iPhone1,1"}},
	{"iPhone 3G", []string{"iPhone1,2"}},
	{"iPhone 3GS", []string{"iPhone2,1"}},
	{"iPhone 4", []string{"iPhone3,1", "iPhone3,2", "iPhone3,3"}},
	{"iPhone 4s", []string{"iPhone4,1"}},
	{"iPhone 5", []string{"iPhone5,1", "iPhone5,2"}},
	{"iPhone 5c", []string{"iPhone5,3", "iPhone5,4"}},
	{"iPhone 5s", []string{"iPhone6,1", "iPhone6,2"}},
	{"iPhone 6", []string{"iPhone7,2"}},
	{"iPhone 6 Plus", []string{"iPhone7,1"}},
	{"iPhone 6s", []string{"iPhone8,1"}},
	{"iPhone 6s Plus", []string{"iPhone8,2"}},
	{"iPhone SE (1st generation)", []string{"iPhone8,4"}},
	{"iPhone 7", []string{"iPhone9,1", "iPhone9,3"}},
	{"iPhone 7 Plus", []string{"iPhone9,2", "iPhone9,4"}},
	{"iPhone 8", []string{"iPhone10,1", "iPhone10,4"}},
	{"iPhone 8 Plus", []string{"iPhone10,2", "iPhone10,5"}},
	{"iPhone X", []string{"iPhone10,3", "iPhone10,6"}},
	{"iPhone XS", []string{"iPhone11,2"}},
	{"iPhone XS Max", []string{"iPhone11,4", "iPhone11,6"}},
	{"iPhone XR", []string{"iPhone11,8"}},
	{"iPhone 11", []string{"iPhone12,1"}},
	{"iPhone 11 Pro", []string{"iPhone12,3"}},
	{"iPhone 11 Pro Max", []string{"iPhone12,5"}},
	{"iPhone SE (2nd generation)", []string{"iPhone12,8"}},
	{"iPhone 12 mini", []string{"iPhone13,1"}},
	{"iPhone 12", []string{"iPhone13,2"}},
	{"iPhone 12 Pro", []string{"iPhone13,3"}},
	{"iPhone 12 Pro Max", []string{"iPhone13,4"}},
	{"iPhone 13 Pro", []string{"iPhone14,2"}},
	{"iPhone 13 Pro Max", []string{"iPhone14,3"}},
	{"iPhone 13 mini", []string{"iPhone14,4"}},
	{"iPhone 13", []string{"iPhone14,5"}},
	{"iPhone SE (3rd generation)", []string{"iPhone14,6"}},
	{"iPhone 14", []string{"iPhone14,7"}},
	{"iPhone 14 Plus", []string{"iPhone14,8"}},
	{"iPhone 14 Pro", []string{"iPhone15,2"}},
	{"iPhone 14 Pro Max", []string{"iPhone15,3"}},
	{"iPhone 15", []string{"iPhone15,4"}},
	{"iPhone 15 Plus", []string{"iPhone15,5"}},
	{"iPhone 15 Pro", []string{"iPhone16,1"}},
	{"iPhone 15 Pro Max", []string{"iPhone16,2"}},
	{"iPhone 16 Pro", []string{"iPhone17,1"}},
	{"iPhone 16 Pro Max", []string{"iPhone17,2"}},
	{"iPhone 16", []string{"iPhone17,3"}},
	{"iPhone 16 Plus", []string{"iPhone17,4"}},
	{"iPhone 16e", []string{"iPhone17,5"}},
	{"iPhone 17 Pro", []string{"iPhone18,1"}},
	{"iPhone 17 Pro Max", []string{"iPhone18,2"}},
	{"iPhone 17", []string{"iPhone18,3"}},
	{"iPhone Air", []string{"iPhone18,4"}},
	{"iPhone 17e", []string{"iPhone18,5"}},

	{"iPad", []string{"iPad1,1"}},
	{"iPad 2", []string{"iPad2,1", "iPad2,2", "iPad2,3", "iPad2,4"}},
	{"iPad (3rd generation)", []string{"iPad3,1", "iPad3,2", "iPad3,3"}},
	{"iPad (4th generation)", []string{"iPad3,4", "iPad3,5", "iPad3,6"}},
	{"iPad (5th generation)", []string{"iPad6,11", "iPad6,12"}},
	{"iPad (6th generation)", []string{"iPad7,5", "iPad7,6"}},
	{"iPad (7th generation)", []string{"iPad7,11", "iPad7,12"}},
	{"iPad (8th generation)", []string{"iPad11,6", "iPad11,7"}},
	{"iPad (9th generation)", []string{"iPad12,1", "iPad12,2"}},
	{"iPad (10th generation)", []string{"iPad13,18", "iPad13,19"}},
	{"iPad (A16)", []string{"iPad15,7", "iPad15,8"}},

	{"iPad mini", []string{"iPad2,5", "iPad2,6", "iPad2,7"}},
	{"iPad mini 2", []string{"iPad4,4", "iPad4,5", "iPad4,6"}},
	{"iPad mini 3", []string{"iPad4,7", "iPad4,8", "iPad4,9"}},
	{"iPad mini 4", []string{"iPad5,1", "iPad5,2"}},
	{"iPad mini (5th generation)", []string{"iPad11,1", "iPad11,2"}},
	{"iPad mini (6th generation)", []string{"iPad14,1", "iPad14,2"}},
	{"iPad mini (A17 Pro)", []string{"iPad16,1", "iPad16,2"}},

	{"iPad Air", []string{"iPad4,1", "iPad4,2", "iPad4,3"}},
	{"iPad Air 2", []string{"iPad5,3", "iPad5,4"}},
	{"iPad Air (3rd generation)", []string{"iPad11,3", "iPad11,4"}},
	{"iPad Air (4th generation)", []string{"iPad13,1", "iPad13,2"}},
	{"iPad Air (5th generation)", []string{"iPad13,16", "iPad13,17"}},
	{"iPad Air 11-inch (M2)", []string{"iPad14,8", "iPad14,9"}},
	{"iPad Air 13-inch (M2)", []string{"iPad14,10", "iPad14,11"}},
	{"iPad Air 11-inch (M3)", []string{"iPad15,3", "iPad15,4"}},
	{"iPad Air 13-inch (M3)", []string{"iPad15,5", "iPad15,6"}},
	{"iPad Air 11-inch (M4)", []string{"iPad16,8", "iPad16,9"}},
	{"iPad Air 13-inch (M4)", []string{"iPad16,10", "iPad16,11"}},

	{"iPad Pro 9.7-inch", []string{"iPad6,3", "iPad6,4"}},
	{"iPad Pro 10.5-inch", []string{"iPad7,3", "iPad7,4"}},
	{"iPad Pro 11-inch (1st generation)", []string{"iPad8,1", "iPad8,2", "iPad8,3", "iPad8,4"}},
	{"iPad Pro 11-inch (2nd generation)", []string{"iPad8,9", "iPad8,10"}},
	{"iPad Pro 11-inch (3rd generation)", []string{"iPad13,4", "iPad13,5", "iPad13,6", "iPad13,7"}},
	{"iPad Pro 11-inch (4th generation)", []string{"iPad14,3", "iPad14,4"}},
	{"iPad Pro 11-inch (M4)", []string{"iPad16,3", "iPad16,4"}},
	{"iPad Pro 11-inch (M5)", []string{"iPad17,1", "iPad17,2"}},
	{"iPad Pro 12.9-inch (1st generation)", []string{"iPad6,7", "iPad6,8"}},
	{"iPad Pro 12.9-inch (2nd generation)", []string{"iPad7,1", "iPad7,2"}},
	{"iPad Pro 12.9-inch (3rd generation)", []string{"iPad8,5", "iPad8,6", "iPad8,7", "iPad8,8"}},
	{"iPad Pro 12.9-inch (4th generation)", []string{"iPad8,11", "iPad8,12"}},
	{"iPad Pro 12.9-inch (5th generation)", []string{"iPad13,8", "iPad13,9", "iPad13,10", "iPad13,11"}},
	{"iPad Pro 12.9-inch (6th generation)", []string{"iPad14,5", "iPad14,6"}},
	{"iPad Pro 13-inch (M4)", []string{"iPad16,5", "iPad16,6"}},
	{"iPad Pro 13-inch (M5)", []string{"iPad17,3", "iPad17,4"}},

	{"iPod touch", []string{"iPod1,1"}},
	{"iPod touch (2nd generation)", []string{"iPod2,1"}},
	{"iPod touch (3rd generation)", []string{"iPod3,1"}},
	{"iPod touch (4th generation)", []string{"iPod4,1"}},
	{"iPod touch (5th generation)", []string{"iPod5,1"}},
	{"iPod touch (6th generation)", []string{"iPod7,1"}},
	{"iPod touch (7th generation)", []string{"iPod9,1"}},
}
