package terminal

import (
	"cmp"
	"io"
	"runtime"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// defaultWidth is the width in columns of a report that does not go to a terminal.
const defaultWidth = 100

// Of returns the file descriptor of a stream that is a terminal.
func Of(stream any) (fd int, ok bool) {
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// Width returns the width to fill on a stream: the requested width, COLUMNS, that of the
// terminal, or 100 columns, in this order.
func Width(stream io.Writer, getenv func(string) string, asked int) int {
	if asked > 0 {
		return asked
	}
	if columns, err := strconv.Atoi(getenv("COLUMNS")); err == nil && columns > 0 {
		return columns
	}
	if fd, ok := Of(stream); ok {
		if columns, _, err := term.GetSize(fd); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultWidth
}

// wrapped breaks the lines of a text that are wider than columns at spaces, and indents the rest of
// a line like its beginning. Lines with escape sequences are left to the terminal.
func wrapped(text string, columns int) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		words := strings.Trim(line, " \n")
		at := strings.Index(line, words)
		before, after := line[:at], line[at+len(words):]
		if at+displaywidth.String(words) > columns && columns > 2*at && !strings.Contains(words, "\x1b") {
			lines[i] = before + strings.Join(format.WrapAroundAddresses(words, columns-at), "\n"+before) + after
		}
	}
	return strings.Join(lines, "")
}

// Color reports whether to color a stream. In order of precedence: --color, NO_COLOR
// (https://no-color.org), CLICOLOR_FORCE and FORCE_COLOR, TERM=dumb, and whether the stream is
// a terminal that supports colors.
func Color(stream io.Writer, getenv func(string) string, asked string) bool {
	forces := func(name string) bool {
		value := getenv(name)
		return value != "" && value != "0"
	}
	switch {
	case asked == "always":
		return true
	case asked == "never", getenv("NO_COLOR") != "":
		return false
	case forces("CLICOLOR_FORCE"), forces("FORCE_COLOR"):
		return true
	case getenv("TERM") == "dumb":
		return false
	}
	fd, ok := Of(stream)
	return ok && understandsEscapes(fd)
}

// UTF8 reports whether more than ASCII can be shown. If the locale does not say, it can on
// Windows and macOS, whose terminals default to UTF-8.
func UTF8(getenv func(string) string) bool {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
	if locale == "" {
		return runtime.GOOS == "windows" || runtime.GOOS == "darwin"
	}
	_, charset, _ := strings.Cut(strings.ToLower(locale), ".")
	return strings.HasPrefix(charset, "utf-8") || strings.HasPrefix(charset, "utf8")
}
