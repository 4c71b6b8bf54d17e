package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	latency     = 100 * time.Millisecond
	parallelism = 40
	// mostOverLimit is how far a run may be over the least that it can take.
	mostOverLimit = 1.15
)

// latency is part (b): a refresh with an API that takes its time, against the
// least that it can take.
func (b *bench) latency(ctx context.Context) (lines []line, err error) {
	n := b.scale.slow
	err = b.withAPI(ctx, func(api *caastest.Server) error {
		if _, err := b.ours.run(ctx, "apply", "-auto-approve", instances(n)); err != nil {
			return err
		}
		refresh := []string{"plan", "-refresh-only", fmt.Sprintf("-parallelism=%d", parallelism), instances(n)}
		var took pairs
		var calls []caastest.Request
		for range b.scale.runs {
			api.SetLatency(0)
			none, err := b.ours.run(ctx, refresh...)
			if err != nil {
				return err
			}
			api.SetLatency(latency)
			api.ResetJournal()
			slow, err := b.ours.run(ctx, refresh...)
			if err != nil {
				return err
			}
			calls = api.Requests()
			waiting := time.Duration(len(calls)) * latency / parallelism
			b.say("  refresh of %d: %v at once, %v with latency", n, none.wall, slow.wall)
			took.add(slow.wall.Seconds(), (none.wall + waiting).Seconds())
		}
		lines = append(lines, took.line(fmt.Sprintf("refresh of %d at %v and parallelism %d", n, latency, parallelism),
			"at once + calls × latency ÷ parallelism ", seconds, mostOverLimit))
		lines = append(lines, refreshLines(n, api)...)
		return nil
	})
	return lines, err
}

// refreshLines hold the calls of the journal's refresh of n deployments against
// what it needs.
func refreshLines(n int, api *caastest.Server) []line {
	details, containers := api.Calls("GET", "/deployment/{}"), api.Calls("GET", "/deployment/{}/containers")
	lists := len(api.Calls("GET", "/deployments"))
	perOne := float64(len(api.Requests())-lists) / float64(n)

	asked := map[string]time.Time{}
	for _, call := range details {
		asked[call.Path+"/containers"] = call.At
	}
	var apart []float64
	for _, call := range containers {
		apart = append(apart, call.At.Sub(asked[call.Path]).Abs().Seconds())
	}
	connections := map[string]bool{}
	for _, call := range api.Requests() {
		connections[call.Conn] = true
	}
	pages := max((n+99)/100, 1)
	return []line{
		{what: "calls per refreshed deployment", measured: fmt.Sprintf("%.2f", perOne), against: "2", ratio: perOne / 2, most: 1},
		{what: "calls for the list of names, shared", measured: fmt.Sprintf("%d pages", lists), against: fmt.Sprintf("%d of 100", pages),
			ratio: float64(lists) / float64(pages), most: 1},
		{what: "time between the two calls of a refresh", measured: seconds(median(apart)), against: "latency " + seconds(latency.Seconds()),
			ratio: median(apart) / latency.Seconds(), most: 1},
		{what: "connections opened", measured: fmt.Sprint(len(connections)), against: fmt.Sprintf("2 × %d", parallelism),
			ratio: float64(len(connections)) / (2 * parallelism), most: 1},
	}
}
