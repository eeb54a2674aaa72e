package hubpages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// An assetFile is a file that pages load. Its address has a part of its digest, so that a browser
// keeps it for ever and asks for it anew as soon as it is another.
type assetFile struct {
	name string
	kind string
	data []byte
}

// assetsByPath are the files by their addresses.
var assetsByPath = sync.OnceValue(func() map[string]assetFile {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	found := map[string]assetFile{}
	err := fs.WalkDir(assetFiles, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := assetFiles.ReadFile(name)
		sum := sha256.Sum256(data)
		extension := path.Ext(name)
		address := "/" + strings.TrimSuffix(name, extension) + "." + hex.EncodeToString(sum[:8]) + extension
		found[address] = assetFile{path.Base(name), kinds[extension], data}
		return err
	})
	if err != nil { // the files are part of the program
		panic(err)
	}
	return found
})

// assetPath is the address of a file by its name.
func assetPath(name string) string {
	for address, file := range assetsByPath() {
		if file.name == name {
			return address
		}
	}
	return ""
}

func assetsHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, known := assetsByPath()[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", file.kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Write(file.data)
	})
}
