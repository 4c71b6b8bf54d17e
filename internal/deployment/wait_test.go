package deployment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// create buys the deployment of testSpec.
func (s *testService) create() string {
	s.t.Helper()
	id, err := s.Create(s.ctx, testSpec())
	noError(s.t, err)
	return id
}

func TestWait_runningThenURLs(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	waited := s.elapsed(func() {
		d, err := s.Wait(s.within(45*time.Minute), id, true)
		noError(t, err)
		wantEqual(t, "status", d.Status, caas.StatusRunning)
		wantEqual(t, "containers", len(d.Containers), 1)
		wantEqual(t, "has a URL", d.Containers[0].PublicURL != "", true)
		wantEqual(t, "unread", len(d.Unread), 0)
		wantEqual(t, "paid hours", d.PaidHours, 24)
	})
	wantWaited(t, waited, 2*time.Minute, 2*time.Minute+20*time.Second)
}

func TestWait_notForRunning(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	waited := s.elapsed(func() {
		d, err := s.Wait(s.ctx, id, false)
		noError(t, err)
		wantEqual(t, "status", d.Status, caas.StatusRequested)
		wantEqual(t, "unread", len(d.Unread), 0)
	})
	wantEqual(t, "waited", waited, 0)
}

// duringWait calls f after the API's fourth answer to the request of a path.
func (s *testService) duringWait(path string, f func(id string)) {
	s.api.Inject(caastest.Fault{Method: "GET", Path: path, Skip: 3, AfterWork: true, Do: func() {
		d, _ := s.api.ByName("vllm")
		f(d.ID)
	}})
}

// TestWait_ends shows what ends a wait before the deployment runs. One that has
// completed has run.
func TestWait_ends(t *testing.T) {
	const details = "/deployment/{}"
	for name, test := range map[string]struct {
		setup  func(*testService)
		want   error
		status caas.Status // read last
		events bool        // are read for the error
	}{
		"failed":      {func(s *testService) { s.api.FailNext("image not found") }, deployment.ErrFailed, caas.StatusFailed, true},
		"timeout":     {func(s *testService) { s.api.StallNext("pulling") }, deployment.ErrTimeout, caas.StatusRequested, true},
		"interrupted": {func(s *testService) { s.duringWait(details, func(string) { s.cancel() }) }, deployment.ErrInterrupted, caas.StatusRequested, false},
		"destroyed elsewhere": {func(s *testService) {
			s.duringWait(details, func(id string) { s.edit(id, caastest.StatusTerminating) })
		}, deployment.ErrEnded, caas.StatusDestroyed, true},
		"unknown to the API": {func(s *testService) {
			s.duringWait(details, s.api.Forget)
		}, deployment.ErrNotFound, caas.StatusRequested, false},
		"completed": {func(s *testService) {
			s.duringWait(details, func(id string) { s.edit(id, caastest.StatusCompleted) })
		}, nil, caas.StatusCompleted, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			test.setup(s)
			id := s.create()
			d, err := s.Wait(s.within(45*time.Minute), id, true)
			wantError(t, err, test.want)
			wantEqual(t, "status", d.Status, test.status)
			wantEqual(t, "events", len(d.Containers) > 0 && len(d.Containers[0].Events) > 1, test.events)
		})
	}
}

// TestWait_notFoundAtFirst shows that a 404 right after the purchase means "not
// yet", for two minutes, and later that the deployment is missing, unless the list
// has it.
func TestWait_notFoundAtFirst(t *testing.T) {
	for name, test := range map[string]struct {
		times        int
		listed       bool
		missing      bool
		contradicted bool // by the list
	}{
		"for a minute":             {20, true, false, false},
		"for good, and not listed": {-1, false, true, false},
		"for good, and listed":     {-1, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.create()
			s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: test.times, Status: 404})
			if !test.listed {
				s.api.Forget(id)
			}
			waited := s.elapsed(func() {
				_, err := s.Wait(s.within(45*time.Minute), id, true)
				wantEqual(t, "error", err != nil, test.times < 0)
				wantEqual(t, "missing", errors.Is(err, deployment.ErrNotFound), test.missing)
				wantEqual(t, "contradicted", errors.As(err, new(*deployment.StillListedError)), test.contradicted)
			})
			wantEqual(t, "the grace is over", waited >= 2*time.Minute, true)
		})
	}
}

