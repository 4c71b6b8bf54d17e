// Command demo shows the provider at work, on a mock of the API: nothing is
// bought, and no account is needed. It builds the provider, runs terraform init,
// plan, apply and destroy, and checks after each of them what the mock received.
// It fails at the first thing that is not as expected.
//
//	go run ./internal/demo [-keep]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// step is one part of the demo. It fails when anything is not as expected.
type step struct {
	title string
	run   func(*demo, context.Context) error
}

var steps = []step{
	{"Terraform, the provider and a mock of the API", (*demo).prepare},
	{"Install the provider", (*demo).install},
	{"A wrong number of GPUs is an error before any request", reject("gpus_per_container", "4", "gpus_per_container must be 8")},
	{"So is an empty list of arguments", reject("args", "[]", "args must have at least one item")},
	{"Plan a deployment", (*demo).plan},
	{"Deploy, and wait until the service answers", (*demo).apply},
	{"Open its public URL", (*demo).open},
	{"Plan again: nothing to do", (*demo).planAgain},
	{"13 hours later: renew it before its 24 hours expire", (*demo).renew},
	{"Replace it without downtime", (*demo).replace},
}

func main() {
	keep := flag.Bool("keep", false, "leave the deployment, the folder and the mock in place until Ctrl-C, to try commands by hand")
	flag.Parse()
	last := step{"Destroy", (*demo).destroy}
	if *keep {
		last = step{"Continue by hand", (*demo).printCommands}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, &printer{os.Stdout, isTerminal(os.Stdout)}, os.TempDir(), append(steps, last))
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\ndemo: %v\n", err)
		os.Exit(1)
	}
}

// run runs the steps in a new folder below temp, which it removes at the end.
func run(ctx context.Context, show *printer, temp string, steps []step) (err error) {
	begin := time.Now()
	d, err := newDemo(show, temp)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.remove()) }()
	for i, s := range steps {
		show.heading(fmt.Sprintf("%d. %s", i+1, s.title))
		if err := s.run(d, ctx); err != nil {
			if ctx.Err() != nil {
				return errors.New("interrupted; the mock is stopped and its folder removed")
			}
			return fmt.Errorf("step %d (%s): %w", i+1, s.title, err)
		}
	}
	show.heading(fmt.Sprintf("Everything as expected, in %.0f s. Nothing is left behind.", time.Since(begin).Seconds()))
	return nil
}
