// Package web contains what the pages of benches and hubs share: request filtering ([Guard]),
// access control ([Auth]), the page frame and style ([Site]), and their words and marks.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"strings"
)

//go:embed assets templates
var shared embed.FS

// A Site holds the templates and assets of one set of pages.
type Site struct {
	name      string
	parts     []Part
	templates *template.Template
	assets    map[string]asset // by path
}

// A Part is a section of a site that the navigation links to.
type Part struct{ Path, Name string }

// A Frame is the content around a page.
type Frame struct {
	Title   string // of the page
	Page    string // page id, for the style and the script
	Here    string // path of the current part; "" hides the navigation
	SignOut bool   // whether there is a sign-out button
	Live    any    // data of the templates scripts and live; nil for a static page
	Foot    string // footer line

	site *Site
}

// Site returns the name of the site.
func (f Frame) Site() string { return f.site.name }

// Parts returns the navigation links; there are none before signing in.
func (f Frame) Parts() []Part {
	if f.Here == "" {
		return nil
	}
	return f.site.parts
}

// An asset is a file that pages load. Its path contains part of its digest, so that browsers
// can cache it forever and still load a new version.
type asset struct {
	name string
	kind string
	data []byte
}

// NewSite parses the shared templates and assets, and those in the folders templates and assets
// of own. They are embedded in the program, so NewSite panics if one is invalid.
func NewSite(name string, own fs.FS, functions template.FuncMap, parts ...Part) *Site {
	s := &Site{name: name, parts: parts, assets: map[string]asset{}}
	for _, files := range []fs.FS{shared, own} {
		if err := s.readAssets(files); err != nil {
			panic(err)
		}
	}
	all := template.FuncMap{"asset": s.AssetPath}
	maps.Copy(all, words)
	maps.Copy(all, functions)
	s.templates = template.Must(template.New("").Funcs(all).ParseFS(shared, "templates/*.html"))
	s.templates = template.Must(s.templates.ParseFS(own, "templates/*.html"))
	return s
}

func (s *Site) readAssets(files fs.FS) error {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
	err := fs.WalkDir(files, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		sum := sha256.Sum256(data)
		extension := path.Ext(name)
		address := "/" + strings.TrimSuffix(name, extension) + "." + hex.EncodeToString(sum[:8]) + extension
		s.assets[address] = asset{path.Base(name), kinds[extension], data}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) { // a site without assets of its own
		return nil
	}
	return err
}

// AssetPath returns the path of an asset by its name.
func (s *Site) AssetPath(name string) string {
	for address, file := range s.assets {
		if file.name == name {
			return address
		}
	}
	return ""
}

func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request) {
	file, known := s.assets[r.URL.Path]
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(file.data)
}

// Frame returns the frame of a page of the site.
func (s *Site) Frame(page, title string) Frame { return Frame{Title: title, Page: page, site: s} }

// Render executes a template.
func (s *Site) Render(name string, data any) (string, error) {
	var text bytes.Buffer
	err := s.templates.ExecuteTemplate(&text, name, data)
	return text.String(), err
}

// Show writes a page, either completely or not at all.
func (s *Site) Show(w http.ResponseWriter, status int, name string, data any) error {
	page, err := s.Render(name, data)
	if err != nil {
		http.Error(w, "this page cannot be shown", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(page))
	return nil
}

// ShowMessage writes a page with a single message and a link back.
func (s *Site) ShowMessage(w http.ResponseWriter, status int, frame Frame, text string) error {
	return s.Show(w, status, "message", struct {
		Frame
		Text string
	}{frame, text})
}
