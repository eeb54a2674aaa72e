package command

import (
	"bytes"
	"flag"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"
)

// Help texts fit a standard terminal, and flags have a column of their own.
const (
	helpWidth  = 80
	flagColumn = 27
)

// frequent are the flags listed first in a help text, in this order.
var frequent = []string{"--pair", "--ask", "--steps", "--all", "--udid", "--assets", "-o", "--json", "--from", "--record", "--until", "--exec"}

// firstHeadings come before the other flag headings.
var firstHeadings = []string{"Devices", "Report"}

var setHelp sync.Once

// A sharedFlag is a flag of all programs in a process. The library writes to a flag whenever it
// parses a command line.
type sharedFlag struct{ *cli.BoolFlag }

func (f sharedFlag) Apply(set *flag.FlagSet) error {
	own := *f.BoolFlag
	return own.Apply(set)
}

// LayOutHelp makes this package lay out all help texts.
func LayOutHelp() {
	setHelp.Do(func() {
		if help, ok := cli.HelpFlag.(*cli.BoolFlag); ok {
			cli.HelpFlag = sharedFlag{help}
		}
		cli.HelpPrinter = func(w io.Writer, template string, data any) {
			var text bytes.Buffer
			cli.HelpPrinterCustom(&text, template, data, nil)
			_, _ = io.WriteString(w, layOut(text.String())) // ignores the error, as the library's own printer does
		}
	})
}

// A flagGroup is the flags under one heading, each with its names and its usage.
type flagGroup struct {
	heading string
	flags   [][2]string
}

// layOut lists the frequent flags of a command first, and limits the width.
func layOut(text string) string {
	const options = "\nOPTIONS:\n"
	head, tail, found := strings.Cut(text, options)
	head = fold(head)
	if !found {
		return head
	}
	var b strings.Builder
	b.WriteString(head + options)
	groups := arranged(flagGroups(tail))
	for i, group := range groups {
		if group.heading != "" {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString("   " + group.heading + "\n\n")
		}
		for _, flag := range group.flags {
			writeFlag(&b, flag[0], flag[1])
		}
	}
	return b.String()
}

// flagGroups parses the flags of a help text.
func flagGroups(text string) []flagGroup {
	groups := []flagGroup{{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "-"):
			names, usage, _ := strings.Cut(line, "  ")
			names, _, _ = strings.Cut(names, " [ ") // a flag that may be repeated
			last := &groups[len(groups)-1]
			last.flags = append(last.flags, [2]string{names, strings.TrimSpace(usage)})
		default:
			groups = append(groups, flagGroup{heading: line})
		}
	}
	return groups
}

// arranged moves the frequent flags under a heading of their own, if flags have headings.
func arranged(groups []flagGroup) []flagGroup {
	if len(groups) == 1 {
		return groups
	}
	most := flagGroup{heading: "Most used"}
	for _, name := range frequent {
		for i := range groups {
			at := slices.IndexFunc(groups[i].flags, func(flag [2]string) bool { return nameOf(flag[0]) == name })
			if at >= 0 {
				most.flags = append(most.flags, groups[i].flags[at])
				groups[i].flags = slices.Delete(groups[i].flags, at, at+1)
			}
		}
	}
	groups[0].heading = "Other" // flags without a heading
	groups = slices.DeleteFunc(groups, func(g flagGroup) bool { return len(g.flags) == 0 })
	slices.SortStableFunc(groups, func(a, b flagGroup) int { return place(a) - place(b) })
	if len(most.flags) == 0 {
		return groups
	}
	return append([]flagGroup{most}, groups...)
}

// place returns the position of a heading: the flags of all commands come last.
func place(g flagGroup) int {
	if at := slices.Index(firstHeadings, g.heading); at >= 0 {
		return at
	}
	if g.heading == "Other" {
		return len(firstHeadings) + 1
	}
	return len(firstHeadings)
}

// nameOf returns the name of a flag, without its value and aliases.
func nameOf(names string) string {
	name, _, _ := strings.Cut(names, " ")
	name, _, _ = strings.Cut(name, ",")
	name, _, _ = strings.Cut(name, "[")
	return name
}

// writeFlag writes one flag with its usage beside it, or below it if there is too little room.
func writeFlag(b *strings.Builder, names, usage string) {
	line := "   " + names
	if len(line)+2 > flagColumn {
		b.WriteString(line + "\n")
		line = ""
	}
	line += strings.Repeat(" ", flagColumn-len(line))
	for word := range strings.FieldsSeq(usage) {
		if len(strings.TrimSpace(line)) > 0 && len(line) > flagColumn && len(line)+1+len(word) > helpWidth {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", flagColumn)
		}
		if len(line) > flagColumn {
			line += " "
		}
		line += word
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
