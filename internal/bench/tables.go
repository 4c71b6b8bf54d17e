package main

import (
	"context"
	"fmt"
	"maps"
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

// compareTimes returns a table of the medians of each operation's costs, and of the
// ratios of the provider's costs to those of the other subjects.
func compareTimes(ctx context.Context, s scale, subjects []*subject) (string, error) {
	cells := []string{"operation", "deployments"}
	for _, name := range costNames {
		cells = append(cells, name)
		for _, other := range subjects[1:] {
			cells = append(cells, other.name, "ratio")
		}
	}
	table := header(cells...)
	for _, n := range s.counts {
		runs := make([][][]cost, s.runs)
		for i := range runs {
			var err error
			if runs[i], err = timeOperations(ctx, n, i, subjects); err != nil {
				return "", err
			}
		}
		for op, operation := range timedOperations {
			table += row(append([]string{operation.name, fmt.Sprint(n)}, costCells(runs, op)...)...)
		}
	}
	return table, nil
}

// costCells returns the cells of a row. A ratio is the median of the ratios of the
// runs, because the subjects take turns within a run.
func costCells(runs [][][]cost, op int) (cells []string) {
	for kind := range costNames {
		for i := range runs[0][op] {
			seconds := median(runs, func(costs [][]cost) float64 { return costs[op][i][kind] })
			cells = append(cells, fmt.Sprintf("%.2f s", seconds))
			if i > 0 {
				ratio := median(runs, func(costs [][]cost) float64 { return costs[op][0][kind] / costs[op][i][kind] })
				cells = append(cells, fmt.Sprintf("%.2f", ratio))
			}
		}
	}
	return cells
}

// timeOperations returns the costs by operation and subject. A different subject
// comes first in each run, so that what slows the machine down for a while slows
// all of them.
func timeOperations(ctx context.Context, n, run int, subjects []*subject) (costs [][]cost, err error) {
	for _, s := range subjects {
		if err := s.reset(ctx); err != nil {
			return nil, err
		}
	}
	for _, operation := range timedOperations {
		bySubject := make([]cost, len(subjects))
		for i := range subjects {
			at := (i + run) % len(subjects)
			if bySubject[at], err = subjects[at].terraform(ctx, append(slices.Clone(operation.args), instances(n))...); err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(os.Stderr, "%s of %d: %.2f\n", operation.name, n, bySubject)
		costs = append(costs, bySubject)
	}
	return costs, nil
}

func instances(n int) string { return fmt.Sprintf("-var=n=%d", n) }

// median returns the median of a value of each run.
func median(runs [][][]cost, value func([][]cost) float64) float64 {
	var values []float64
	for _, costs := range runs {
		values = append(values, value(costs))
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
	table := header("operation", fmt.Sprintf("API calls for %d deployments", n))
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
			table += row(step.operation, describeCalls(s.api.Requests("", "")))
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

// row returns a row of a Markdown table, and header its first two rows.
func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func header(cells ...string) string {
	return row(cells...) + row(slices.Repeat([]string{"---"}, len(cells))...)
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

Medians of %d run(s) on %s/%s, %d cores, %s, %s. The API is a mock that answers at once.
Processor time is that of Terraform and of all its launches of the provider. "Smallest" is a provider with one resource of one attribute and no API.

`, runs, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), version), nil
}
