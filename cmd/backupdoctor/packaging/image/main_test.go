package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var testOptions = options{arch: "arm64", created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), version: "1.2.3"}

// TestImage follows the digests from the index to the files of the layer.
func TestImage(t *testing.T) {
	program, certificates := filepath.Join(t.TempDir(), "program"), filepath.Join(t.TempDir(), "authorities")
	for path, text := range map[string]string{program: "the program", certificates: "the authorities"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "image.oci.tar")
	if err := write(path, program, certificates, testOptions); err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blobs := map[string]string{}
	for name, entry := range entries(t, bytes.NewReader(archive)) {
		blobs[name] = entry.data
	}
	if !strings.Contains(blobs["oci-layout"], "1.0.0") {
		t.Errorf("the layout is %q", blobs["oci-layout"])
	}
	read := func(d descriptor) string {
		data := blobs["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")]
		if digest([]byte(data)) != d.Digest || len(data) != d.Size {
			t.Fatalf("the blob of %+v has %d bytes", d, len(data))
		}
		return data
	}
	list := decoded[index](t, blobs["index.json"])
	if len(list.Manifests) != 1 || *list.Manifests[0].Platform != (platform{Architecture: "arm64", OS: "linux"}) {
		t.Fatalf("the index is %+v", list)
	}
	image := decoded[manifest](t, read(list.Manifests[0]))
	config := decoded[imageConfig](t, read(image.Config))
	if config.Architecture != "arm64" || !config.Created.Equal(testOptions.created) || config.Config.Labels["org.opencontainers.image.version"] != "1.2.3" {
		t.Errorf("the configuration is %+v", config)
	}
	if len(image.Layers) != 1 || len(config.RootFS.DiffIDs) != 1 {
		t.Fatalf("the layers are %+v and %+v", image.Layers, config.RootFS)
	}
	unzipped, err := gzip.NewReader(strings.NewReader(read(image.Layers[0])))
	if err != nil {
		t.Fatal(err)
	}
	layer, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	if digest(layer) != config.RootFS.DiffIDs[0] {
		t.Error("the digest of the layer is another")
	}
	files := entries(t, bytes.NewReader(layer))
	for name, want := range map[string]entry{
		"backupdoctor":                      {mode: 0o755, data: "the program"},
		"data/":                             {mode: 0o700, owner: hubUser},
		"etc/ssl/certs/ca-certificates.crt": {mode: 0o644, data: "the authorities"},
		"tmp/":                              {mode: 0o1777},
	} {
		if files[name] != want {
			t.Errorf("%s is %+v, want %+v", name, files[name], want)
		}
	}
}

// TestSameBytes makes an image twice.
func TestSameBytes(t *testing.T) {
	layer, err := layerOf([]byte("program"), []byte("authorities"), testOptions.created)
	if err != nil {
		t.Fatal(err)
	}
	one, err := archiveOf(layer, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	other, err := archiveOf(layer, testOptions)
	if err != nil || !bytes.Equal(one, other) {
		t.Errorf("the second image differs from the first, %v", err)
	}
}

// TestDockerfile compares how the image runs with what the Dockerfile says.
func TestDockerfile(t *testing.T) {
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	instructions := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, arguments, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			instructions[name] = arguments // of the last stage
		}
	}
	run := hub("1.2.3")
	entrypoint := decoded[[]string](t, instructions["ENTRYPOINT"])
	var ports []string
	for port := range run.ExposedPorts {
		ports = append(ports, strings.TrimSuffix(port, "/tcp"))
	}
	slices.Sort(ports)
	for instruction, got := range map[string]string{
		"FROM": "scratch", "USER": run.User, "EXPOSE": strings.Join(ports, " "), "STOPSIGNAL": run.StopSignal,
	} {
		if got != instructions[instruction] {
			t.Errorf("%s of the Dockerfile is %q, of the image %q", instruction, instructions[instruction], got)
		}
	}
	if _, ok := run.Volumes[instructions["VOLUME"]]; !ok || len(run.Volumes) != 1 {
		t.Errorf("the volumes are %v, of the Dockerfile %s", run.Volumes, instructions["VOLUME"])
	}
	if !slices.Equal(run.Entrypoint, entrypoint) {
		t.Errorf("the entry point is %q, of the Dockerfile %q", run.Entrypoint, entrypoint)
	}
}

type entry struct {
	mode  int64
	owner int
	data  string
}

func entries(t *testing.T, r io.Reader) map[string]entry {
	t.Helper()
	found := map[string]entry{}
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if !header.ModTime.Equal(testOptions.created) || header.Uid != header.Gid {
			t.Errorf("%s is of %s, and of the user %d and group %d", header.Name, header.ModTime, header.Uid, header.Gid)
		}
		found[header.Name] = entry{header.Mode, header.Uid, string(data)}
	}
}

func decoded[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return value
}
