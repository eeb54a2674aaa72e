package ledger

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
)

// inWords puts the words of this version into the JSON of a report, which came without those
// that have an id. Fields that this version does not know stay. What is no report stays as it
// is.
func inWords(document []byte) []byte {
	var r report.Report
	if json.Unmarshal(document, &r) != nil {
		return document
	}
	understood, errUnderstood := json.Marshal(r)
	reworded, errReworded := json.Marshal(report.Reworded(r))
	if errUnderstood != nil || errReworded != nil {
		return document
	}
	came, errCame := decoded(document)
	known, errKnown := decoded(understood)
	ours, errOurs := decoded(reworded)
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
	decoder.UseNumber() // or a large number would lose digits
	return value, decoder.Decode(&value)
}

// withUnknown adds to a document of ours the fields of the one that came which this version does
// not know. known is what it understood of that: a field which is in there, and not in ours, was
// left out on purpose.
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

// fieldOf is the name of a field in an object, in whichever case the decoder would take it for
// the same; "" if there is none.
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
