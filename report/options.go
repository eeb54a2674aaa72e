package report

// Options say what the terminal can show and how much the reader wants to see.
type Options struct {
	Width int  // columns that no line exceeds; below MinWidth it is MinWidth
	UTF8  bool // false: ASCII only
	Color bool // true: styles by ANSI escape sequences
	All   bool // true: healthy findings too, and every question in full
}

// MinWidth is the narrowest terminal that is written for.
const MinWidth = 20
