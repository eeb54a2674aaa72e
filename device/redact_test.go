package device

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestEveryTextIsClassed walks all types of a recording.
func TestEveryTextIsClassed(t *testing.T) {
	var walk func(typ reflect.Type, privacy, path string)
	walk = func(typ reflect.Type, privacy, path string) {
		switch {
		case typ == reflect.TypeFor[time.Time]():
		case isFact(typ):
			walk(factOf(typ), privacy, path)
		case typ.Kind() == reflect.String:
			if privacy != "private" && privacy != "public" {
				t.Errorf("%s needs a tag: privacy:\"private\" if it may tell who the owner is, else privacy:\"public\"", path)
			}
		case typ.Kind() == reflect.Pointer, typ.Kind() == reflect.Slice:
			walk(typ.Elem(), privacy, path)
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				field := typ.Field(i)
				walk(field.Type, field.Tag.Get("privacy"), path+"."+field.Name)
			}
		}
	}
	walk(reflect.TypeFor[Recording](), "", "Recording")
}

func TestRedactHidesWhatIsPrivateAndNothingElse(t *testing.T) {
	snapshot, texts := filled[Snapshot](t)
	data, err := json.Marshal(Redact(snapshot, 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(texts["private"]) == 0 || len(texts["public"]) == 0 {
		t.Fatal("the snapshot was not filled")
	}
	for _, text := range texts["private"] {
		if strings.Contains(string(data), text) {
			t.Errorf("%q is still there", text)
		}
	}
	for _, text := range texts["public"] {
		if !strings.Contains(string(data), text) {
			t.Errorf("%q was hidden, though it is public", text)
		}
	}
}

func TestRedactLeavesTheGivenSnapshotAlone(t *testing.T) {
	given, _ := filled[Snapshot](t)
	before, _ := filled[Snapshot](t)
	Redact(given, 1)
	if diff := cmp.Diff(before, given, factsByValue); diff != "" {
		t.Errorf("Redact changed what it was given (-before +after):\n%s", diff)
	}
}

func TestRedactKeepsWhatIsEqualEqual(t *testing.T) {
	profile := func(identifier, organization string) Profile {
		return Profile{Identifier: identifier, Organization: Known(organization)}
	}
	var live Live
	live.Management.Organization = Known("Lycée Hugo")
	live.Management.Profiles = Known([]Profile{
		profile("a", "Lycée Hugo"), profile("b", "VPN Ltd"), profile("c", "Lycée Hugo"),
	})
	live.Apps = Unknown[[]App](Timeout)
	got := Redact(Snapshot{Live: &live}, 1).Live

	var want Live
	want.Management.Organization = Known("organization-1")
	want.Management.Profiles = Known([]Profile{
		profile("profile-1", "organization-1"), profile("profile-2", "organization-2"), profile("profile-3", "organization-1"),
	})
	want.Apps = Unknown[[]App](Timeout)
	if diff := cmp.Diff(want, *got, factsByValue); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRedactNamesTheDevice(t *testing.T) {
	tests := map[string]struct {
		device Identity
		want   Identity
	}{
		"an iPhone": {
			Identity{UDID: "00008030-001", Name: Known("Anna's iPhone"), Class: Known("iPhone")},
			Identity{UDID: "device-07", Name: Known("iPhone 7"), Class: Known("iPhone")},
		},
		"of unknown class": {
			Identity{UDID: "00008030-001", Name: Known("Anna's iPhone"), Class: Unknown[string](Locked)},
			Identity{UDID: "device-07", Name: Known("Device 7"), Class: Unknown[string](Locked)},
		},
		"without a name": {
			Identity{UDID: "00008030-001", Name: Unknown[string](Refused)},
			Identity{UDID: "device-07", Name: Unknown[string](Refused)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Redact(Snapshot{Device: test.device}, 7).Device
			if diff := cmp.Diff(test.want, got, factsByValue); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
