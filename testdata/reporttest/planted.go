package reporttest

import (
	"encoding"
	"encoding/json"
	"html"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Planted is malicious advice in place of a name or a value.
const Planted = "rm -rf ~/Backups"

// PlantedNames are the JSON fields that hold a name given by a device, its owner or a folder,
// and never text of this program.
var PlantedNames = []string{
	"by", "udid", "serial", "slot", "location", "name", "model", "modelName", "model_name", "productType", "product_type", "productVersion", "product_version",
	"buildVersion", "build_version", "system", "value", "subject", "detail", "because", "folder", "path", "domain", "fileID", "target", "program", "unseen", "copyFolder", "copyVerdict",
	"run", "version", "os", "tableSource", "state", "reason", "retried", "noLastBackup", "check", "mode", "explainedBy", "explained_by", "for", "id",
	"verdict", "next", "failOn", "depth", "status", "actor", "effect", "severity", "library", "otherDisk", "remedy", "shown", "faults", "depth", "connection", "command", "fellBack", "site", "bench", "tool", "toolVersion", "device",
}

// Unquoted returns the lines with planted text outside quotation marks.
func Unquoted(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		rest := line
		for {
			before, after, there := strings.Cut(rest, Planted)
			if !there {
				break
			}
			begun := len(line) - len(rest) + len(before)
			if !inside(line[:begun], after) {
				found = append(found, strings.TrimSpace(line))
				break
			}
			rest = after
		}
	}
	return found
}

// inside reports whether a quotation is open between two parts of a line.
func inside(before, after string) bool {
	if strings.LastIndex(before, "“") > strings.LastIndex(before, "”") {
		return strings.Contains(after, "”")
	}
	return strings.Count(before, `"`)%2 == 1 && strings.Contains(after, `"`) // in ASCII
}

var tags = regexp.MustCompile(`<[^>]*>`)

// HTMLText returns the visible text of a page, including visible attributes.
func HTMLText(page string) string {
	for _, begin := range []string{"<body", "<h1"} {
		if at := strings.Index(page, begin); at >= 0 {
			page = page[at:]
			break
		}
	}
	shownAttributes := regexp.MustCompile(`(?:data-name|title|aria-label)="([^"]*)"`).ReplaceAllString(page, `>$1<x`)
	return html.UnescapeString(tags.ReplaceAllString(shownAttributes, " "))
}

// InJSON returns the fields of a document with planted text outside quotation marks, except
// fields that hold names and those of an inventory.
func InJSON(document []byte) []string {
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return []string{err.Error()}
	}
	var found []string
	eachText(value, "", "", func(field, name, text string) string {
		if strings.Contains(text, Planted) && !slices.Contains(PlantedNames, name) && len(Unquoted(text)) > 0 {
			if !strings.Contains(field, ".asset") && !strings.Contains(field, ".unseen") {
				found = append(found, field+": "+text)
			}
		}
		return text
	})
	return found
}

// TextFields returns the distinct paths of a document's text fields, without list indices.
func TextFields(t testing.TB, document []byte) []string {
	t.Helper()
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	var fields []string
	eachText(value, "", "", func(field, _, text string) string {
		if !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
		return text
	})
	return fields
}

// Plant writes advice into every occurrence of a field in a document.
func Plant(t testing.TB, document []byte, field string, kept bool) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(eachText(value, "", "", func(at, _, text string) string {
		switch {
		case at == field && kept:
			return text + " " + Planted
		case at == field:
			return Planted
		}
		return text
	}))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// eachText changes every text of a document.
func eachText(value any, field, name string, change func(field, name, text string) string) any {
	switch value := value.(type) {
	case string:
		return change(field, name, value)
	case []any:
		for i := range value {
			value[i] = eachText(value[i], field+"[]", name, change)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) { // in the same order in every run, for samples
			value[key] = eachText(value[key], field+"."+key, key, change)
		}
	}
	return value
}

// Example returns a value of a type with all fields set, as decoded from JSON. A recording and
// a report have the kind and the schema number with which they can be read.
func Example(of reflect.Type) any {
	if value, isFact := of.MethodByName("Get"); isFact {
		return map[string]any{"value": Example(value.Type.Out(0))}
	}
	switch {
	case of == reflect.TypeFor[time.Time]():
		return "2026-11-20T09:30:00Z"
	case reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return "absent"
	}
	switch of.Kind() {
	case reflect.Pointer:
		return Example(of.Elem())
	case reflect.Slice:
		return []any{Example(of.Elem())}
	case reflect.String:
		return "x"
	case reflect.Bool:
		return true
	case reflect.Struct:
		object := map[string]any{}
		for i := range of.NumField() {
			field := of.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case field.Anonymous && name == "":
				for key, value := range Example(field.Type).(map[string]any) {
					object[key] = value
				}
			case field.IsExported():
				object[name] = Example(field.Type)
			}
		}
		switch of {
		case reflect.TypeFor[device.Recording]():
			object["kind"], object["schema"] = device.RecordingKind, device.RecordingSchema
		case reflect.TypeFor[report.Report]():
			object["kind"], object["schema"] = report.KindReport, report.Schema
		}
		return object
	default:
		return 1
	}
}
