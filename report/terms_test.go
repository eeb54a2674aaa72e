package report_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// TestTerms compares the field names of all schemas with the list of terms, so that names are
// added on purpose and unused ones are deleted. A name has one type in all documents.
func TestTerms(t *testing.T) {
	terms := reporttest.Terms(t)
	used := map[reporttest.Term]report.Kind{}
	for _, k := range report.Kinds() {
		var document node
		if err := json.Unmarshal([]byte(report.JSONSchema(k.Kind)), &document); err != nil {
			t.Fatalf("%s: %v", k.Kind, err)
		}
		for _, object := range document.Defs {
			termsOf(object, k.Kind, used)
		}
		termsOf(&document, k.Kind, used)
	}
	types := map[string]string{}
	for term, kind := range used {
		if other := types[term.Name]; other != "" {
			t.Errorf("%s: %q is of the types %s and %s: give one of them another name", kind, term.Name, other, term.Type)
		}
		types[term.Name] = term.Type
		if !slices.Contains(terms, term) {
			t.Errorf("%s: testdata/terms.txt has no %q of the type %s: use a name that it has, or add this one", kind, term.Name, term.Type)
		}
	}
	for _, term := range terms {
		if used[term] == "" {
			t.Errorf("no document has %q of the type %s: delete it from testdata/terms.txt", term.Name, term.Type)
		}
	}
}

// termsOf records the fields of an object.
func termsOf(object *node, kind report.Kind, used map[reporttest.Term]report.Kind) {
	for name, property := range object.Properties {
		used[reporttest.Term{Name: name, Type: typeOf(property)}] = kind
	}
}

// typeOf returns the type of a field as in the list of terms; for a fact, the type of its
// value.
func typeOf(n *node) string {
	name, _ := n.Type.(string)
	if several, ok := n.Type.([]any); ok {
		name, _ = several[0].(string)
	}
	switch {
	case n.Ref != "":
		return "object"
	case name == "object" && n.Properties["value"] != nil:
		return typeOf(n.Properties["value"])
	case n.Format == "date-time":
		return "time"
	case name == "boolean":
		return "bool"
	}
	return name
}
