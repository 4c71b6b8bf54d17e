package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// operations are the commands of a resource's life, in order.
var operations = []struct {
	name string
	args []string
}{
	{"plan", []string{"plan"}},
	{"apply", []string{"apply", "-auto-approve"}},
	{"refresh", []string{"plan", "-refresh-only"}},
}

// The most that we may take of what the smallest provider takes.
const (
	mostWall   = 1.25
	mostCPU    = 2.5
	mostMemory = 1.5
	// mostBend is how much more one more deployment may cost among many than
	// among few and still count as linear (our reading).
	mostBend = 1.25
)

// measures are what an operation on n instances took, beside the smallest
// provider and, for the last two, beside one with our schema and no work.
type measures struct{ wall, terraform, cpu, memory, schemaWall, schemaCPU pairs }

// growth is part (a): plan, apply and refresh of more and more deployments, with
// an API that answers at once, beside as many of the smallest provider's
// resource.
func (b *bench) growth(ctx context.Context) ([]line, error) {
	taken := make([][]measures, len(operations)) // by operation, by count
	for i := range taken {
		taken[i] = make([]measures, len(b.scale.counts))
	}
	for range b.scale.runs {
		for at, n := range b.scale.counts {
			if err := b.lifeOf(ctx, n, func(op int, ours, smallest, hollow cost) {
				m := &taken[op][at]
				m.wall.add(ours.wall.Seconds(), smallest.wall.Seconds())
				m.terraform.add(ours.terraform.Seconds(), smallest.terraform.Seconds())
				m.cpu.add(ours.cpu.Seconds(), smallest.cpu.Seconds())
				m.memory.add(ours.memory, smallest.memory)
				m.schemaWall.add(ours.wall.Seconds(), hollow.wall.Seconds())
				m.schemaCPU.add(ours.cpu.Seconds(), hollow.cpu.Seconds())
			}); err != nil {
				return nil, err
			}
		}
	}
	var lines []line
	for op, byCount := range taken {
		lines = append(lines, b.growthLines(operations[op].name, byCount)...)
	}
	return lines, nil
}

// lifeOf takes n instances of each provider through their life, side by side.
func (b *bench) lifeOf(ctx context.Context, n int, took func(op int, ours, smallest, hollow cost)) error {
	return b.withAPI(ctx, func(*caastest.Server) error {
		for _, s := range []*subject{b.smallest, b.hollow} {
			if err := s.reset(); err != nil {
				return err
			}
		}
		for op, o := range operations {
			args := append(slices.Clone(o.args), instances(n))
			var costs [3]cost
			for i, s := range []*subject{b.smallest, b.ours, b.hollow} {
				var err error
				if costs[i], err = s.run(ctx, args...); err != nil {
					return err
				}
			}
			smallest, ours, hollow := costs[0], costs[1], costs[2]
			b.say("  %s of %d: %v; smallest %v; our schema alone %v", o.name, n, ours, smallest, hollow)
			took(op, ours, smallest, hollow)
		}
		return nil
	})
}

// growthLines are the lines of one operation. The limits are for the largest
// count: at few the launches are all there is.
func (b *bench) growthLines(name string, byCount []measures) []line {
	var lines []line
	last := len(byCount) - 1
	for at, m := range byCount {
		var wall, cpu, memory float64
		if at == last {
			wall, cpu, memory = mostWall, mostCPU, mostMemory
		}
		what := fmt.Sprintf("%s of %d, ", name, b.scale.counts[at])
		lines = append(lines,
			m.wall.line(what+"wall time", "smallest ", seconds, wall),
			m.terraform.line(what+"processor time of Terraform itself", "smallest ", seconds, 0),
			m.cpu.line(what+"processor time of the provider", "smallest ", seconds, cpu),
			m.memory.line(what+"peak memory, launches together", "smallest ", megabytes, memory))
		if at == last {
			lines = append(lines,
				m.schemaWall.line(what+"wall time", "our schema alone ", seconds, 0),
				m.schemaCPU.line(what+"processor time of the provider", "our schema alone ", seconds, 0))
		}
	}
	return append(lines,
		b.bend(name+", processor time for one more", seconds, func(at int) []float64 { return byCount[at].cpu.ours }),
		b.bend(name+", memory for one more", megabytes, func(at int) []float64 { return byCount[at].memory.ours }))
}

// bend tells whether a cost is linear: what one more deployment costs among many,
// against what it costs among few.
func (b *bench) bend(what string, unit func(float64) string, at func(count int) []float64) line {
	slope := func(from, to int) float64 {
		return (median(at(to)) - median(at(from))) / float64(b.scale.counts[to]-b.scale.counts[from])
	}
	last := len(b.scale.counts) - 1
	few, many := slope(0, last-1), slope(last-1, last)
	return line{
		what: fmt.Sprintf("%s, from %d to %d", what, b.scale.counts[last-1], b.scale.counts[last]), measured: unit(many),
		against: fmt.Sprintf("up to %d %s", b.scale.counts[last-1], unit(few)), ratio: many / few, most: mostBend,
	}
}
