package scan

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/usb"
)

func TestChooseByUDID(t *testing.T) {
	attached := []usb.Attached{{UDID: "00008110-000A"}, {UDID: "ABCDEF"}}
	for _, c := range []struct {
		name    string
		udids   []string
		wanted  []usb.Attached
		missing []string
	}{
		{"all without a word", nil, attached, nil},
		{"as written", []string{"ABCDEF"}, attached[1:], nil},
		{"in lower case", []string{"abcdef"}, attached[1:], nil},
		{"without the hyphen", []string{"00008110000A"}, attached[:1], nil},
		{"in the order of the ports", []string{"ABCDEF", "00008110-000A"}, attached, nil},
		{"not attached", []string{"ABCDEF", "123"}, attached[1:], []string{"123"}},
		{"no part of one", []string{"ABC"}, nil, []string{"ABC"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wanted, missing := Choose(attached, c.udids)
			if !slices.Equal(wanted, c.wanted) || !slices.Equal(missing, c.missing) {
				t.Errorf("got %v and %v, want %v and %v", wanted, missing, c.wanted, c.missing)
			}
		})
	}
}
