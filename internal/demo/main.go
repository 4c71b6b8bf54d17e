// Command demo shows the provider at work, on a mock of the API: nothing is
// bought, and no account is needed. It finds or downloads Terraform, builds the
// provider, runs terraform init, plan, apply and destroy, and after each of them
// asks the mock whether it saw what it should have seen. It fails at the first
// thing that is not as it should be.
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
	do    func(*demo, context.Context) error
}

// story returns the steps of the demo. With keep it ends with the deployment
// running, for the reader to continue with.
func story(keep bool) []step {
	steps := []step{
		{"Terraform, the provider and a mock of the API", (*demo).prepare},
		{"Install the provider", (*demo).initialise},
		{"A wrong number of GPUs is an error before any request", (*demo).rejectFourGPUs},
		{"So is an empty list of arguments", (*demo).rejectEmptyArgs},
		{"Plan a deployment", (*demo).plan},
		{"Deploy, and wait until the service answers", (*demo).apply},
		{"Open its public URL", (*demo).open},
		{"Plan again: nothing to do", (*demo).planAgain},
		{"13 hours later: renew it before its 24 hours expire", (*demo).renew},
		{"Replace it without downtime", (*demo).replace},
	}
	if keep {
		return append(steps, step{"Continue by hand", (*demo).printCommands})
	}
	return append(steps, step{"Destroy", (*demo).destroy})
}

func main() {
	keep := flag.Bool("keep", false, "leave the deployment, the folder and the mock in place until Ctrl-C, to try commands of one's own")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, newPrinter(os.Stdout, coloured(os.Stdout)), os.TempDir(), *keep)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\ndemo: %v\n", err)
		os.Exit(1)
	}
}

// run runs the steps in a new folder below temp, and leaves nothing behind.
func run(ctx context.Context, show *printer, temp string, keep bool) (err error) {
	begin := time.Now()
	d, err := newDemo(show, temp) //nolint:contextcheck // the mock ends with remove, after the context
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.remove()) }()
	for i, s := range story(keep) {
		show.heading(i+1, s.title)
		if err := s.do(d, ctx); err != nil {
			if ctx.Err() != nil {
				return errors.New("interrupted; the mock is stopped and its folder removed")
			}
			return fmt.Errorf("step %d (%s): %w", i+1, s.title, err)
		}
	}
	if !keep {
		show.heading(0, fmt.Sprintf("Everything as expected, in %.0f s. Nothing is left behind.", time.Since(begin).Seconds()))
	}
	return nil
}
