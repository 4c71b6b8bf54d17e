package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// benchmark is a line of go test -bench.
var benchmark = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op.*?([\d.]+) B/op\s+(\d+) allocs/op`)

// conversions is part (g): the Go benchmarks of what turns replies into values
// and values into state and requests.
func (b *bench) conversions(ctx context.Context) ([]line, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench=.", "-benchmem", "-benchtime="+b.scale.passes, //nolint:gosec // nothing in it comes from outside
		modulePath+"/internal/caas", modulePath+"/internal/deployment")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go test -bench: %w\n%s", err, out)
	}
	var lines []line
	for _, match := range benchmark.FindAllStringSubmatch(string(out), -1) {
		var nanoseconds, bytes float64
		if _, err := fmt.Sscan(match[2]+" "+match[3], &nanoseconds, &bytes); err != nil {
			return nil, err
		}
		lines = append(lines, line{
			what:     "`" + strings.ReplaceAll(match[1], "_", " ") + "`",
			measured: fmt.Sprintf("%.1f µs, %.1f kB, %s allocations", nanoseconds/1000, bytes/1000, match[4]),
		})
	}
	if lines == nil {
		return nil, fmt.Errorf("no benchmark in the output of go test:\n%s", out)
	}
	return lines, nil
}
