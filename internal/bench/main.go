// Command bench measures what the provider adds to Terraform's own work, beside
// the smallest possible provider, against a mock of the API.
//
//	go run ./internal/bench [-baseline BINARY] [-runs N]
//
// It runs real Terraform and writes internal/bench/RESULTS.md. The processor
// time of the provider comes from the time builtin of bash, which a script in
// the provider's place runs it with, so the command needs bash.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// scale is how much is measured.
type scale struct {
	runs    int   // medians are of this many runs
	counts  []int // deployments of each timed operation
	calls   int   // deployments whose API calls are counted
	limited int   // deployments under the rate limit
}

func main() {
	baseline := flag.String("baseline", "", "another build of the provider, measured side by side; the tables are printed but not saved")
	runs := flag.Int("runs", 3, "number of runs that the medians are of")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	report, err := measure(ctx, scale{runs: max(*runs, 1), counts: []int{1, 100, 300}, calls: 5, limited: 100}, *baseline)
	stop()
	fmt.Print(report)
	if err == nil && *baseline == "" {
		err = os.WriteFile("internal/bench/RESULTS.md", []byte(report), 0o600)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// measure returns the report. It works in a temporary directory.
func measure(ctx context.Context, s scale, baseline string) (report string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // stops the APIs
	dir, err := os.MkdirTemp("", "ioneth-bench-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	subjects, err := prepare(ctx, dir, baseline)
	if err != nil {
		return "", err
	}
	for _, section := range []func() (string, error){
		func() (string, error) { return title(ctx, s.runs) },
		func() (string, error) { return compareTimes(ctx, s, subjects) },
		func() (string, error) { return countCalls(ctx, s.calls, subjects[0]) },
		func() (string, error) { return measureLimited(ctx, s.limited, subjects[0]) },
	} {
		text, err := section()
		report += text
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// prepare builds the providers. The first subject is the provider, the second
// the smallest one, the third, if any, the baseline.
func prepare(ctx context.Context, dir, baseline string) ([]*subject, error) {
	provider, smallest := filepath.Join(dir, "provider"), filepath.Join(dir, "smallest")
	if err := errors.Join(build(ctx, provider, ""), build(ctx, smallest, "/internal/bench/smallest")); err != nil {
		return nil, err
	}
	subjects := []*subject{
		{name: "provider", source: "ioneth", binary: provider, hcl: ionethTF},
		{name: "smallest", source: "smallest", binary: smallest, hcl: smallestTF},
	}
	if baseline != "" {
		path, err := filepath.Abs(baseline)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, &subject{name: "baseline", source: "ioneth", binary: path, hcl: ionethTF})
	}
	for _, s := range subjects {
		if err := s.install(ctx, filepath.Join(dir, "work-"+s.name)); err != nil {
			return nil, err
		}
	}
	return subjects, nil
}
