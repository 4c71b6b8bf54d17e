package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// notice is part (e): how long after a deployment runs the provider has noticed,
// against a tenth of the time waited, at least 1 s. All is on a fake clock, in
// this process; the line shows the worst of many waits.
func (b *bench) notice(ctx context.Context) ([]line, error) {
	worst := line{what: "from running to noticed", most: 1}
	for waited := 500 * time.Millisecond; waited < 40*time.Minute; waited += waited/5 + 700*time.Millisecond {
		late, err := noticed(ctx, waited)
		if err != nil {
			return nil, err
		}
		limit := max(waited/10, time.Second)
		if ratio := late.Seconds() / limit.Seconds(); ratio > worst.ratio {
			worst.what = fmt.Sprintf("from running to noticed, the worst of all waits up to 40 min: after %v", waited.Round(time.Second))
			worst.measured, worst.against, worst.ratio = seconds(late.Seconds()), "a tenth, at least 1 s: "+seconds(limit.Seconds()), ratio
		}
	}
	return []line{worst}, nil
}

// noticed creates a deployment that runs after the time given, and returns how
// much later the create returned.
func noticed(ctx context.Context, waited time.Duration) (time.Duration, error) {
	clock := caastest.NewFakeClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	api, err := newAPI(ctx, clock, caastest.Timings{Provision: waited, URL: time.Nanosecond, Terminate: time.Nanosecond})
	if err != nil {
		return 0, err
	}
	defer api.Close()
	p, err := connect(ctx, clock, api.URL())
	if err != nil {
		return 0, err
	}
	if err := p.create(ctx, "bench"); err != nil {
		return 0, err
	}
	made, ok := api.ByName("bench")
	if !ok || made.Status != caastest.StatusRunning {
		return 0, fmt.Errorf("after a wait of %v the deployment is %q", waited, made.Status)
	}
	return clock.Now().Sub(made.Started), nil
}
