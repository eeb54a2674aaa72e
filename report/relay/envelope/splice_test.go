package envelope

import (
	"encoding/json"
	"errors"
	"testing"
)

// TestWhole covers the places of the list of evidence, and texts that look like JSON.
func TestWhole(t *testing.T) {
	for _, c := range []struct{ brief, want string }{
		{`{}`, `{}`},
		{`[{"devices":[]}]`, `[{"devices":[]}]`},
		{`{"devices":{"sharedEvidence":[1]}}`, `{"devices":{"sharedEvidence":[1]}}`},
		{`{"devices":[7,{"sharedEvidence":[]}]}`, `{"devices":[7,{}]}`},
		{`{"devices":[{"sharedEvidence":[{"a":1}],"findings":[{"evidence":[0,0]}]}]}`, `{"devices":[{"findings":[{"evidence":[{"a":1},{"a":1}]}]}]}`},
		{`{"devices":[{"findings":[{"evidence":[1,0]}],"sharedEvidence":["x","y"]}]}`, `{"devices":[{"findings":[{"evidence":["y","x"]}]}]}`},
		{`{"devices":[{"udid":"u","sharedEvidence":["x"],"needs":[{"evidence":[0]}],"z":0}]}`, `{"devices":[{"udid":"u","needs":[{"evidence":["x"]}],"z":0}]}`},
		{"{ \"devices\" : [ {\n\"sharedEvidence\" : [ \"x\" ] , \"findings\" : [ { \"evidence\" : [ 0 ,\t{\"k\":0} ] } ] } ] }", `{"devices":[{"findings":[{"evidence":["x",{"k":0}]}]}]}`},
		{`{"a":"\"devices\":[{","devices":[{"sharedEvidence":["]},\\\""],"findings":[{"evidence":[0],"summary":"[0]"},{},5],"needs":null}]}`,
			`{"a":"\"devices\":[{","devices":[{"findings":[{"evidence":["]},\\\""],"summary":"[0]"},{},5],"needs":null}]}`},
		{`{"devices":[{"sharedEvidence":["x"],"findings":[{"evidence":[0]}]},{"sharedEvidence":["y"],"findings":[{"evidence":[0]}]}]}`,
			`{"devices":[{"findings":[{"evidence":["x"]}]},{"findings":[{"evidence":["y"]}]}]}`},
		{`{"devices":[{"sharedEvidence":["x"],"sharedEvidence":["y"],"findings":[{"evidence":[0]}]}]}`, ""},
		{`{"devices":[{"sharedEvidence":7,"findings":[{"evidence":[0]}]}]}`, ""},
		{`{"devices":[{"findings":[{"evidence":[0]}]}]}`, ""},
	} {
		got, err := whole([]byte(c.brief))
		if c.want == "" {
			if !errors.Is(err, Undecodable) {
				t.Errorf("%s becomes %s, %v", c.brief, got, err)
			}
			continue
		}
		var is, want any
		if err != nil || json.Unmarshal(got, &is) != nil || json.Unmarshal([]byte(c.want), &want) != nil {
			t.Errorf("%s becomes %s, %v", c.brief, got, err)
			continue
		}
		isText, _ := json.Marshal(is)
		wantText, _ := json.Marshal(want)
		if string(isText) != string(wantText) {
			t.Errorf("%s becomes %s, want %s", c.brief, isText, wantText)
		}
	}
}

// FuzzWhole checks that valid JSON stays valid JSON.
func FuzzWhole(f *testing.F) {
	f.Add([]byte(`{"devices":[{"udid":"u","sharedEvidence":["x",{"a":"]}"}],"needs":[{"evidence":[0,1]}],"z":0}]}`))
	f.Add([]byte(` {"devices": [ {"findings" :[{"evidence":[ ]}], "sharedEvidence":[ ]} ] } `))
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		got, err := whole(text)
		if err == nil && !json.Valid(got) {
			t.Errorf("%s becomes %s", text, got)
		}
		if err != nil && !errors.Is(err, Undecodable) && !errors.Is(err, TooLong) {
			t.Errorf("%s: %v", text, err)
		}
	})
}

// TestSplit compares split with encoding/json.
func TestSplit(t *testing.T) {
	for _, text := range []string{
		`{"schema":"1.0","id":"i","bench":"b","tool":"t","cut":"evidence","report":{"a":[1,{"report":2}]}}`,
		"\n{ \"report\" : { \"a\" : \"\\\"}\" }\t, \"bench\":\"b\" } ",
		`{"r\u0065port":{"a":1},"bench":"b"}`,
		`{"Report":{"a":1},"bench":"b"}`,
		`{"report":{"a":1},"report":{"a":2}}`,
		`{"report":{"a":1},"report":null}`,
		`{"report":[1],"bench":"b"}`,
		`{"report":"text"}`,
		`{"report":null}`,
		`{"bench":"b"}`,
		`{"other":{"report":{"a":1}}}`,
		`{"bench":"the \"report\":{} of b"}`,
		`[{"report":{}}]`,
		`"report"`,
		``,
		`{`,
		`{"report":{"a":1}`,
		`{"report":{"a":1}}}`,
		`{"report":{"a":1} "bench":"b"}`,
		`{"report":{"a":1},"bench":7}`,
	} {
		var want Envelope
		errWant := json.Unmarshal([]byte(text), &want)
		got, err := split([]byte(text))
		if (err == nil) != (errWant == nil) || err == nil && (string(got.Report) != string(want.Report) || got.Bench != want.Bench || got.Schema != want.Schema) {
			t.Errorf("%s becomes %+v, %v; want %+v, %v", text, got, err, want, errWant)
		}
	}
}
