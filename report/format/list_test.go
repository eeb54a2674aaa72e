package format

import "testing"

func TestFind(t *testing.T) {
	endings := map[string]string{}
	for _, name := range Names() {
		f, known := Find(name)
		if !known || f.Name != name || f.Ending == "" || (f.Write == nil) != (name == Streamed) {
			t.Errorf("%s: found %+v, %t", name, f, known)
		}
		if other, taken := endings[f.Ending]; taken && !f.Terminal {
			t.Errorf("the files of %s and %s end in %s", name, other, f.Ending)
		}
		endings[f.Ending] = name
	}
	if f, known := Find("pdf"); known {
		t.Errorf("found %+v", f)
	}
}
