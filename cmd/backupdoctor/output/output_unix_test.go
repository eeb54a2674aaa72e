//go:build !windows

package output

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func text(content string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	}
}

func stream(f Files, path string) error {
	s, err := f.Stream(context.Background(), path)
	if err != nil {
		return err
	}
	return errors.Join(text("new")(s), s.Flush(), s.Commit())
}

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	return info.Mode()
}

// Each row is a folder with one entry named "out", and the result of both ways of writing.
func TestWhatMayBeWritten(t *testing.T) {
	type outcome struct {
		refused string      // part of the error; "" if it was written
		mode    fs.FileMode // of the written file
	}
	for _, c := range []struct {
		name            string
		set             func(t *testing.T, folder string)
		written         string // the file that is finally written
		plain, forcibly outcome
	}{
		{"nothing there", func(*testing.T, string) {}, "out", outcome{"", 0o600}, outcome{"", 0o600}},
		{"a file of one's own", func(t *testing.T, folder string) {
			must(t, os.WriteFile(filepath.Join(folder, "out"), []byte("old and longer"), 0o600))
			must(t, os.Chmod(filepath.Join(folder, "out"), 0o640))
		}, "out", outcome{"out already exists", 0}, outcome{"", 0o640}},
		{"a link to a file", func(t *testing.T, folder string) {
			must(t, os.Mkdir(filepath.Join(folder, "there"), 0o700))
			must(t, os.WriteFile(filepath.Join(folder, "there", "file"), []byte("old"), 0o600))
			must(t, os.Chmod(filepath.Join(folder, "there", "file"), 0o604))
			must(t, os.Symlink("middle", filepath.Join(folder, "out")))
			must(t, os.Symlink("there/file", filepath.Join(folder, "middle")))
		}, "there/file", outcome{"already exists", 0}, outcome{"", 0o604}},
		{"a dangling link", func(t *testing.T, folder string) {
			must(t, os.Symlink(filepath.Join(folder, "nothing"), filepath.Join(folder, "out")))
		}, "", outcome{"a link to a file that does not exist", 0}, outcome{"a link to a file that does not exist", 0}},
		{"a loop", func(t *testing.T, folder string) {
			must(t, os.Symlink("out", filepath.Join(folder, "out")))
		}, "", outcome{"too many", 0}, outcome{"too many", 0}},
		{"a folder", func(t *testing.T, folder string) {
			must(t, os.Mkdir(filepath.Join(folder, "out"), 0o700))
		}, "", outcome{"out is a folder", 0}, outcome{"out is a folder", 0}},
		{"a FIFO", func(t *testing.T, folder string) {
			must(t, syscall.Mkfifo(filepath.Join(folder, "out"), 0o600))
		}, "", outcome{"out is not a regular file", 0}, outcome{"no process reads from it", 0}},
		{"a file of another user", func(t *testing.T, folder string) {
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			must(t, os.WriteFile(filepath.Join(folder, "out"), nil, 0o600))
			must(t, os.Lchown(filepath.Join(folder, "out"), 12345, 12346))
		}, "out", outcome{"already exists", 0}, outcome{"", 0o600}},
		{"a link of another user", func(t *testing.T, folder string) {
			if os.Geteuid() != 0 {
				t.Skip("only root can give a link away")
			}
			must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
			must(t, os.Symlink("file", filepath.Join(folder, "out")))
			must(t, os.Lchown(filepath.Join(folder, "out"), 12345, 12346))
		}, "", outcome{"a link of another user", 0}, outcome{"a link of another user", 0}},
	} {
		for force, want := range map[bool]outcome{false: c.plain, true: c.forcibly} {
			for way, write := range map[string]func(Files, string) error{
				"whole":  func(f Files, path string) error { return f.Write(context.Background(), path, Private, text("new")) },
				"stream": stream,
			} {
				name := c.name + ", " + way
				if force {
					name += ", force"
				}
				t.Run(name, func(t *testing.T) {
					folder := t.TempDir()
					c.set(t, folder)
					before, _ := os.ReadDir(folder)
					owner := ownerOf(filepath.Join(folder, c.written))
					files := Files{Force: force, Until: time.Now().Add(10 * time.Millisecond)}
					path := filepath.Join(folder, "out")
					if err := files.Check(path); err != nil && !strings.Contains(err.Error(), want.refused) {
						t.Errorf("checked: %v", err)
					}
					err := write(files, path)
					if want.refused != "" {
						if err == nil || !strings.Contains(err.Error(), want.refused) {
							t.Errorf("error %v, want %q", err, want.refused)
						}
						if after, _ := os.ReadDir(folder); len(after) != len(before) {
							t.Errorf("something was left behind: %v", after)
						}
						return
					}
					must(t, err)
					got, err := os.ReadFile(filepath.Join(folder, c.written))
					must(t, err)
					if string(got) != "new" || modeOf(t, filepath.Join(folder, c.written)) != want.mode {
						t.Errorf("it holds %q with mode %v", got, modeOf(t, filepath.Join(folder, c.written)))
					}
					if len(before) > 0 && ownerOf(filepath.Join(folder, c.written)) != owner {
						t.Error("it has another owner")
					}
				})
			}
		}
	}
}

