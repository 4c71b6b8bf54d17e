package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestQuick measures a little of everything but the Go benchmarks, which tests
// compile anyway: not how fast it is, but that the bench still works.
func TestQuick(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath(terraformName()); err != nil {
		t.Skip("there is no Terraform")
	}
	small := quick
	small.counts, small.slow, small.paced = []int{1, 2, 4}, 4, 4

	b, err := prepare(t.Context(), small)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.remove(); err != nil {
			t.Error(err)
		}
	}()
	lines, err := b.measure(t.Context(), "abcdef")
	if err != nil {
		t.Fatal(err)
	}
	text, err := b.report(t.Context(), lines)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts[:len(parts)-1] {
		if !strings.Contains(text, "\n| "+p.letter+" | ") {
			t.Errorf("part (%s) has no line", p.letter)
		}
	}
	// What does not depend on the machine has to be kept here too.
	for _, l := range lines {
		if (l.part == "c" || l.part == "e") && l.verdict() == "**no**" {
			t.Errorf("(%s) %s: %s, ratio %s, limit %s", l.part, l.what, l.measured, l.ratioText(), l.mostText())
		}
	}
}

func TestLine_verdict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ratio, most float64
		want        string
	}{
		{1, 0, "–"}, {1.15, 1.15, "yes"}, {1.1549, 1.15, "yes"}, {1.156, 1.15, "**no**"}, {0, 1, "yes"},
	} {
		if got := (line{ratio: c.ratio, most: c.most}).verdict(); got != c.want {
			t.Errorf("%.4f of %.2f: %s, want %s", c.ratio, c.most, got, c.want)
		}
	}
}

func TestPairs_ratio(t *testing.T) {
	t.Parallel()
	var p pairs
	for _, run := range [][2]float64{{2, 1}, {30, 10}, {4, 1}} {
		p.add(run[0], run[1])
	}
	if got := p.ratio(); got != 3 {
		t.Errorf("the median of the ratios 2, 3 and 4 is %v", got)
	}
	if got := median([]float64{4, 1, 2, 3}); got != 2.5 {
		t.Errorf("the median of four is %v", got)
	}
}
