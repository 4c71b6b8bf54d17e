package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// Styles of text on a terminal (ECMA-48).
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
	reset = "\x1b[0m"
)

// printer writes what the demo shows.
type printer struct {
	out    io.Writer
	colour bool
}

// isTerminal reports whether to write to a file in colour: to a terminal, unless
// NO_COLOR is set (https://no-color.org).
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// line writes one line. An error of the writer does not stop the demo: its checks
// count all the same.
func (p *printer) line(style, text string) {
	text = strings.TrimRight(text, " ")
	if p.colour && style != "" {
		text = style + text + reset
	}
	_, _ = fmt.Fprintln(p.out, text)
}

// heading prints the title of a step.
func (p *printer) heading(title string) {
	p.line("", "")
	p.line(bold, title)
}

// command prints a command that is about to run.
func (p *printer) command(command string) { p.line(cyan, "   $ "+command) }

// note prints a line that nothing was checked for.
func (p *printer) note(format string, args ...any) { p.line("", "   "+fmt.Sprintf(format, args...)) }

// fact prints what was checked.
func (p *printer) fact(format string, args ...any) {
	p.line(green, "   ✓ "+fmt.Sprintf(format, args...))
}
