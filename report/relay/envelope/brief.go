package envelope

import (
	"bytes"
	"encoding/json"

	"github.com/backupdoctor/backupdoctor/report"
)

// Many findings of a device, and the proof of its backup, share the same evidence. For sending, a
// report lists each piece of evidence once per device, and refers to it by index.
const sharedEvidence = "sharedEvidence"

// maxEvidence limits the evidence of a device once it is copied back to its findings, in bytes, of
// which each piece takes evidenceSize beside its text.
const (
	maxEvidence  = 4 * MaxReport
	evidenceSize = 128
)

// brief returns the JSON of a report with shared evidence, and without empty texts and lists, which
// mean the same as absent ones.
func brief(r report.Report) ([]byte, error) {
	written, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	document, err := decode(written)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"$schema", "totals", "exit"} {
		delete(document, name) // derived from the rest
	}
	for _, d := range objects(document["devices"]) {
		share(d)
	}
	return encode(withoutEmpty(document))
}

func share(d map[string]any) {
	list := []any{}
	places := map[string]int{}
	for _, f := range resting(d) {
		evidence, _ := f["evidence"].([]any)
		for i, e := range evidence {
			key, err := encode(e)
			if err != nil {
				return
			}
			place, known := places[string(key)]
			if !known {
				place = len(list)
				places[string(key)], list = place, append(list, e)
			}
			evidence[i] = place
		}
	}
	d[sharedEvidence] = list
}

// resting returns the objects with evidence: the findings of a device, and its proof.
func resting(d map[string]any) []map[string]any {
	return append(objects(d["findings"]), objects(d["needs"])...)
}

// objects returns the elements of a list that are objects.
func objects(value any) []map[string]any {
	list, _ := value.([]any)
	var found []map[string]any
	for _, element := range list {
		if object, ok := element.(map[string]any); ok {
			found = append(found, object)
		}
	}
	return found
}

func decode(text []byte) (document map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // keeps the digits of large numbers
	return document, decoder.Decode(&document)
}

func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

func withoutEmpty(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			field = withoutEmpty(field)
			list, isList := field.([]any)
			if field == nil || field == "" || isList && len(list) == 0 {
				delete(value, name)
				continue
			}
			value[name] = field
		}
	case []any:
		for i := range value {
			value[i] = withoutEmpty(value[i])
		}
	}
	return value
}
