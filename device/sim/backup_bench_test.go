package sim_test

import (
	"io"
	"os"
	"testing"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/testdata/backuphost"
)

// backupSizes returns the file sets for timing backups: many small files and a few large ones,
// with low counts unless a long run is requested, and lower ones with -short.
func backupSizes() map[string][]mobilebackup.File {
	small, large := 1_000, int64(16<<20)
	switch {
	case os.Getenv("BACKUPDOCTOR_LONG") != "":
		small, large = 100_000, 1<<30
	case testing.Short():
		small, large = 100, 1<<20
	}
	return map[string][]mobilebackup.File{
		"small": mobilebackup.Numbered("CameraRollDomain", "Media/DCIM", small, 20_000),
		"large": mobilebackup.Numbered("CameraRollDomain", "Media/DCIM", 4, large),
	}
}

// BenchmarkBackup measures how fast the simulated device sends to a client that discards the
// files.
func BenchmarkBackup(b *testing.B) {
	for name, files := range backupSizes() {
		b.Run(name, func(b *testing.B) {
			device := named(b, "healthy-iphone")
			device.Backup = mobilebackup.New(files...)
			b.Setenv("USBMUXD_SOCKET_ADDRESS", "unix://"+serve(b, newTray(b, device)))
			list, err := ios.ListDevices()
			if err != nil || len(list.DeviceList) != 1 {
				b.Fatal(list, err)
			}
			for b.Loop() {
				service, err := ios.ConnectToService(list.DeviceList[0], "com.apple.mobilebackup2")
				if err != nil {
					b.Fatal(err)
				}
				host := &backuphost.Host{Discard: true}
				response, err := host.Backup(struct {
					io.Reader
					io.Writer
				}{service.Reader(), service.Writer()}, device.UDID(), true)
				service.Close()
				if err != nil || response.Code != 0 {
					b.Fatal(response.Code, response.Text, err)
				}
				b.SetBytes(response.Bytes)
			}
		})
	}
}