// TestWait_runningWithoutContainersIsNoError shows that nothing fails a create once
// the deployment runs: an error taints it, and its replacement is paid for.
func TestWait_runningWithoutContainersIsNoError(t *testing.T) {
	for name, fault := range map[string]caastest.Fault{
		"404": {Status: 404, Times: -1}, "500": {Status: 500, Times: -1}, "404 for a while": {Status: 404, Times: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.create()
			fault.Method, fault.Path = "GET", "/deployment/{}/containers"
			s.api.Inject(fault)
			d, err := s.Wait(s.within(45*time.Minute), id, true)
			noError(t, err)
			wantEqual(t, "status", d.Status, caas.StatusRunning)
			wantEqual(t, "containers read", len(d.Containers) == 1 && len(d.Unread) == 0, fault.Times > 0)
			wantEqual(t, "containers unread", d.Containers == nil && len(d.Unread) == 1, fault.Times < 0)
			wantWaited(t, s.Now().Sub(d.CreatedAt.Time), 2*time.Minute, 4*time.Minute)
		})
	}
}

// TestWait_noURLIsNoError lets the wait for the public URLs end in every way.
func TestWait_noURLIsNoError(t *testing.T) {
	noURL := caastest.Timings{Provision: time.Minute, URL: 1000 * time.Hour, Terminate: time.Second}
	const containers = "/deployment/{}/containers"
	for name, test := range map[string]struct {
		setup  func(*testService)
		status caas.Status
		reason string
	}{
		"timeout":     {func(*testService) {}, caas.StatusRunning, "timed out"},
		"interrupted": {func(s *testService) { s.duringWait(containers, func(string) { s.cancel() }) }, caas.StatusRunning, "interrupted"},
		"failed afterwards": {func(s *testService) {
			s.duringWait(containers, func(id string) { s.edit(id, caastest.StatusFailed) })
		}, caas.StatusFailed, `"failed"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Timings: noURL})
			test.setup(s)
			id := s.create()
			d, err := s.Wait(s.within(45*time.Minute), id, true)
			noError(t, err)
			wantEqual(t, "status", d.Status, test.status)
			wantEqual(t, "ends at is shown", !d.EndsAt.IsZero(), test.status == caas.StatusRunning)
			if len(d.Unread) != 1 || !strings.Contains(d.Unread[0].Error(), test.reason) {
				t.Errorf("unread: %v, want %q in it", d.Unread, test.reason)
			}
		})
	}
}

// TestWait_rejectedCredential shows that a credential that expires ends the wait
// with what is known of the deployment, after half a minute.
func TestWait_rejectedCredential(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 2, Times: -1, Status: 401})
	waited := s.elapsed(func() {
		d, err := s.Wait(s.within(45*time.Minute), id, true)
		wantEqual(t, "unauthorized", caas.IsUnauthorized(err), true)
		wantEqual(t, "status", d.Status, caas.StatusRequested)
	})
	wantWaited(t, waited, 30*time.Second, time.Minute)
}

func TestWait_strayRejection(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	for skip := range 12 { // for more than half a minute, with successes in between
		s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 2 * skip, Status: 401})
	}
	d, err := s.Wait(s.within(45*time.Minute), id, true)
	noError(t, err)
	wantEqual(t, "status", d.Status, caas.StatusRunning)
}

func TestWait_unknownStatusIsNoEnd(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	s.api.Inject(caastest.Fault{
		Method: "GET", Path: "/deployment/{}", Times: 5, Body: `{"data": {"id": "` + id + `", "status": "UPDATE REQUESTED"}}`,
	})
	d, err := s.Wait(s.within(45*time.Minute), id, true)
	noError(t, err)
	wantEqual(t, "status", d.Status, caas.StatusRunning)
}

// TestWait_hangingRequestEndsWithTheOperation shows that no request outlives the
// timeout of its operation.
func TestWait_hangingRequestEndsWithTheOperation(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Hang: true, Do: func() { s.clock.Advance(time.Minute) }})
	waited := s.elapsed(func() {
		d, err := s.Wait(s.within(10*time.Minute), id, true)
		wantError(t, err, deployment.ErrTimeout)
		wantEqual(t, "nothing was read", d == nil, true)
		wantEqual(t, "the context's own error is hidden", errors.Is(err, context.Canceled), false)
	})
	wantWaited(t, waited, 10*time.Minute, 11*time.Minute)
}
