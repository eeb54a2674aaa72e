package command

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// textIndent is the indentation of prose in help texts. Lines indented further are lists or
// examples, whose lines are not joined.
const textIndent = "   "

// columnGap matches the gap between the two columns of a list, or between an example and its
// comment.
var columnGap = regexp.MustCompile(`\S( {2,})\S`)

// fold breaks the lines of a help text that are wider than [helpWidth]: prose as paragraphs,
// the second column of a list below itself, and commands with a backslash as in a shell.
func fold(text string) string {
	var b strings.Builder
	var paragraph []string
	end := func() {
		if len(paragraph) > 0 {
			b.WriteString(hanging(textIndent, textIndent, strings.Join(paragraph, " ")))
			paragraph = nil
		}
	}
	section := ""
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		prose := strings.HasPrefix(line, textIndent) && !strings.HasPrefix(line, textIndent+" ") && !columnGap.MatchString(line)
		if prose && section == "DESCRIPTION:" {
			paragraph = append(paragraph, strings.TrimSpace(line))
			continue
		}
		end()
		if strings.TrimRight(line, ":") != line && !strings.HasPrefix(line, " ") {
			section = line
		}
		b.WriteString(foldLine(line))
	}
	end()
	return b.String()
}

// foldLine breaks one line that is not prose, if it is too wide.
func foldLine(line string) string {
	if utf8.RuneCountInString(line) <= helpWidth {
		return line + "\n"
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	left, right := line, ""
	if gap := columnGap.FindStringSubmatchIndex(line); gap != nil {
		left, right = line[:gap[2]], line[gap[3]:]
	}
	command := strings.HasPrefix(line[len(indent):], "backupdoctor ")
	switch {
	case command && strings.Contains(line, " - "): // a command name with its usage
		return hanging(indent, indent+textIndent, line[len(indent):])
	case command && right != "":
		return foldCommand(indent, left) + hanging(indent+"    # ", indent+"    # ", right)
	case command:
		return foldCommand(indent, line)
	case right != "" && utf8.RuneCountInString(left) > helpWidth/2: // too little room beside it
		return foldLine(left) + hanging(indent+textIndent, indent+textIndent, right)
	case right != "":
		column := strings.Repeat(" ", utf8.RuneCountInString(line)-utf8.RuneCountInString(right))
		return hanging(left+column[utf8.RuneCountInString(left):], column, right)
	default:
		return hanging(indent, indent, line[len(indent):])
	}
}

// foldCommand breaks a command before a flag or a pipe, but never within quotes.
func foldCommand(indent, line string) string {
	if utf8.RuneCountInString(line) <= helpWidth {
		return line + "\n"
	}
	at, quote := -1, rune(0)
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == ' ' && i > len(indent) && i <= helpWidth-2 && (strings.HasPrefix(line[i:], " -") || strings.HasPrefix(line[i:], " |")):
			at = i
		}
	}
	if at < 0 {
		return line + "\n"
	}
	return line[:at] + " \\\n" + foldCommand(indent+"    ", indent+"    "+line[at+1:])
}

// hanging breaks a text at words, and indents all lines but the first by rest.
func hanging(first, rest, text string) string {
	var b strings.Builder
	line, empty := first, true
	for word := range strings.FieldsSeq(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > helpWidth {
			b.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line + "\n"
}
