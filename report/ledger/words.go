package ledger

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
)

// inWords adds the texts of this version to the JSON of a report, which arrives without texts that
// have an ID. It keeps fields unknown to this version, and returns anything that is not a report
// unchanged.
func inWords(document []byte) []byte {
	var r report.Report
	if json.Unmarshal(document, &r) != nil {
		return document
	}
	came, errCame := decoded(document)
	known, errKnown := encoded(r)
	ours, errOurs := encoded(report.Reworded(r))
	if errCame != nil || errKnown != nil || errOurs != nil {
		return document
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(withUnknown(ours, came, known)); err != nil {
		return document
	}
	return bytes.TrimSpace(text.Bytes())
}

func decoded(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // keeps the digits of large numbers
	return value, decoder.Decode(&value)
}

func encoded(r report.Report) (any, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return decoded(text)
}

// withUnknown adds to ours the fields of came that this version does not know. known is came as
// decoded by this version: a field that is in known but not in ours was left out on purpose.
func withUnknown(ours, came, known any) any {
	switch ours := ours.(type) {
	case map[string]any:
		came, cameMap := came.(map[string]any)
		known, knownMap := known.(map[string]any)
		if !cameMap || !knownMap {
			return ours
		}
		for name, value := range came {
			own, understood := fieldOf(ours, name), fieldOf(known, name)
			switch {
			case own != "":
				ours[own] = withUnknown(ours[own], value, known[understood])
			case understood == "":
				ours[name] = value
			}
		}
	case []any:
		came, cameList := came.([]any)
		known, knownList := known.([]any)
		if !cameList || !knownList || len(came) != len(ours) || len(known) != len(ours) {
			return ours
		}
		for i := range ours {
			ours[i] = withUnknown(ours[i], came[i], known[i])
		}
	}
	return ours
}

// fieldOf returns the name of a field in an object, ignoring case like the JSON decoder; "" if
// there is none.
func fieldOf(object map[string]any, name string) string {
	if _, exact := object[name]; exact {
		return name
	}
	for other := range object {
		if strings.EqualFold(other, name) {
			return other
		}
	}
	return ""
}
