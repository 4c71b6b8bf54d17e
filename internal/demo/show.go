package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// Styles of text on a terminal (ECMA-48).
const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	plain  = "\x1b[0m"
)

// printer writes the story.
type printer struct {
	out    io.Writer
	colour bool
}

func newPrinter(out io.Writer, colour bool) *printer { return &printer{out, colour} }

// coloured reports whether to write to a file in colour: to a terminal, unless
// NO_COLOR is set (https://no-color.org).
func coloured(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// line writes one line. A story that can't be written need not fail: what it
// checks is checked all the same.
func (p *printer) line(style, text string) {
	text = strings.TrimRight(text, " ")
	if p.colour && style != "" {
		text = style + text + plain
	}
	_, _ = fmt.Fprintln(p.out, text)
}

// heading prints the title of a step, without its number when that is 0.
func (p *printer) heading(number int, text string) {
	if number > 0 {
		text = fmt.Sprintf("%d. %s", number, text)
	}
	p.line("", "")
	p.line(bold, text)
}

// command shows what is run.
func (p *printer) command(line string) { p.line(cyan, "   $ "+line) }

// note prints a line that nothing was checked for.
func (p *printer) note(format string, args ...any) { p.line("", "   "+fmt.Sprintf(format, args...)) }

// fact prints what was checked.
func (p *printer) fact(format string, args ...any) {
	p.line(green, "   ✓ "+fmt.Sprintf(format, args...))
}

// said prints a line of Terraform's output.
func (p *printer) said(line string) {
	style := ""
	switch {
	case strings.HasPrefix(line, "Error: "):
		style = red
	case strings.HasPrefix(line, "Warning: "):
		style = yellow
	}
	p.line(style, "   "+line)
}

// shortList is a JSON list of plain values, on however many lines.
var shortList = regexp.MustCompile(`\[[^\[\]{}]*\]`)

// body shows a request's JSON with each of the secrets hidden.
func (p *printer) body(raw []byte, secrets ...string) error {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, raw, "", "  "); err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	text := shortList.ReplaceAllStringFunc(pretty.String(), func(list string) string {
		return strings.NewReplacer("[ ", "[", " ]", "]").Replace(strings.Join(strings.Fields(list), " "))
	})
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, "(hidden)")
	}
	for line := range strings.Lines(text) {
		p.note("  %s", strings.TrimRight(line, "\n"))
	}
	return nil
}
