package main

import (
	"fmt"
	"slices"
	"time"
)

// pairs are the same measurement of two things, taken side by side run by run.
type pairs struct{ ours, theirs []float64 }

func (p *pairs) add(ours, theirs float64) {
	p.ours, p.theirs = append(p.ours, ours), append(p.theirs, theirs)
}

// ratio is the median of the runs' ratios: what slows the machine down for a
// while slows both.
func (p *pairs) ratio() float64 {
	ratios := make([]float64, len(p.ours))
	for i := range p.ours {
		ratios[i] = p.ours[i] / p.theirs[i]
	}
	return median(ratios)
}

// line is the table's line of the two, in a unit's words.
func (p *pairs) line(what, other string, unit func(float64) string, most float64) line {
	return line{
		what: what, measured: unit(median(p.ours)), against: other + unit(median(p.theirs)),
		ratio: p.ratio(), most: most,
	}
}

// median of a list that is not empty; of two in the middle their mean.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// seconds is a time, given in seconds, for people.
func seconds(s float64) string {
	switch d := time.Duration(s * float64(time.Second)); {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", s*1000)
	default:
		return fmt.Sprintf("%.2f s", s)
	}
}

// megabytes is an amount of memory, given in bytes, for people.
func megabytes(bytes float64) string { return fmt.Sprintf("%.1f MB", bytes/(1<<20)) }
