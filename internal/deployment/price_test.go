package deployment_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// TestPrice_asksOnce shows that a plan asks each question once: only successes are
// kept.
func TestPrice_asksOnce(t *testing.T) {
	s := newService(t, caastest.Options{})
	p := testSpec().Purchase()
	s.api.Inject(caastest.Fault{Path: "/price", Status: 400})
	_, err := s.Price(s.ctx, p)
	wantEqual(t, "failed", err == nil, false)
	p.Name, p.DeploymentID = "other", "id" // they have no influence on the price
	for range 3 {
		cost, err := s.Price(s.ctx, p)
		noError(t, err)
		wantEqual(t, "cost", cost, 24*8*2.49)
	}
	wantEqual(t, "requests", s.api.Count("GET", "/price"), 2)
	for _, change := range []func(*deployment.Purchase){
		func(p *deployment.Purchase) { p.Hours++ }, func(p *deployment.Purchase) { p.Replicas++ },
		func(p *deployment.Purchase) { p.LocationIDs = []int64{2} }, func(p *deployment.Purchase) { p.HardwareID = 204 },
	} {
		other := p
		change(&other)
		_, err := s.Price(s.ctx, other)
		noError(t, err)
	}
	wantEqual(t, "requests", s.api.Count("GET", "/price"), 6)
}

func TestPrice_concurrentCallersShareOneRequest(t *testing.T) {
	s := newService(t, caastest.Options{})
	asked, release := make(chan struct{}), make(chan struct{})
	s.api.Inject(caastest.Fault{Path: "/price", Do: func() { close(asked); <-release }})
	var group sync.WaitGroup
	call := func(ctx context.Context) {
		if _, err := s.Price(ctx, testSpec().Purchase()); err != nil {
			t.Error(err)
		}
	}
	first, cancel := context.WithCancel(s.ctx)
	group.Go(func() {
		_, err := s.Price(first, testSpec().Purchase())
		wantEqual(t, "interrupted", err == deployment.ErrInterrupted, true) //nolint:errorlint // it is the error itself
	})
	<-asked
	for range 5 {
		group.Go(func() { call(s.ctx) })
	}
	cancel() // the others go on without the caller that has started the request
	close(release)
	group.Wait()
	wantEqual(t, "requests", s.api.Count("GET", "/price"), 1)
}

func TestPrice_noAnswerWithinHalfAMinute(t *testing.T) {
	s := newService(t, caastest.Options{})
	s.api.Inject(caastest.Fault{Path: "/price", Times: -1, Hang: true, Do: func() { s.clock.Advance(time.Minute) }})
	waited := s.elapsed(func() {
		_, err := s.Price(s.ctx, testSpec().Purchase())
		wantEqual(t, "failed", err == nil, false)
	})
	wantEqual(t, "waited", waited, time.Minute)
}

func TestPurchase_String(t *testing.T) {
	spec := testSpec()
	spec.Replicas, spec.Hours = 2, 1
	for want, p := range map[string]deployment.Purchase{
		`"vllm": 16 GPUs for 1 hour`: spec.Purchase(), `1 more hour for "vllm"`: spec.Extension("id", 1),
		`2 more hours for "id"`: {DeploymentID: "id", Hours: 2},
	} {
		wantEqual(t, "text", p.String(), want)
	}
}
