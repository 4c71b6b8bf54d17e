package deployment_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// TestDestroy shows for each state of a deployment whether its termination is
// requested, and how long the destroy waits.
func TestDestroy(t *testing.T) {
	for name, test := range map[string]struct {
		options  caastest.Options
		status   string
		deletes  int
		last     caas.Status
		min, max time.Duration
	}{
		"running":               {caastest.Options{}, caastest.StatusRunning, 1, caas.StatusDestroyed, 20 * time.Second, 30 * time.Second},
		"failed":                {caastest.Options{EndedKeepNames: true}, caastest.StatusFailed, 1, caas.StatusDestroyed, 20 * time.Second, 30 * time.Second},
		"failed, status stays":  {caastest.Options{}, caastest.StatusFailed, 1, caas.StatusFailed, 30 * time.Second, 40 * time.Second},
		"completed":             {caastest.Options{}, caastest.StatusCompleted, 0, caas.StatusCompleted, 0, 0},
		"destroyed":             {caastest.Options{}, caastest.StatusDestroyed, 0, caas.StatusDestroyed, 0, 0},
		"termination requested": {caastest.Options{}, caastest.StatusTerminating, 0, caas.StatusDestroyed, 20 * time.Second, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			id := s.add(withStatus(test.status))
			waited := s.elapsed(func() {
				last, err := s.Destroy(s.within(20*time.Minute), id, "vllm")
				noError(t, err)
				wantEqual(t, "last status", last, test.last)
			})
			wantEqual(t, "requests", s.api.Count("DELETE", "/deployment/{}"), test.deletes)
			wantWaited(t, waited, test.min, test.max)
			if test.last == caas.StatusCompleted { // it had ended before
				id = ""
			}
			wantEqual(t, "destroyed", s.Destroyed("vllm"), id)
		})
	}
}

// TestDestroy_faults shows what a destroy survives.
func TestDestroy_faults(t *testing.T) {
	const details = "/deployment/{}"
	status := func(status string) func(*testService, string) {
		return func(s *testService, id string) { s.edit(id, status) }
	}
	forget := func(s *testService, id string) { s.api.Forget(id) }
	for name, test := range map[string]struct {
		fault  caastest.Fault
		during func(s *testService, id string) // the request that it hits
	}{
		"forgotten by the API":           {caastest.Fault{Method: "GET", Path: details}, forget},
		"forgotten before the request":   {caastest.Fault{Method: "DELETE", Status: 404}, forget},
		"forgotten after the request":    {caastest.Fault{Method: "DELETE", AfterWork: true}, forget},
		"unknown and listed for a while": {caastest.Fault{Method: "GET", Path: details, Skip: 2, Times: -1, Status: 404}, nil},
		"unreadable for a while":         {caastest.Fault{Method: "GET", Path: details, Skip: 2, Times: 20, Status: 503}, nil},
		"busy":                           {caastest.Fault{Method: "DELETE", Times: 20, Status: 409}, nil},
		"every answer lost":              {caastest.Fault{Method: "DELETE", Times: -1, Status: 502, AfterWork: true}, nil},
		"rejected because it is ending":  {caastest.Fault{Method: "DELETE", Status: 400}, status(caastest.StatusTerminating)},
		"rejected because it has ended":  {caastest.Fault{Method: "DELETE", Status: 400}, status(caastest.StatusCompleted)},
		"rejected because it has failed": {caastest.Fault{Method: "DELETE", Times: -1, Status: 400}, status(caastest.StatusFailed)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.add(nil)
			if test.during != nil {
				test.fault.Do = func() { test.during(s, id) }
			}
			s.api.Inject(test.fault)
			_, err := s.Destroy(s.within(20*time.Minute), id, "vllm")
			noError(t, err)
			d, _ := s.api.Deployment(id)
			wantEqual(t, "ended", d.Ended() || strings.HasPrefix(name, "forgotten"), true)
		})
	}
}

// TestDestroy_error shows that a deployment that may run on is never said to be
// destroyed.
func TestDestroy_error(t *testing.T) {
	busy := caastest.Fault{Method: "DELETE", Times: -1, Status: http.StatusLocked}
	for name, test := range map[string]struct {
		options caastest.Options
		fault   caastest.Fault
		is      func(error) bool
		last    caas.Status
	}{
		"busy until the timeout": {caastest.Options{}, busy, func(err error) bool {
			return errors.Is(err, deployment.ErrTimeout) && caas.IsBusy(err)
		}, caas.StatusRunning},
		"rejected":     {caastest.Options{}, caastest.Fault{Method: "DELETE", Times: -1, Status: 400}, caas.IsRejected, caas.StatusRunning},
		"unauthorized": {caastest.Options{}, caastest.Fault{Method: "DELETE", Times: -1, Status: 401}, caas.IsUnauthorized, caas.StatusRunning},
		"500":          {caastest.Options{}, caastest.Fault{Method: "DELETE", Times: -1, Status: 500}, caas.IsTransient, caas.StatusRunning},
		"unreadable":   {caastest.Options{}, caastest.Fault{Method: "GET", Times: -1, Status: 500}, caas.IsTransient, ""},
		"unknown and listed as live": {caastest.Options{}, caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Status: 404}, func(err error) bool {
			return errors.As(err, new(*deployment.StillListedError))
		}, ""},
		"does not end": {caastest.Options{NeverTerminate: true}, caastest.Fault{Times: -1}, func(err error) bool {
			return errors.Is(err, deployment.ErrTimeout)
		}, caas.StatusTerminationRequested},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			id := s.add(nil)
			s.api.Inject(test.fault)
			last, err := s.Destroy(s.within(20*time.Minute), id, "vllm")
			if err == nil || !test.is(err) {
				t.Errorf("got the error %v", err)
			}
			wantEqual(t, "last status", last, test.last)
			wantEqual(t, "destroyed", s.Destroyed("vllm"), "")
		})
	}
}

func TestDestroy_rejectedCredentialOfAFailedDeployment(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(withStatus(caastest.StatusFailed))
	s.fail("DELETE", "", 403)
	_, err := s.Destroy(s.within(20*time.Minute), id, "vllm")
	wantEqual(t, "unauthorized", caas.IsUnauthorized(err), true)
}

func TestDestroy_interrupted(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	s.api.Inject(caastest.Fault{Method: "DELETE", AfterWork: true, Do: s.cancel})
	last, err := s.Destroy(s.ctx, id, "vllm")
	wantError(t, err, deployment.ErrInterrupted)
	wantEqual(t, "last status", last, caas.StatusRunning)
	wantEqual(t, "waited", s.Now().Sub(s.api.Requests("DELETE", "")[0].At), 0)
}
