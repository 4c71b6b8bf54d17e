// Command bench measures what the provider adds to Terraform's own work, beside
// the smallest possible provider, against a mock of the API.
//
//	go run ./internal/bench [-baseline BINARY] [-runs N]
//
// It runs real Terraform and writes internal/bench/RESULTS.md.
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

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// scale is how much is measured.
type scale struct {
	runs   int   // medians are of this many runs
	counts []int // deployments of each timed operation
	calls  int   // deployments whose API calls are counted
}

func main() {
	baseline := flag.String("baseline", "", "another build of the provider, measured side by side; the tables are printed but not saved")
	runs := flag.Int("runs", 3, "number of runs that the medians are of")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	report, err := measure(ctx, scale{runs: max(*runs, 1), counts: []int{1, 100, 300}, calls: 5}, *baseline)
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
	heading, err := title(ctx, s.runs)
	if err != nil {
		return "", err
	}
	times, err := compareTimes(ctx, s, subjects)
	if err != nil {
		return "", err
	}
	calls, err := countCalls(ctx, s.calls, subjects[0])
	return heading + times + "\n" + calls, err
}

// prepare returns the provider, the smallest one and, if any, the baseline.
func prepare(ctx context.Context, dir, baseline string) ([]*subject, error) {
	provider := &subject{name: "provider", provider: "ioneth", dir: filepath.Join(dir, "provider")}
	smallest := &subject{name: "smallest", provider: "smallest", dir: filepath.Join(dir, "smallest")}
	err := errors.Join(
		provider.configure(ionethTF), tfcli.Build(ctx, provider.binary(), ""),
		smallest.configure(smallestTF), tfcli.Build(ctx, smallest.binary(), "/internal/bench/smallest"))
	if err != nil || baseline == "" {
		return []*subject{provider, smallest}, err
	}
	other := &subject{name: "baseline", provider: "ioneth", dir: filepath.Join(dir, "baseline")}
	path, err := filepath.Abs(baseline)
	return []*subject{provider, smallest, other}, errors.Join(err, other.configure(ionethTF), os.Symlink(path, other.binary()))
}