func ownerOf(path string) [2]uint32 {
	info, err := os.Stat(path)
	if err != nil {
		return [2]uint32{}
	}
	status := info.Sys().(*syscall.Stat_t)
	return [2]uint32{status.Uid, status.Gid}
}

// Files for other programs have the mode that the umask leaves.
func TestSharedFilesObeyTheUmask(t *testing.T) {
	before := syscall.Umask(0o027)
	defer syscall.Umask(before)
	path := filepath.Join(t.TempDir(), "metrics.prom")
	must(t, Files{}.Write(t.Context(), path, Shared, text("up 1\n")))
	if mode := modeOf(t, path); mode != 0o640 {
		t.Errorf("its mode is %v", mode)
	}
}

// A file created while the report is being written is not replaced.
func TestCreationIsExclusive(t *testing.T) {
	for name, set := range map[string]func(string) error{
		"a file": func(path string) error { return os.WriteFile(path, []byte("mine"), 0o600) },
		"a link": func(path string) error { return os.Symlink("/nowhere/at/all", path) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out")
			err := Files{}.Write(t.Context(), path, Private, func(io.Writer) error { return set(path) })
			if !errors.Is(err, fs.ErrExist) {
				t.Errorf("error %v", err)
			}
			if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
				t.Errorf("a draft is left: %v", entries)
			}
		})
	}
}

// A failed report leaves the existing file unchanged.
func TestFailedWriteKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	must(t, os.WriteFile(path, []byte("old"), 0o600))
	failed := errors.New("no")
	if err := (Files{Force: true}).Write(t.Context(), path, Private, func(w io.Writer) error { return errors.Join(text("half")(w), failed) }); !errors.Is(err, failed) {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("it holds %q", got)
	}
}

func TestFIFO(t *testing.T) {
	fifo := func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "fifo")
		must(t, syscall.Mkfifo(path, 0o600))
		return path
	}
	t.Run("its reader comes later", func(t *testing.T) {
		path, got := fifo(t), make(chan []byte)
		go func() {
			content, _ := os.ReadFile(path)
			got <- content
		}()
		must(t, Files{Force: true}.Write(t.Context(), path, Private, text("new")))
		if content := <-got; string(content) != "new" {
			t.Errorf("read %q", content)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		interrupt()
		err := Files{Force: true}.Write(ctx, fifo(t), Private, text("new"))
		if ended, ok := errors.AsType[command.Exit](err); !ok || ended.Code != report.ExitInterrupted {
			t.Errorf("error %v", err)
		}
	})
	t.Run("interrupted, and its reader is there", func(t *testing.T) {
		path := fifo(t)
		reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		must(t, err)
		defer reader.Close()
		ctx, interrupt := context.WithCancel(t.Context())
		interrupt()
		must(t, Files{Force: true}.Write(ctx, path, Private, text("new")))
	})
	t.Run("its reader stops reading", func(t *testing.T) {
		path := fifo(t)
		reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		must(t, err)
		defer reader.Close()
		ctx, interrupt := context.WithCancel(t.Context())
		err = Files{Force: true}.Write(ctx, path, Private, func(w io.Writer) error {
			interrupt()
			return text(strings.Repeat("x", 4<<20))(w)
		})
		if ended, ok := errors.AsType[command.Exit](err); !ok || ended.Code != report.ExitInterrupted {
			t.Errorf("error %v", err)
		}
	})
}

func TestSameFile(t *testing.T) {
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	must(t, os.Symlink("file", filepath.Join(folder, "link")))
	must(t, os.Link(filepath.Join(folder, "file"), filepath.Join(folder, "hard")))
	must(t, os.Symlink(".", filepath.Join(folder, "here")))
	stdout, err := os.OpenFile(filepath.Join(folder, "redirected"), os.O_CREATE|os.O_WRONLY, 0o600)
	must(t, err)
	defer stdout.Close()
	t.Chdir(folder)
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"new", "new", true},
		{"new", "./new", true},
		{"new", filepath.Join(folder, "new"), true},
		{"new", "here/new", true},
		{"new", "other", false},
		{"file", "link", true},
		{"file", "hard", true},
		{"file", "new", false},
		{"", "-", true},
		{"-", "redirected", true},
		{"-", "file", false},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := (Files{Stdout: stdout}).Same(pair[0], pair[1]); got != c.want {
				t.Errorf("%q and %q: %v", pair[0], pair[1], got)
			}
		}
	}
}

func TestStdout(t *testing.T) {
	var out bytes.Buffer
	f := Files{Stdout: &out}
	must(t, f.Check("-"))
	must(t, f.Write(t.Context(), "-", Private, text("a")))
	must(t, f.Write(t.Context(), "", Private, text("b")))
	must(t, stream(f, "-"))
	if out.String() != "abnew" {
		t.Errorf("stdout %q", out.String())
	}
}
