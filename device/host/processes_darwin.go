package host

import "golang.org/x/sys/unix"

func processes() []process {
	infos, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil
	}
	var list []process
	for _, info := range infos {
		list = append(list, process{name: unix.ByteSliceToString(info.Proc.P_comm[:])})
	}
	return list
}
