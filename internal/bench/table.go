package main

import (
	"context"
	"fmt"
	"strings"
)

// line is one line of the table.
type line struct {
	part     string // the letter of the part
	what     string
	measured string
	against  string  // what it is held against, "" for nothing
	ratio    float64 // of the one to the other; 0 where there is none
	most     float64 // that the ratio may be; 0 where nobody sets a limit
}

// ratioText is the ratio, or a dash.
func (l line) ratioText() string {
	if l.against == "" {
		return "–"
	}
	return fmt.Sprintf("%.2f", l.ratio)
}

// mostText is the limit, or a dash.
func (l line) mostText() string {
	if l.most == 0 {
		return "–"
	}
	return fmt.Sprintf("≤ %.2f", l.most)
}

// verdict tells whether the limit is kept, to the two digits that are shown.
func (l line) verdict() string {
	switch {
	case l.most == 0:
		return "–"
	case l.ratio < l.most+0.005:
		return "yes"
	default:
		return "**no**"
	}
}

// report is the machine and the table, as Markdown.
func (b *bench) report(ctx context.Context, lines []line) (string, error) {
	machine, err := b.machine(ctx)
	if err != nil {
		return "", err
	}
	var t strings.Builder
	fmt.Fprintf(&t, "<!-- Written by make bench. -->\n# What the provider adds\n\n%s\n\n", machine)
	t.WriteString("| | what | measured | held against | ratio | limit | met |\n| --- | --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, l := range lines {
		against := l.against
		if against == "" {
			against = "–"
		}
		fmt.Fprintf(&t, "| %s | %s | %s | %s | %s | %s | %s |\n",
			l.part, l.what, l.measured, against, l.ratioText(), l.mostText(), l.verdict())
	}
	return t.String(), nil
}
