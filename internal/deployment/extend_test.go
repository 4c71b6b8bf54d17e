package deployment_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// extendBy returns a change of the total hours.
func extendBy(hours int64) func(*deployment.Spec) {
	return func(spec *deployment.Spec) { spec.Hours += hours }
}

// bought returns the hours that were bought by extensions.
func (s *testService) bought() int {
	hours := 0
	for _, body := range s.api.Bodies("POST", "/deployment/{}/extend") {
		n, _ := body["duration_hours"].(float64)
		hours += int(n)
	}
	return hours
}

// TestUpdate_buysMissingHours shows how many hours an extension to 30 hours buys:
// those that are neither in the state nor returned by the API.
func TestUpdate_buysMissingHours(t *testing.T) {
	for name, test := range map[string]struct {
		returned int   // by the API; 0: it returns no minutes
		known    int64 // by the state
		bought   int
		total    int64
	}{
		"as planned":                      {24, 24, 6, 30},
		"hours bought elsewhere":          {28, 24, 2, 30},
		"more bought elsewhere":           {48, 24, 0, 48},
		"the API shows an extension late": {24, 30, 0, 30},
		"the API returns no minutes":      {0, 24, 6, 30},
		"the state knows nothing":         {24, 0, 6, 30},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Format: caastest.Format{OmitMinutes: test.returned == 0}})
			id := s.add(func(d *caastest.Deployment) { d.DurationHours = test.returned })
			before, want := s.before(id), testSpec()
			before.PaidHours, want.Hours = test.known, 30
			_, applied, err := s.Update(s.ctx, id, want, deployment.Change{Extend: true}, before, true)
			noError(t, err)
			wantEqual(t, "bought", s.bought(), test.bought)
			wantEqual(t, "total", applied.PaidHours, test.total)
		})
	}
}

func TestUpdate_extendsNothingThatHasEnded(t *testing.T) {
	s := newService(t, caastest.Options{NeverTerminate: true})
	id := s.add(withStatus(caastest.StatusTerminating))
	d, applied, err := s.update(id, extendBy(6))
	wantError(t, err, deployment.ErrEnded)
	wantEqual(t, "applied", applied, deployment.Applied{})
	wantEqual(t, "status", d.Status, caas.StatusTerminationRequested)
	s.wantCalls()
}

// TestExtend_successIsFinal shows that a 2xx answer is never taken for a failure,
// whatever it holds and however late the hours show.
func TestExtend_successIsFinal(t *testing.T) {
	for name, fault := range map[string]caastest.Fault{
		"hours shown late": {}, "gateway's page": {AfterWork: true, Body: "<html>", Status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Timings: caastest.Timings{ShowExtended: time.Hour}})
			id := s.add(nil)
			fault.Method, fault.Path = "POST", "/deployment/{}/extend"
			s.api.Inject(fault)
			total, err := s.Extend(s.ctx, testSpec().Extension(id, 6), 24)
			noError(t, err)
			wantEqual(t, "total", total, 30)
			wantEqual(t, "reads", s.api.Count("GET", ""), 0)
		})
	}
}

func TestExtend_lostAnswer(t *testing.T) {
	performed, lost := caastest.Fault{AfterWork: true, Reset: true}, caastest.Fault{Reset: true}
	cancel := func(s *testService) { s.cancel() }
	for name, test := range map[string]struct {
		fault     caastest.Fault
		shown     time.Duration      // when the API shows the new hours
		during    func(*testService) // the request
		confirmed bool
		min, max  time.Duration
	}{
		"performed":                  {performed, 0, nil, true, 0, time.Second},
		"shown later":                {performed, time.Minute, nil, true, time.Minute, 70 * time.Second},
		"shown too late":             {performed, time.Hour, nil, false, 2 * time.Minute, 3 * time.Minute},
		"not performed":              {lost, 0, nil, false, 2 * time.Minute, 3 * time.Minute},
		"unreadable":                 {performed, 0, func(s *testService) { s.fail("GET", "/deployment/{}", 500) }, false, 2 * time.Minute, 3 * time.Minute},
		"interrupted, performed":     {performed, 0, cancel, true, 0, time.Second},
		"interrupted, not performed": {lost, 0, cancel, false, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Timings: caastest.Timings{ShowExtended: test.shown}})
			id := s.add(nil)
			test.fault.Method, test.fault.Path = "POST", "/deployment/{}/extend"
			if test.during != nil {
				test.fault.Do = func() { test.during(s) }
			}
			s.api.Inject(test.fault)
			waited := s.elapsed(func() {
				total, err := s.Extend(s.within(30*time.Minute), testSpec().Extension(id, 6), 24)
				wantEqual(t, "total", total, 30)
				if test.confirmed {
					noError(t, err)
				} else {
					lookup := wantErrorAs[*deployment.UnconfirmedError](t, err).Lookup
					wantEqual(t, "the lookup was interrupted", errors.Is(lookup, deployment.ErrInterrupted), strings.HasPrefix(name, "interrupted"))
				}
			})
			wantWaited(t, waited, test.min, test.max)
			wantEqual(t, "requests", s.api.Count("POST", ""), 1)
		})
	}
}

// TestExtend_lostAnswerWithoutTotal shows that hours which were not known before
// confirm nothing.
func TestExtend_lostAnswerWithoutTotal(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	s.api.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Reset: true})
	_, err := s.Extend(s.ctx, testSpec().Extension(id, 6), 0)
	_ = wantErrorAs[*deployment.UnconfirmedError](t, err)
}

func TestExtend_buysNothing(t *testing.T) {
	cheap := 6*8*2.49 - 0.01
	for name, test := range map[string]struct {
		balance float64
		status  int // of the answer, in place of the API's
		budget  *float64
		is      func(error) bool
	}{
		"rejected":   {0, 400, nil, caas.IsRejected},
		"no credits": {1, 0, nil, func(err error) bool { return errors.Is(err, deployment.ErrNoCredits) }},
		"over the budget": {0, 0, &cheap, func(err error) bool {
			return strings.Contains(err.Error(), `6 more hours for "vllm" costs 119.52 USDC`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Balance: test.balance})
			id := s.add(nil)
			if test.status != 0 {
				s.fail("POST", "/deployment/{}/extend", test.status)
			}
			spec := testSpec()
			spec.MaxCost = test.budget
			_, err := s.Extend(s.ctx, spec.Extension(id, 6), 24)
			wantEqual(t, "error as expected: "+err.Error(), test.is(err), true)
			wantEqual(t, "paid", s.api.TotalPaid(), 0)
			wantEqual(t, "lookups", s.api.Count("GET", "/deployment/{}"), 0)
		})
	}
}
