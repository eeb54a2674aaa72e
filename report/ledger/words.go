package ledger

import (
	"bytes"
	"encoding/json"

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
	reworded, err := json.Marshal(report.Reworded(r))
	if err != nil {
		return document
	}
	came, errCame := decoded(document)
	ours, errOurs := decoded(reworded)
	if errCame != nil || errOurs != nil {
		return document
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(overlaid(came, ours)); err != nil {
		return document
	}
	return bytes.TrimSpace(text.Bytes())
}

func decoded(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // or a large number would lose digits
	return value, decoder.Decode(&value)
}

// overlaid puts one document over another, of which only the fields stay that the first does
// not have.
func overlaid(under, over any) any {
	switch over := over.(type) {
	case map[string]any:
		under, isMap := under.(map[string]any)
		if !isMap {
			return over
		}
		for name, value := range over {
			under[name] = overlaid(under[name], value)
		}
		return under
	case []any:
		under, isList := under.([]any)
		if !isList || len(under) != len(over) {
			return over
		}
		for i := range over {
			over[i] = overlaid(under[i], over[i])
		}
	}
	return over
}
