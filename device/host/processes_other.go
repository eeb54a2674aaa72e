//go:build !linux && !darwin && !windows

package host

func processes() []process { return nil }
