// Image writes the hub as a container image: an OCI archive with one layer, from scratch, that runs
// as an unprivileged user. Docker loads it, and skopeo copies it to a registry. The same arguments
// make the same bytes.
//
//	image -arch amd64 -created 2026-01-02T03:04:05Z -version 1.2.3 PROGRAM ARCHIVE
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"time"
)

// hubUser is the id of the user and group of the hub: by convention, that of the unprivileged user
// of images without a list of users.
const hubUser = 65532

// options describe an image.
type options struct {
	arch    string    // of the program, as Go spells it
	created time.Time // of the image, and of each file in it
	version string    // of the release, without a v
}

func main() {
	var o options
	flag.StringVar(&o.arch, "arch", "amd64", "processor of the program")
	flag.TextVar(&o.created, "created", time.Unix(0, 0).UTC(), "time of the image and its files")
	flag.StringVar(&o.version, "version", "", "version of the program")
	certificates := flag.String("certificates", "/etc/ssl/certs/ca-certificates.crt", "file of the authorities that the hub trusts")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(flag.Arg(1), flag.Arg(0), *certificates, o); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// write writes the image of a program to a file.
func write(path, program, certificates string, o options) error {
	binary, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	authorities, err := os.ReadFile(certificates)
	if err != nil {
		return err
	}
	layer, err := layerOf(binary, authorities, o.created)
	if err != nil {
		return err
	}
	archive, err := archiveOf(layer, o)
	if err != nil {
		return err
	}
	return os.WriteFile(path, archive, 0o644)
}

// layerOf returns the files of the image as a tar archive.
func layerOf(program, certificates []byte, created time.Time) ([]byte, error) {
	return tarOf(created,
		file{name: "backupdoctor", mode: 0o755, data: program},
		file{name: "data/", mode: 0o700, owner: hubUser},
		file{name: "etc/", mode: 0o755},
		file{name: "etc/ssl/", mode: 0o755},
		file{name: "etc/ssl/certs/", mode: 0o755},
		file{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, data: certificates},
		file{name: "tmp/", mode: 0o1777},
	)
}

// file is an entry of a tar archive; the name of a folder ends with a slash.
type file struct {
	name  string
	mode  int64
	owner int
	data  []byte
}

func tarOf(modified time.Time, files ...file) ([]byte, error) {
	var buffer bytes.Buffer
	archive := tar.NewWriter(&buffer)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Uid: f.owner, Gid: f.owner, Size: int64(len(f.data)), ModTime: modified, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func compressed(data []byte) ([]byte, error) {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
