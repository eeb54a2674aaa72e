package device

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryReasonHasWords reads the constants from the source, so it cannot miss a new one.
func TestEveryReasonHasWords(t *testing.T) {
	declared := declaredReasons(t)
	if len(declared) < 20 {
		t.Fatalf("only %d reasons found in reason.go", len(declared))
	}
	for _, reason := range declared {
		words := reasons[reason]
		if words == "" || strings.HasSuffix(words, ".") {
			t.Errorf("%s needs words that end a sentence, without the full stop; it has %q", reason, words)
		}
		if err := new(Reason).UnmarshalText([]byte(reason)); err != nil {
			t.Errorf("%s could not be read back from a recording", reason)
		}
	}
	if len(declared) != len(reasons) {
		t.Errorf("words for %v, but declared are %v", slices.Sorted(maps.Keys(reasons)), declared)
	}
}

func declaredReasons(t *testing.T) []Reason {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Reason
	for spec := range ast.Preorder(file) {
		value, ok := spec.(*ast.ValueSpec)
		if !ok || len(value.Values) != 1 {
			continue
		}
		if typ, ok := value.Type.(*ast.Ident); !ok || typ.Name != "Reason" {
			continue
		}
		text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		declared = append(declared, Reason(text))
	}
	return declared
}

func TestUnknownReasonHasWordsToo(t *testing.T) {
	if got := Reason("eaten-by-a-grue").Error(); got != "for a reason this version does not know" {
		t.Errorf("got %q", got)
	}
}

func TestReasonFromARecording(t *testing.T) {
	tests := map[string]bool{
		"locked":                true,
		"from-a-later-version":  true,
		"":                      false,
		"Locked":                false,
		"locked\x1b[2J":         false,
		"two words":             false,
		strings.Repeat("a", 40): true,
		strings.Repeat("a", 41): false,
	}
	for text, good := range tests {
		var reason Reason
		if err := reason.UnmarshalText([]byte(text)); (err == nil) != good {
			t.Errorf("%q: got error %v", text, err)
		}
	}
}
