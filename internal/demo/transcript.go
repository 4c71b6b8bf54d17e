package main

import (
	"bytes"
	"regexp"
	"strings"
)

// transcript takes a command's output as it comes, keeps all of it, and shows
// the lines that matter.
type transcript struct {
	show *printer
	all  bytes.Buffer

	rest  string   // of the output, until its line is whole
	in    *passage // not ended yet
	said  bool     // a line was shown
	blank bool     // an empty line is due before the next one
}

// passage is a part of Terraform's output that says the same each time. Its first
// and its last line may matter, what is between them doesn't.
type passage struct {
	from      *regexp.Regexp
	showFrom  bool
	until     *regexp.Regexp // nil: to the end
	showUntil bool
}

var chatter = []*passage{
	{from: regexp.MustCompile(`^Terraform used the selected providers`), until: regexp.MustCompile(`^Terraform will perform the following`)},
	{from: regexp.MustCompile(`^  # .* will be destroyed$`), showFrom: true, until: regexp.MustCompile(`^    }$`)},
	{from: regexp.MustCompile(`^Terraform has created a lock file`), until: regexp.MustCompile(`successfully initialized!$`), showUntil: true},
	{from: regexp.MustCompile(`^You may now begin working`)},
	{from: regexp.MustCompile(`^───`)},
}

// unknownYet is an attribute that a plan has no value for.
var unknownYet = regexp.MustCompile(`^ {6,}.* = \(known after apply\)$`)

// Write implements io.Writer. It never fails.
func (t *transcript) Write(p []byte) (int, error) {
	t.all.Write(p)
	lines := strings.Split(t.rest+string(p), "\n")
	for _, line := range lines[:len(lines)-1] {
		t.line(strings.TrimRight(line, "\r"))
	}
	t.rest = lines[len(lines)-1]
	return len(p), nil
}

// end takes an end without a line end for a line, and sets off what follows.
func (t *transcript) end() {
	if t.rest != "" {
		t.line(t.rest)
		t.rest = ""
	}
	if t.said {
		t.show.said("")
	}
}

func (t *transcript) line(line string) {
	switch {
	case !t.matters(line):
	case strings.TrimSpace(line) == "":
		t.blank = t.said
	default:
		if t.blank {
			t.show.said("")
		}
		t.show.said(line)
		t.said, t.blank = true, false
	}
}

// matters reports whether a line is to be shown. It keeps track of the passages, so
// it wants every line, once.
func (t *transcript) matters(line string) bool {
	if p := t.in; p != nil {
		if p.until == nil || !p.until.MatchString(line) {
			return false
		}
		t.in = nil
		return p.showUntil
	}
	for _, p := range chatter {
		if p.from.MatchString(line) {
			t.in = p
			return p.showFrom
		}
	}
	return !unknownYet.MatchString(line)
}
