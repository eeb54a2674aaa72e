package format

import (
	"html/template"
	"io"
	"iter"
	"sync"
)

// writeHTMLList writes a list as a self-contained page.
func writeHTMLList[Row any](w io.Writer, title string, columns []Column[Row], rows iter.Seq2[Row, error]) error {
	if err := htmlList().ExecuteTemplate(w, "head", map[string]any{"Title": title, "Heads": heads(columns)}); err != nil {
		return writing(err)
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := htmlList().ExecuteTemplate(w, "row", labels(columns, row)); err != nil {
			return writing(err)
		}
	}
	return write(w, []byte("</tbody></table></div>\n"))
}

var htmlList = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Parse(`{{define "head"}}<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { margin: 2rem } h1 { font-size: 1.3rem; font-weight: 600 }
table { border-collapse: collapse } th, td { text-align: start; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #8884 }
.list { overflow: auto; max-height: 85vh }
thead th { position: sticky; top: 0; background: Canvas; white-space: nowrap }
</style>
<h1>{{.Title}}</h1>
<div class="list" role="region" aria-label="{{.Title}}" tabindex="0">
<table><thead><tr>{{range .Heads}}<th scope="col">{{.}}</th>{{end}}</tr></thead><tbody>
{{end}}{{define "row"}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}`))
})
