package terminal

import (
	"cmp"
	"io"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// defaultWidth is the width of a report that goes to no terminal, in columns.
const defaultWidth = 100

// Of finds the file descriptor of a stream that is a terminal.
func Of(stream any) (fd int, ok bool) {
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// Width is the width to fill on a stream: what was asked for, else COLUMNS, else that of
// the terminal, else 100 columns.
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

// Color reports whether to colour a stream. In order of precedence: --color, NO_COLOR
// (https://no-color.org), CLICOLOR_FORCE and FORCE_COLOR, TERM=dumb, and whether the stream
// is a terminal that understands colours.
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

// UTF8 reports whether more than ASCII can be shown. Without a word from the locale it
// is so on Windows and macOS, whose terminals are UTF-8 by default.
func UTF8(getenv func(string) string) bool {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
	if locale == "" {
		return runtime.GOOS == "windows" || runtime.GOOS == "darwin"
	}
	_, charset, _ := strings.Cut(strings.ToLower(locale), ".")
	return strings.HasPrefix(charset, "utf-8") || strings.HasPrefix(charset, "utf8")
}
