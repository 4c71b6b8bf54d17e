package deployment_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// deployFault makes the next deploy call lose its answer.
func deployFault(f caastest.Fault) func(*testService) {
	f.Method, f.Path = "POST", "/deploy"
	return func(s *testService) { s.api.Inject(f) }
}

var (
	lostAfterDeploy  = deployFault(caastest.Fault{AfterWork: true, Reset: true})
	lostBeforeDeploy = deployFault(caastest.Fault{Reset: true})
)

// TestCreate_findsItsDeploymentAfterLostAnswer shows that a create whose answer
// does not name the deployment returns the one that it bought.
func TestCreate_findsItsDeploymentAfterLostAnswer(t *testing.T) {
	late := caastest.Options{Timings: caastest.Timings{Provision: time.Minute, List: 2 * time.Minute}}
	for name, test := range map[string]struct {
		options caastest.Options
		setup   func(*testService)
	}{
		"reset":          {caastest.Options{}, lostAfterDeploy},
		"gateway's page": {caastest.Options{}, deployFault(caastest.Fault{AfterWork: true, Status: 200, Body: "<html>"})},
		"list late":      {late, lostAfterDeploy},
		"list late after an empty 200": {late, func(s *testService) {
			s.api.SetFormat(caastest.Format{EmptyDeployReply: true})
		}},
		"list unreadable for a while": {caastest.Options{}, func(s *testService) {
			lostAfterDeploy(s)
			s.api.Inject(caastest.Fault{Path: "/deployments", Times: 12, Status: 502})
		}},
		"failed at once": {caastest.Options{}, func(s *testService) {
			s.api.FailNext("image not found")
			s.api.Configure(func(o *caastest.Options) { o.Timings.Provision = time.Nanosecond })
			lostAfterDeploy(s)
		}},
		"failed while the list was rate-limited": {caastest.Options{}, func(s *testService) {
			s.api.FailNext("image not found")
			s.api.Configure(func(o *caastest.Options) { o.Timings.Provision = time.Second })
			lostAfterDeploy(s)
			s.api.Inject(caastest.Fault{Path: "/deployments", Status: 429, Header: http.Header{"Retry-After": {"290"}}})
		}},
		"interrupted": {caastest.Options{}, func(s *testService) {
			deployFault(caastest.Fault{AfterWork: true, Reset: true, Do: s.cancel})(s)
		}},
		"another one of the name has just failed": {caastest.Options{Timings: caastest.Timings{List: 10 * time.Second}}, func(s *testService) {
			s.add(withStatus(caastest.StatusFailed))
			lostAfterDeploy(s)
		}},
		"older one of the name has ended": {caastest.Options{}, func(s *testService) {
			s.add(func(d *caastest.Deployment) {
				d.Status, d.Created = caastest.StatusCompleted, s.Now().Add(-24*time.Hour)
			})
			lostAfterDeploy(s)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			test.setup(s)
			id, err := s.Create(s.within(45*time.Minute), testSpec())
			noError(t, err)
			all := s.api.Deployments()
			wantEqual(t, "id", id, all[len(all)-1].ID)
			s.wantCalls("POST /deploy")
		})
	}
}

// TestCreate_notCreatedAfterLostRequest shows when a lost answer certainly means
// that nothing was bought.
func TestCreate_notCreatedAfterLostRequest(t *testing.T) {
	for name, setup := range map[string]func(*testService){
		"no deployment of the name": func(*testService) {},
		"older one of the name has ended": func(s *testService) {
			s.add(func(d *caastest.Deployment) {
				d.Status, d.Created = caastest.StatusCompleted, s.Now().Add(-11*time.Minute)
			})
		},
		"name can't be checked by API": func(s *testService) { s.fail("GET", nameCheck, http.StatusNotFound) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			setup(s)
			lostBeforeDeploy(s)
			waited := s.elapsed(func() {
				_, err := s.Create(s.within(45*time.Minute), testSpec())
				wantError(t, err, deployment.ErrNotCreated)
			})
			wantWaited(t, waited, 30*time.Second, 40*time.Second)
			s.wantCalls("POST /deploy")
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
	lostBeforeDeploy(s)
	id, err := s.Create(s.within(45*time.Minute), testSpec())
	wantEqual(t, "id", id, "")
	wantError(t, err, deployment.ErrNotCreated)
	wantEqual(t, "destroyed", s.Destroyed("vllm"), old)
}

// TestCreate_unconfirmed shows when a deployment may have been bought.
func TestCreate_unconfirmed(t *testing.T) {
	for name, test := range map[string]struct {
		options caastest.Options
		setup   func(*testService)
		reason  string
	}{
		"list unreadable": {caastest.Options{}, func(s *testService) {
			lostAfterDeploy(s)
			s.fail("GET", "/deployments", 500)
		}, "500 Internal Server Error"},
		"list very late": {caastest.Options{Timings: caastest.Timings{List: time.Hour}}, lostAfterDeploy, "does not show the deployment yet"},
		"list read too slowly, and failed meanwhile": {caastest.Options{}, func(s *testService) {
			s.api.FailNext("image not found")
			s.api.Configure(func(o *caastest.Options) { o.Timings.Provision = time.Second })
			lostAfterDeploy(s)
			for path, wait := range map[string]string{"/deployments": "290", "/deployment/{}": "35"} {
				s.api.Inject(caastest.Fault{Path: path, Status: 429, Header: http.Header{"Retry-After": {wait}}})
			}
		}, "reading the list took too long"},
		"list late and no connection for the name check": {caastest.Options{Timings: caastest.Timings{List: time.Minute}}, func(s *testService) {
			lostAfterDeploy(s)
			s.refused = func(r *http.Request) bool {
				return strings.HasSuffix(r.URL.Path, nameCheck) && s.api.Count("POST", "/deploy") > 0
			}
		}, "connection refused"},
		"list late and interrupted": {caastest.Options{Timings: caastest.Timings{List: time.Minute}}, func(s *testService) {
			deployFault(caastest.Fault{AfterWork: true, Reset: true, Do: s.cancel})(s)
		}, "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			test.setup(s)
			id, err := s.Create(s.within(45*time.Minute), testSpec())
			unconfirmed := wantErrorAs[*deployment.UnconfirmedError](t, err)
			wantEqual(t, "id", id, "")
			if !strings.Contains(unconfirmed.Lookup.Error(), test.reason) {
				t.Errorf("the reason is %q, want %q in it", unconfirmed.Lookup, test.reason)
			}
			s.wantCalls("POST /deploy")
		})
	}
}
