package reporttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A Term is a JSON field name or a CSV header, and its type.
type Term struct{ Name, Type string }

// Terms returns the lines of report/testdata/terms.txt.
func Terms(t testing.TB) []Term {
	t.Helper()
	root, err := os.Getwd() // the folder of the package
	if err != nil {
		t.Fatal(err)
	}
	for root != filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Dir(root)
	}
	text, err := os.ReadFile(filepath.Join(root, "report", "testdata", "terms.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var terms []Term
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) >= 2 && !strings.HasPrefix(line, "#") {
			terms = append(terms, Term{fields[0], fields[1]})
		}
	}
	return terms
}
