package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Media types of the OCI image specification, version 1.1.
const (
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// descriptor refers to a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Platform    *platform         `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type imageConfig struct {
	platform
	Created time.Time `json:"created"`
	Config  runConfig `json:"config"`
	RootFS  rootFS    `json:"rootfs"`
}

// rootFS lists the digests of the layers before compression.
type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// runConfig says how to run the image.
type runConfig struct {
	User         string
	ExposedPorts map[string]struct{}
	Entrypoint   []string
	Volumes      map[string]struct{}
	StopSignal   string
	Labels       map[string]string
}

// hub returns how the hub runs, which is what the Dockerfile says too.
func hub(version string) runConfig {
	return runConfig{
		User:         fmt.Sprintf("%d:%d", hubUser, hubUser),
		ExposedPorts: map[string]struct{}{"7422/tcp": {}, "7480/tcp": {}},
		Entrypoint:   []string{"/backupdoctor", "hub", "--data", "/data", "--http", "0.0.0.0:7480"},
		Volumes:      map[string]struct{}{"/data": {}},
		StopSignal:   "SIGINT",
		Labels: map[string]string{
			"org.opencontainers.image.title":    "backupdoctor-hub",
			"org.opencontainers.image.version":  version,
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.source":   "https://github.com/backupdoctor/backupdoctor",
		},
	}
}

// archiveOf returns an OCI archive with the layer, which is a tar archive.
func archiveOf(layer []byte, o options) ([]byte, error) {
	zipped, err := compressed(layer)
	if err != nil {
		return nil, err
	}
	on := platform{Architecture: o.arch, OS: "linux"}
	config, err := json.Marshal(imageConfig{
		platform: on, Created: o.created, Config: hub(o.version),
		RootFS: rootFS{Type: "layers", DiffIDs: []string{digest(layer)}},
	})
	if err != nil {
		return nil, err
	}
	image, err := json.Marshal(manifest{
		SchemaVersion: 2, MediaType: typeManifest,
		Config: describe(typeConfig, config), Layers: []descriptor{describe(typeLayer, zipped)},
	})
	if err != nil {
		return nil, err
	}
	entry := describe(typeManifest, image)
	entry.Platform, entry.Annotations = &on, map[string]string{"org.opencontainers.image.ref.name": "backupdoctor-hub"}
	list, err := json.Marshal(index{SchemaVersion: 2, MediaType: typeIndex, Manifests: []descriptor{entry}})
	if err != nil {
		return nil, err
	}
	return tarOf(o.created,
		file{name: "oci-layout", mode: 0o644, data: []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		file{name: "index.json", mode: 0o644, data: list},
		blob(image), blob(config), blob(zipped),
	)
}

func blob(data []byte) file {
	return file{name: "blobs/sha256/" + digest(data)[len("sha256:"):], mode: 0o644, data: data}
}

func describe(mediaType string, data []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: digest(data), Size: len(data)}
}

func digest(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }
