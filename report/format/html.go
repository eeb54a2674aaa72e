package format

import (
	"bufio"
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

// WriteHTML writes the report as a single HTML page that loads nothing else. It is fully
// readable without its script, which only sorts and filters and stores nothing. Its
// Content-Security-Policy allows only its own style and script.
func WriteHTML(w io.Writer, r report.Report) error {
	parts, err := htmlParts()
	if err != nil {
		return fmt.Errorf("reading the page's own files: %w", err)
	}
	page := newHTMLPage(r)
	page.Style, page.Script = parts.style, parts.script
	page.Policy = parts.policy
	document := bufio.NewWriter(w)
	if err := parts.page.Execute(document, page); err != nil {
		return writing(err)
	}
	return writing(document.Flush())
}

// An htmlFrame holds the parts that are the same in every page.
type htmlFrame struct {
	page   *template.Template
	style  template.HTML // the whole element, so that the hash matches what is written
	script template.HTML
	policy string
}

// htmlParts is initialized on first use: most runs write no HTML.
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

// indents matches the template's indentation, which would be a tenth of a page with a thousand
// devices.
var indents = regexp.MustCompile(`(?m)^\s+`)

// hashOf returns the Content-Security-Policy hash of a style or script.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
