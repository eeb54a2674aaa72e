package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/input"
)

// maxBytes bounds the size of a file, enough for some hundred values.
const maxBytes = 64 << 10

// readPrivate reads a regular file that only its owner can write.
func readPrivate(path string) ([]byte, error) {
	file, err := input.Open(path)
	if special, ok := errors.AsType[*input.SpecialFileError](err); ok {
		return nil, command.Usage("", "the configuration file %w", special)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := checkPrivate(file, path); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxBytes {
		return nil, command.Usage("", "the configuration file %s is larger than %d KiB", path, maxBytes>>10)
	}
	return content, nil
}

// checkPrivate returns an error if a file belongs to someone else or is writable by others.
func checkPrivate(file *os.File, path string) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	switch {
	case !info.Mode().IsRegular(): // it was replaced since it was checked
		return command.Usage("", "the configuration file %s is not a regular file", path)
	case foreign(info):
		return command.Usage("copy it to a file of your own", "the configuration file %s belongs to another user", path)
	case writableByOthers(info):
		return command.Usage("chmod go-w "+path, "other users may write to the configuration file %s", path)
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	if replaceableByOthers(folder) {
		return command.Usage("chmod o-w "+filepath.Dir(path), "other users may replace the configuration file %s", path)
	}
	return nil
}

// An entry is one key of the file with its values.
type entry struct {
	texts []string
	line  int
}

// parse parses a YAML mapping of keys to scalars or to lists of scalars.
func parse(content []byte, path string, settings []Setting) (map[string]entry, error) {
	root, err := document(content)
	if err != nil {
		return nil, command.Usage("a line is KEY: VALUE", "%s: %w", path, err)
	}
	if root == nil {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, errorAt(path, root.Line, "a line is KEY: VALUE", "the file is not a list of settings")
	}
	found := map[string]entry{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		at := slices.IndexFunc(settings, func(s Setting) bool { return s.Key == key.Value })
		if key.Kind != yaml.ScalarNode || at < 0 {
			return nil, errorAt(path, key.Line, keyHint(key.Value, settings), "unknown key %q", key.Value)
		}
		s := settings[at]
		if earlier, twice := found[s.Key]; twice {
			return nil, errorAt(path, key.Line, "", "%s is set in line %d already", s.Key, earlier.line)
		}
		texts, line, err := scalars(value, s)
		if err != nil {
			return nil, errorAt(path, line, s.Hint, "%s: %w", s.Key, err)
		}
		found[s.Key] = entry{texts, key.Line}
	}
	return found, nil
}

// document returns the root of the only document, or nil if there is none.
func document(content []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var first, second yaml.Node
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil && decoder.Decode(&second) == nil {
		err = errors.New("it holds several documents")
	}
	if err != nil {
		return nil, errors.New(strings.Join(strings.Fields(err.Error()), " ")) // on one line
	}
	if first.Kind != yaml.DocumentNode || len(first.Content) != 1 {
		return nil, nil
	}
	root := first.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	return root, nil
}

// scalars returns the values of a key. On error, it returns the line of the error.
func scalars(value *yaml.Node, s Setting) ([]string, int, error) {
	list := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		if !s.List {
			return nil, value.Line, errors.New("it takes one value, not a list")
		}
		list = value.Content
	}
	var texts []string
	for _, node := range list {
		switch {
		case node.Kind != yaml.ScalarNode:
			return nil, node.Line, errors.New("it takes a value")
		case node.Tag == "!!null" || node.Value == "":
			return nil, node.Line, errors.New("it has no value")
		case strings.ContainsFunc(node.Value, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return nil, node.Line, fmt.Errorf("%q has control characters", node.Value)
		}
		if err := s.check([]string{node.Value}); err != nil {
			return nil, node.Line, err
		}
		texts = append(texts, node.Value)
	}
	return texts, value.Line, s.check(texts)
}

// otherNames are names under which users look for settings.
var otherNames = map[string]string{"inventory": "assets", "o": "formats", "output": "formats", "outputs": "formats"}

func keyHint(key string, settings []Setting) string {
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.Key)
	}
	near := otherNames[strings.ToLower(key)]
	if near == "" {
		near = command.Closest(strings.ToLower(key), keys)
	}
	if slices.Contains(keys, near) {
		return "did you mean " + near + "?"
	}
	return "use " + strings.Join(keys, ", ")
}
