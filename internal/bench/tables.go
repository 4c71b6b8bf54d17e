package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// timedOperations are the Terraform commands that are timed, in this order.
var timedOperations = []struct {
	name string
	args []string
}{
	{"plan", []string{"plan"}},
	{"apply", []string{"apply", "-auto-approve"}},
	{"refresh", []string{"plan", "-refresh-only"}},
}

// compareTimes times each operation for all subjects in turn. A different one
// comes first in each run, and a ratio is the median of the ratios of the runs,
// so that what slows the machine down for a while slows all of them.
func compareTimes(ctx context.Context, s scale, subjects []*subject) (string, error) {
	header := "| operation | deployments | wall time | smallest | ratio | processor time | smallest | ratio |"
	if len(subjects) > 2 {
		header += " processor time of the baseline | ratio |"
	}
	table := header + "\n" + strings.Repeat("| --- ", strings.Count(header, "|")-1) + "|\n"
	for _, n := range s.counts {
		costs := make([][][]cost, len(timedOperations)) // by operation, run and subject
		for run := range s.runs {
			rows, err := timeOperations(ctx, n, run, subjects)
			if err != nil {
				return "", err
			}
			for op, row := range rows {
				costs[op] = append(costs[op], row)
			}
		}
		for op, operation := range timedOperations {
			table += fmt.Sprintf("| %s | %d | %s |\n", operation.name, n, compare(costs[op]))
		}
	}
	return table, nil
}

