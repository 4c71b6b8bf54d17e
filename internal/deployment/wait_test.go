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
	for name, format := range map[string]caastest.Format{"documented": {}, "upper case": {UpperStatus: true}} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Format: format})
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
		})
	}
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

// TestWait_endsWithError shows what ends a wait before the deployment runs.
func TestWait_endsWithError(t *testing.T) {
	for name, test := range map[string]struct {
		setup  func(*testService)
		want   error
		status caas.Status // read last
		events bool        // are read for the error
	}{
		"failed":  {func(s *testService) { s.api.FailNext("image not found") }, deployment.ErrFailed, caas.StatusFailed, true},
		"timeout": {func(s *testService) { s.api.StallNext("pulling") }, deployment.ErrTimeout, caas.StatusRequested, true},
		"interrupted": {func(s *testService) {
			s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 3, AfterWork: true, Do: s.cancel})
		}, deployment.ErrInterrupted, caas.StatusRequested, false},
		"destroyed elsewhere": {func(s *testService) {
			s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 3, AfterWork: true, Do: func() {
				d, _ := s.api.ByName("vllm")
				s.api.Edit(d.ID, func(d *caastest.Deployment) { d.Status = caastest.StatusTerminating })
			}})
		}, deployment.ErrEnded, caas.StatusDestroyed, true},
		"unknown to the API": {func(s *testService) {
			s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 3, AfterWork: true, Do: func() {
				d, _ := s.api.ByName("vllm")
				s.api.Forget(d.ID)
			}})
		}, deployment.ErrNotFound, caas.StatusRequested, false},
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
// yet", for two minutes.
func TestWait_notFoundAtFirst(t *testing.T) {
	for name, test := range map[string]struct {
		times int
		want  error
	}{"for a minute": {20, nil}, "for good, and not listed": {-1, deployment.ErrNotFound}} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.create()
			s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: test.times, Status: 404})
			if test.want != nil {
				s.api.Forget(id)
			}
			waited := s.elapsed(func() {
				_, err := s.Wait(s.within(45*time.Minute), id, true)
				wantError(t, err, test.want)
			})
			wantEqual(t, "the grace is over", waited >= 2*time.Minute, true)
		})
	}
}

// TestWait_notFoundAndListed shows that a deployment that the list has is not said
// to be missing.
func TestWait_notFoundAndListed(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	s.fail("GET", "/deployment/{}", 404)
	_, err := s.Wait(s.within(45*time.Minute), id, true)
	_ = wantErrorAs[*deployment.StillListedError](t, err)
	wantEqual(t, "not found", errors.Is(err, deployment.ErrNotFound), false)
}

// TestWait_runningWithoutContainersIsNoError shows that nothing fails a create once
// the deployment runs: an error taints it, and its replacement is paid for.
func TestWait_runningWithoutContainersIsNoError(t *testing.T) {
	for _, status := range []int{401, 404, 500} {
		s := newService(t, caastest.Options{})
		id := s.create()
		s.fail("GET", "/deployment/{}/containers", status)
		d, err := s.Wait(s.within(45*time.Minute), id, true)
		noError(t, err)
		wantEqual(t, "status", d.Status, caas.StatusRunning)
		wantEqual(t, "containers unread", d.Containers == nil && len(d.Unread) == 1, true)
		wantWaited(t, s.Now().Sub(d.CreatedAt.Time), 2*time.Minute, 4*time.Minute)
	}
}

func TestWait_containersUnreadableForAWhile(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/containers", Times: 3, Status: 404})
	d, err := s.Wait(s.within(45*time.Minute), id, true)
	noError(t, err)
	wantEqual(t, "read", len(d.Containers) == 1 && len(d.Unread) == 0, true)
}

// TestWait_noURLIsNoError lets the wait for the public URLs end in every way.
func TestWait_noURLIsNoError(t *testing.T) {
	noURL := caastest.Timings{Provision: time.Minute, URL: 1000 * time.Hour, Terminate: time.Second}
	edit := func(s *testService, status string) {
		s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/containers", Skip: 3, AfterWork: true, Do: func() {
			d, _ := s.api.ByName("vllm")
			s.api.Edit(d.ID, func(d *caastest.Deployment) { d.Status = status })
		}})
	}
	for name, test := range map[string]struct {
		setup  func(*testService)
		status caas.Status
		reason string
	}{
		"timeout": {func(*testService) {}, caas.StatusRunning, "timed out"},
		"interrupted": {func(s *testService) {
			s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/containers", AfterWork: true, Do: s.cancel})
		}, caas.StatusRunning, "interrupted"},
		"failed afterwards":    {func(s *testService) { edit(s, caastest.StatusFailed) }, caas.StatusFailed, `"failed"`},
		"completed afterwards": {func(s *testService) { edit(s, caastest.StatusCompleted) }, caas.StatusCompleted, `"completed"`},
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

func TestWait_completedMeanwhile(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.create()
	s.api.Edit(id, func(d *caastest.Deployment) { d.Status = caastest.StatusCompleted })
	d, err := s.Wait(s.within(45*time.Minute), id, true)
	noError(t, err)
	wantEqual(t, "status", d.Status, caas.StatusCompleted)
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
