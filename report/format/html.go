package format

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/backupdoctor/backupdoctor/report"
)

//go:embed html
var htmlFiles embed.FS

// WriteHTML writes the report as one HTML page that needs no other file and fetches none.
// All of it can be read without its script, which sorts and filters and remembers nothing.
// Its policy lets no style and no script run but its own two.
func WriteHTML(w io.Writer, r report.Report) error {
	parts, err := htmlParts()
	if err != nil {
		return fmt.Errorf("reading the page's own files: %w", err)
	}
	page := newHTMLPage(r)
	page.Style, page.Script = parts.style, parts.script
	page.Policy = parts.policy
	var document bytes.Buffer
	if err := parts.page.Execute(&document, page); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if _, err := w.Write(document.Bytes()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// An htmlFrame is what is the same in every page.
type htmlFrame struct {
	page   *template.Template
	style  template.HTML // the whole element, so that what is hashed is what is written
	script template.HTML
	policy string
}

// htmlParts is made at the first page: most runs write none.
var htmlParts = sync.OnceValues(func() (htmlFrame, error) {
	var texts [3]string
	for i, name := range []string{"html/page.css", "html/page.js", "html/page.html"} {
		text, err := htmlFiles.ReadFile(name)
		if err != nil {
			return htmlFrame{}, err
		}
		texts[i] = string(text)
	}
	style, script, markup := texts[0], texts[1], indents.ReplaceAllString(texts[2], "")
	page, err := template.New("page").Parse(markup)
	if err != nil {
		return htmlFrame{}, err
	}
	return htmlFrame{
		page:   page,
		style:  template.HTML("<style>" + style + "</style>"),
		script: template.HTML("<script>" + script + "</script>"),
		policy: strings.Join([]string{
			"default-src 'none'", "style-src " + hashOf(style), "script-src " + hashOf(script),
			"base-uri 'none'", "form-action 'none'",
		}, "; "),
	}, nil
})

// indents are for the reader of the template; in a page of a thousand devices they would be
// a tenth of it.
var indents = regexp.MustCompile(`(?m)^\s+`)

// hashOf names a style or script as a Content-Security-Policy does.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
