package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// TestTexts keeps all text shown to people in testdata/texts.txt, by folder, for reviewing it in
// one file: messages, help, checks, remedies and pages. UPDATE=1 writes it.
func TestTexts(t *testing.T) {
	var page strings.Builder
	for _, room := range []string{"device", "checks", "report", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "sim"):
				return filepath.SkipDir
			case entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			if texts := textsOf(file); len(texts) > 0 {
				name, _ := filepath.Rel(filepath.Join("..", ".."), path)
				page.WriteString("== " + filepath.ToSlash(name) + "\n" + strings.Join(texts, "\n") + "\n\n")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	reporttest.Golden(t, "testdata/texts.txt", []byte(page.String()))
}

// textsOf returns the string literals of a file that contain prose: those with a space between
// letters that are neither imports nor struct tags.
func textsOf(file *ast.File) []string {
	var texts []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				n.Tag.Kind = token.ILLEGAL // not a text
			}
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(n.Value)
			if err == nil && isText(text) && !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		return true
	})
	return texts
}

// isText reports whether a literal has two words of letters, no control characters, and is not
// SQL.
func isText(text string) bool {
	for _, verb := range []string{"SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "PRAGMA ", "ATTACH ", "DETACH ", "WITH ", "FROM ", "WHERE "} {
		if strings.Contains(text, verb) {
			return false
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
		return false // the signature of a file format
	}
	words := 0
	for _, word := range strings.Fields(text) {
		if strings.IndexFunc(word, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' }) < 0 {
			words++
		}
	}
	return words >= 2
}
