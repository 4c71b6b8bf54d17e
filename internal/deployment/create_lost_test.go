package deployment_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

var (
	lostAfterDeploy  = caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Reset: true}
	lostBeforeDeploy = caastest.Fault{Method: "POST", Path: "/deploy", Reset: true}
)

// TestCreate_lostAnswer shows what a create makes of an answer that does not name
// the deployment: it finds the one that it bought, it is certain that it bought
// none, or neither is certain.
func TestCreate_lostAnswer(t *testing.T) {
	const found, none = "found", "none"
	page := caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Status: 200, Body: "<html>"}
	ended := func(status string, age time.Duration) func(*testService) {
		return func(s *testService) {
			s.add(func(d *caastest.Deployment) { d.Status, d.Created = status, s.Now().Add(-age) })
		}
	}
	failing := func(after time.Duration) func(*testService) {
		return func(s *testService) {
			s.api.FailNext("image not found")
			s.api.Configure(func(o *caastest.Options) { o.Timings.Provision = after })
		}
	}
	rateLimited := func(path, seconds string) caastest.Fault {
		return caastest.Fault{Path: path, Status: 429, Header: http.Header{"Retry-After": {seconds}}}
	}
	for name, test := range map[string]struct {
		answer      caastest.Fault
		list        time.Duration // how late it is
		interrupted bool          // while the answer is lost
		setup       func(*testService)
		want        string // found, none, or why neither is certain
	}{
		"bought":                              {lostAfterDeploy, 0, false, nil, found},
		"gateway's page":                      {page, 0, false, nil, found},
		"list late":                           {lostAfterDeploy, 2 * time.Minute, false, nil, found},
		"list late after a gateway's page":    {page, 2 * time.Minute, false, nil, found},
		"interrupted":                         {lostAfterDeploy, 0, true, nil, found},
		"failed at once":                      {lostAfterDeploy, 0, false, failing(time.Nanosecond), found},
		"another one has just failed":         {lostAfterDeploy, 10 * time.Second, false, ended(caastest.StatusFailed, 0), found},
		"older one has ended":                 {lostAfterDeploy, 0, false, ended(caastest.StatusCompleted, 24*time.Hour), found},
		"not bought":                          {lostBeforeDeploy, 0, false, nil, none},
		"not bought, and older one has ended": {lostBeforeDeploy, 0, false, ended(caastest.StatusCompleted, 11*time.Minute), none},
		"not bought, and the list shows an ended one as running": {lostBeforeDeploy, 10 * time.Minute, false, func(s *testService) {
			s.edit(s.add(nil), caastest.StatusDestroyed)
		}, none},
		"list very late":            {lostAfterDeploy, time.Hour, false, nil, "does not show the deployment yet"},
		"list late and interrupted": {lostAfterDeploy, time.Minute, true, nil, "interrupted"},
		"list unreadable for a while": {lostAfterDeploy, 0, false, func(s *testService) {
			s.api.Inject(caastest.Fault{Path: "/deployments", Times: 12, Status: 502})
		}, found},
		"list unreadable": {lostAfterDeploy, 0, false, func(s *testService) {
			s.fail("GET", "/deployments", 500)
		}, "500 Internal Server Error"},
		"failed while the list was rate-limited": {lostAfterDeploy, 0, false, func(s *testService) {
			failing(time.Second)(s)
			s.api.Inject(rateLimited("/deployments", "290"))
		}, found},
		"list read too slowly, and failed meanwhile": {lostAfterDeploy, 0, false, func(s *testService) {
			failing(time.Second)(s)
			s.api.Inject(rateLimited("/deployments", "290"))
			s.api.Inject(rateLimited("/deployment/{}", "35"))
		}, "reading the list took too long"},
		"not bought, and no name check": {lostBeforeDeploy, 0, false, func(s *testService) {
			s.fail("GET", nameCheck, http.StatusNotFound)
		}, none},
		"list late after a gateway's page, and no name check": {page, 2 * time.Minute, false, func(s *testService) {
			s.fail("GET", nameCheck, http.StatusNotFound)
		}, found},
		"list late and no connection for the name check": {lostAfterDeploy, time.Minute, false, func(s *testService) {
			s.refused = func(r *http.Request) bool {
				return strings.HasSuffix(r.URL.Path, nameCheck) && s.api.Count("POST", "/deploy") > 0
			}
		}, "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			o := caastest.Options{}
			if test.list > 0 {
				o.Timings = caastest.Timings{Provision: time.Minute, List: test.list}
			}
			s := newService(t, o)
			if test.setup != nil {
				test.setup(s)
			}
			if test.interrupted {
				test.answer.Do = s.cancel
			}
			s.api.Inject(test.answer)
			var id string
			var err error
			waited := s.elapsed(func() { id, err = s.Create(s.within(45*time.Minute), testSpec()) })
			s.wantCalls("POST /deploy")
			switch test.want {
			case found:
				noError(t, err)
				all := s.api.Deployments()
				wantEqual(t, "id", id, all[len(all)-1].ID)
				if test.list == 0 && test.setup == nil {
					wantWaited(t, waited, 0, 5*time.Second)
				}
			case none:
				wantError(t, err, deployment.ErrNotCreated)
				wantWaited(t, waited, 30*time.Second, 40*time.Second)
			default:
				lookup := wantErrorAs[*deployment.UnconfirmedError](t, err).Lookup
				wantEqual(t, "id", id, "")
				if !strings.Contains(lookup.Error(), test.want) {
					t.Errorf("the reason is %q, want %q in it", lookup, test.want)
				}
			}
		})
	}
}

// TestCreate_adoptsOnlyWhatItBought shows what a lost answer does not count as the
// new deployment.
func TestCreate_adoptsOnlyWhatItBought(t *testing.T) {
	for name, test := range map[string]struct {
		status string
		age    time.Duration
		found  bool
	}{
		"ended, within the clocks' difference": {caastest.StatusFailed, 9 * time.Minute, true},
		"ended before":                         {caastest.StatusFailed, 11 * time.Minute, false},
		"termination requested":                {caastest.StatusTerminating, 0, false},
		"destroyed":                            {caastest.StatusDestroyed, 0, false},
		"unknown status":                       {"deployment requested", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{NeverTerminate: true})
			id := ""
			s.api.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Reset: true, Do: func() {
				id = s.add(func(d *caastest.Deployment) {
					d.Status, d.Created = test.status, s.Now().Add(-test.age)
				})
			}})
			got, err := s.Create(s.within(45*time.Minute), testSpec())
			wantEqual(t, "found", got != "" && got == id, test.found)
			wantEqual(t, "no error", err == nil, test.found)
		})
	}
}

// TestCreate_neverAdoptsWhatItDestroyed replaces a deployment that a late list
// shows as running, and whose details can't be read.
func TestCreate_neverAdoptsWhatItDestroyed(t *testing.T) {
	s := newService(t, caastest.Options{Timings: caastest.Timings{List: 10 * time.Minute}})
	old := s.add(nil)
	_, err := s.Destroy(s.ctx, old, "vllm")
	noError(t, err)
	s.fail("GET", "/deployment/{}", 500)
	s.api.Inject(lostBeforeDeploy)
	id, err := s.Create(s.within(45*time.Minute), testSpec())
	wantEqual(t, "id", id, "")
	wantError(t, err, deployment.ErrNotCreated)
	wantEqual(t, "destroyed", s.Destroyed("vllm"), old)
}
