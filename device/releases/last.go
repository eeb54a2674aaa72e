package releases

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// lastOffers are the final releases of models that are no longer in Apple's list. They will
// not change. Dates are given only where they are certain.
var lastOffers = []Offer{
	{
		Version: device.Version{Major: 10, Minor: 3, Patch: 4},
		Posted:  time.Date(2019, 7, 22, 0, 0, 0, 0, time.UTC),
		Models:  []string{"iPhone5,1", "iPhone5,2", "iPad3,5", "iPad3,6"},
	},
	{
		Version: device.Version{Major: 10, Minor: 3, Patch: 3},
		Models:  []string{"iPhone5,3", "iPhone5,4", "iPad3,4"},
	},
	{
		Version: device.Version{Major: 9, Minor: 3, Patch: 6},
		Posted:  time.Date(2019, 7, 22, 0, 0, 0, 0, time.UTC),
		Models:  []string{"iPhone4,1", "iPad2,2", "iPad2,3", "iPad2,6", "iPad2,7", "iPad3,2", "iPad3,3"},
	},
	{
		Version: device.Version{Major: 9, Minor: 3, Patch: 5},
		Models:  []string{"iPad2,1", "iPad2,4", "iPad2,5", "iPad3,1", "iPod5,1"},
	},
	{
		Version: device.Version{Major: 7, Minor: 1, Patch: 2},
		Models:  []string{"iPhone3,1", "iPhone3,2", "iPhone3,3"},
	},
	{
		Version: device.Version{Major: 6, Minor: 1, Patch: 6},
		Models:  []string{"iPhone2,1", "iPod4,1"},
	},
	{
		Version: device.Version{Major: 5, Minor: 1, Patch: 1},
		Models:  []string{"iPad1,1", "iPod3,1"},
	},
	{
		Version: device.Version{Major: 4, Minor: 2, Patch: 1},
		Models:  []string{"iPhone1,2", "iPod2,1"},
	},
	{
		Version: device.Version{Major: 3, Minor: 1, Patch: 3},
		Models:  []string{"iPhone1,1", "iPod1,1"},
	},
}
