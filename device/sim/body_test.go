package sim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFaultsLeaveTheEchoOfTheRequestAlone(t *testing.T) {
	reply := dict{
		"Request": "GetValue",
		"Domain":  "d",
		"Status":  "Success",
		"Value":   dict{"text": "a", "truth": true, "number": uint64(1), "list": []any{"a"}},
	}
	for _, test := range []struct {
		name      string
		got, want dict
	}{
		{"refused", refuse(reply, "GetProhibited"), dict{"Request": "GetValue", "Domain": "d", "Error": "GetProhibited", "Status": "GetProhibited"}},
		{"missing keys", missingKeys(reply), dict{"Request": "GetValue", "Domain": "d"}},
		{"wrong types", wrongTypes(reply), dict{
			"Request": "GetValue",
			"Domain":  "d",
			"Status":  []any{"Success"},
			"Value":   dict{"text": []any{"a"}, "truth": "wrong", "number": "wrong", "list": "wrong"},
		}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
	if _, changed := refuse(dict{"Request": "GetValue"}, "x")["Status"]; changed {
		t.Error("a reply without a Status is refused with one")
	}
}
