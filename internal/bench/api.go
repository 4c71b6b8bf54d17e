package main

import (
	"context"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// atOnce lets a deployment run as soon as it is made, and end as soon as it is
// told to. A phase of no time at all would get the mock's default.
var atOnce = caastest.Timings{Provision: time.Nanosecond, URL: time.Nanosecond, Terminate: time.Nanosecond}

// token is what only the mock takes for a credential.
const token = "bench-token"

// newAPI starts a mock that answers at once and has room for all deployments. It
// does not hold what it is sent against the contract: tests do, and it would
// take more time than the provider. It ends with ctx at the latest.
func newAPI(ctx context.Context, clock caastest.Clock, timings caastest.Timings) (*caastest.Server, error) {
	api, err := caastest.New( //nolint:contextcheck // it is closed below
		caastest.Options{Clock: clock, Token: token, Timings: timings, AbsentContract: true})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, api.Close)
	for _, location := range []int{1, 2} {
		api.SetReplicas(203, location, 1<<20)
	}
	return api, nil
}

// withAPI measures something with a fresh mock behind our provider and nothing
// applied yet.
func (b *bench) withAPI(ctx context.Context, measure func(*caastest.Server) error) error {
	api, err := newAPI(ctx, nil, atOnce)
	if err != nil {
		return err
	}
	defer api.Close()
	if err := b.ours.reset(); err != nil {
		return err
	}
	b.ours.extra = []string{"IONETH_ENDPOINT=" + api.URL(), "IONETH_TOKEN=" + token}
	return measure(api)
}
