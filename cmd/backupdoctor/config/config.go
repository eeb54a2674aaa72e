// Package config reads the settings of a user from a file, from environment variables, and from
// the program's defaults. The order of precedence is flag, variable, file, default. The
// settings and their effects are defined elsewhere.
//
// A configuration file decides what a program writes and where it connects to, so it must
// belong to the user or to root, and must not be writable by others. The current folder is not
// searched for files.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
)

// The name of the file, in this program's folder among the user's settings, and the variable
// that overrides its path.
const (
	FileName     = "config.yaml"
	FileVariable = "BACKUPDOCTOR_CONFIG"
)

// A Setting is one key of the file.
type Setting struct {
	Key   string
	List  bool                    // may have several values
	Path  func(text string) int   // returns the index of the path in a value, or -1; nil if no value has one
	Check func(text string) error // checks a value; nil accepts any
	Hint  string                  // describes a valid value
	Usual string                  // the default, in words
}

// Variable returns the environment variable of a setting.
func (s Setting) Variable() string {
	return "BACKUPDOCTOR_" + strings.ToUpper(strings.ReplaceAll(s.Key, "-", "_"))
}

// A Source is the origin of a value.
type Source string

// The sources.
const (
	File     Source = "file"
	Variable Source = "variable"
	Default  Source = "default"
)

// A Value is the value of a setting.
type Value struct {
	Setting
	Source Source
	Texts  []string // empty for the default
	Line   int      // line in the file; 0 for other sources
}

// A Config is the values of all settings.
type Config struct {
	Path   string // of the file; "" if the user has no folder for settings
	Read   bool   // the file exists and was read
	Values []Value
}

// Value returns the value of a setting.
func (c Config) Value(key string) Value {
	for _, v := range c.Values {
		if v.Key == key {
			return v
		}
	}
	return Value{Source: Default}
}

// Load reads the variables and one file: the named one, or else that of the environment, or
// else the default one if it exists.
func Load(env command.Env, settings []Setting, named string) (Config, error) {
	c := Config{}
	named = cmp.Or(named, env.Getenv(FileVariable))
	if c.Path = named; named == "" {
		folder, err := env.ConfigDir()
		if err == nil && filepath.IsAbs(folder) {
			c.Path = filepath.Join(folder, "backupdoctor", FileName)
		}
	}
	var found map[string]entry
	if c.Path != "" {
		content, err := readPrivate(c.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && named == "":
		case errors.Is(err, fs.ErrNotExist):
			return c, command.Usage("", "there is no configuration file %q", c.Path)
		case err != nil:
			return c, err
		default:
			c.Read = true
			if found, err = parse(content, c.Path, settings); err != nil {
				return c, err
			}
		}
	}
	for _, s := range settings {
		v := Value{Setting: s, Source: Default}
		if text := env.Getenv(s.Variable()); text != "" {
			v.Source, v.Texts = Variable, []string{text}
			if s.List {
				v.Texts = splitList(text)
			}
			if err := s.check(v.Texts); err != nil {
				return c, command.Usage(s.Hint, "%s: %w", s.Variable(), err)
			}
		} else if e, ok := found[s.Key]; ok {
			v.Source, v.Texts, v.Line = File, e.texts, e.line
			folder, err := filepath.Abs(filepath.Dir(c.Path))
			if err != nil {
				return c, err
			}
			for i, text := range v.Texts {
				v.Texts[i] = s.resolved(text, folder, env.Getenv("HOME"))
			}
		}
		c.Values = append(c.Values, v)
	}
	return c, nil
}

func (s Setting) check(texts []string) error {
	if len(texts) == 0 {
		return errors.New("it has no value")
	}
	for _, text := range texts {
		if s.Check == nil {
			continue
		}
		if err := s.Check(text); err != nil {
			return err
		}
	}
	return nil
}

// resolved returns a value whose path, if any, is absolute. A path in the file is relative to
// the folder of the file, since anyone may control the current folder.
func (s Setting) resolved(text, folder, home string) string {
	if s.Path == nil {
		return text
	}
	start := s.Path(text)
	if start < 0 {
		return text
	}
	path := text[start:]
	if rest, ok := strings.CutPrefix(path, "~/"); ok && filepath.IsAbs(home) {
		path = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	return text[:start] + path
}

// splitList splits a variable's value at commas.
func splitList(text string) []string {
	var texts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			texts = append(texts, part)
		}
	}
	return texts
}

// WholePath is the Path of a setting whose value is a path.
func WholePath(string) int { return 0 }

// errorAt returns an error in a line of the file.
func errorAt(path string, line int, hint, format string, args ...any) error {
	return command.Usage(hint, "%s:%d: %w", path, line, fmt.Errorf(format, args...))
}