// timeOperations returns the costs by operation and subject.
func timeOperations(ctx context.Context, n, run int, subjects []*subject) (costs [][]cost, err error) {
	for _, s := range subjects {
		if err := s.reset(ctx); err != nil {
			return nil, err
		}
	}
	for _, operation := range timedOperations {
		row := make([]cost, len(subjects))
		for i := range subjects {
			at := (i + run) % len(subjects)
			if row[at], err = subjects[at].terraform(ctx, append(slices.Clone(operation.args), instances(n))...); err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(os.Stderr, "%s of %d: %.2f\n", operation.name, n, row)
		costs = append(costs, row)
	}
	return costs, nil
}

func instances(n int) string { return fmt.Sprintf("-var=n=%d", n) }

// compare returns the cells of a row, from the costs by run and subject.
func compare(costs [][]cost) string {
	wall := func(c cost) float64 { return c.wall }
	cpu := func(c cost) float64 { return c.cpu }
	of := func(subject int, field func(cost) float64) string {
		return fmt.Sprintf("%.2f s", median(costs, func(row []cost) float64 { return field(row[subject]) }))
	}
	ratio := func(subject int, field func(cost) float64) string {
		return fmt.Sprintf("%.2f", median(costs, func(row []cost) float64 { return field(row[0]) / field(row[subject]) }))
	}
	cells := []string{of(0, wall), of(1, wall), ratio(1, wall), of(0, cpu), of(1, cpu), ratio(1, cpu)}
	if len(costs[0]) > 2 {
		cells = append(cells, of(2, cpu), ratio(2, cpu))
	}
	return strings.Join(cells, " | ")
}

// median returns the median of a value of each run.
func median(costs [][]cost, value func([]cost) float64) float64 {
	var values []float64
	for _, row := range costs {
		values = append(values, value(row))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// countCalls returns a table of the API calls of each operation. What changes
// something is applied from a saved plan, so that the calls of the plan are not
// among its own.
func countCalls(ctx context.Context, n int, s *subject) (string, error) {
	if err := s.reset(ctx); err != nil {
		return "", err
	}
	table := fmt.Sprintf("\n| operation | API calls for %d deployments |\n| --- | --- |\n", n)
	for _, step := range []struct {
		operation string // empty: not counted
		args      []string
	}{
		{"plan", []string{"plan", "-out=tfplan"}},
		{"create", []string{"apply", "tfplan"}},
		{"refresh", []string{"plan", "-refresh-only"}},
		{"", []string{"plan", "-refresh=false", "-var=log_level=debug", "-out=tfplan"}},
		{"update", []string{"apply", "tfplan"}},
		{"", []string{"plan", "-refresh=false", "-destroy", "-out=tfplan"}},
		{"destroy", []string{"apply", "tfplan"}},
	} {
		args := step.args
		if args[0] == "plan" { // a saved plan holds its variables
			args = append(slices.Clone(args), instances(n))
		}
		if _, err := s.terraform(ctx, args...); err != nil {
			return "", err
		}
		if step.operation != "" {
			table += fmt.Sprintf("| %s | %s |\n", step.operation, describeCalls(s.api.Requests("", "")))
		}
	}
	return table, nil
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// describeCalls counts the requests by method and path, without ids.
func describeCalls(requests []caastest.Request) string {
	counts := map[string]int{}
	for _, r := range requests {
		counts[r.Method+" "+uuid.ReplaceAllString(strings.TrimPrefix(r.Path, caastest.Prefix), "{id}")]++
	}
	var calls []string
	for _, call := range slices.Sorted(maps.Keys(counts)) {
		calls = append(calls, fmt.Sprintf("%d × %s", counts[call], call))
	}
	return strings.Join(calls, ", ")
}

// maxLimitedRatio is how much longer than ideal an operation under a rate limit
// may take.
const maxLimitedRatio = 1.5

var errTooSlow = errors.New("an operation under the rate limit took too long")

// measureLimited returns a table of operations under a rate limit. The ideal time
// is what the accepted requests take at that rate after the burst.
func measureLimited(ctx context.Context, n int, s *subject) (string, error) {
	const perSecond, burst = 20, 20
	if err := s.reset(ctx); err != nil {
		return "", err
	}
	table := fmt.Sprintf("\nAt most %d requests per second, burst %d, `Retry-After: 1`. The ratio may be %.1f.\n\n", perSecond, burst, maxLimitedRatio)
	table += "| operation | deployments | accepted | rejected | wall time | ideal | ratio |\n" + strings.Repeat("| --- ", 7) + "|\n"
	tooSlow := false
	for _, operation := range timedOperations[1:] {
		s.api.Configure(func(o *caastest.Options) {
			o.Limit = caastest.RateLimit{PerSecond: perSecond, Burst: burst, RetryAfter: "1"}
		}) // fills the bucket again
		took, err := s.terraform(ctx, append(slices.Clone(operation.args), instances(n))...)
		if err != nil {
			return "", err
		}
		requests, rejected := s.api.Requests("", ""), 0
		for _, r := range requests {
			if r.Status == http.StatusTooManyRequests {
				rejected++
			}
		}
		accepted := len(requests) - rejected
		ideal := float64(accepted-burst) / perSecond
		tooSlow = tooSlow || took.wall > maxLimitedRatio*ideal
		table += fmt.Sprintf("| %s | %d | %d | %d | %.1f s | %.1f s | %.2f |\n", operation.name, n, accepted, rejected, took.wall, ideal, took.wall/ideal)
	}
	if tooSlow {
		return table, errTooSlow
	}
	return table, nil
}

// title returns the title of the report and where its numbers come from.
func title(ctx context.Context, runs int) (string, error) {
	out, err := exec.CommandContext(ctx, tfcli.Path(), "version").Output() //nolint:gosec // the caller's own Terraform
	if err != nil {
		return "", fmt.Errorf("terraform version: %w", err)
	}
	version, _, _ := strings.Cut(string(out), "\n")
	return fmt.Sprintf(`<!-- Written by make bench. -->
# What the provider adds to Terraform

Medians of %d runs on %s/%s, %d cores, %s, %s. The API is a mock that answers at once.
Processor time is that of the provider alone, all its launches together. "Smallest" is a provider with one resource of one attribute and no API.

`, runs, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), version), nil
}
