package deployment_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

const nameCheck = "/clusters/check_cluster_name_availability"

// wantNothingBought fails the test when a deployment was requested or exists.
func (s *testService) wantNothingBought() {
	s.t.Helper()
	s.wantCalls()
	if s.api.TotalPaid() != 0 {
		s.t.Errorf("paid %.2f USDC", s.api.TotalPaid())
	}
}

// wantTaken fails the test unless err says that holder has the name.
func wantTaken(t *testing.T, err error, holder string) {
	t.Helper()
	taken := wantErrorAs[*deployment.NameTakenError](t, err)
	switch {
	case taken.Holder == nil && holder != "":
		t.Errorf("the name is not held, want %s", holder)
	case taken.Holder != nil && taken.Holder.ID != holder:
		t.Errorf("the name is held by %s, want %q", taken.Holder.ID, holder)
	}
}

func TestCreate_buysWhatIsConfigured(t *testing.T) {
	s := newService(t, caastest.Options{})
	spec := testSpec()
	spec.Replicas, spec.LocationIDs, spec.Args = 2, []int64{1, 3}, []string{"--port", "8000"}
	spec.Env, spec.RegistryUsername = map[string]string{"A": "1"}, "user"
	spec.SecretEnv = secretEnv{Value: map[string]string{"TOKEN": "x"}, Set: true}
	spec.RegistrySecret = secretString{Value: "y", Set: true}
	id, err := s.Create(s.ctx, spec)
	noError(t, err)
	d, _ := s.api.ByName("vllm")
	wantEqual(t, "id", id, d.ID)
	body, err := json.Marshal(s.api.Bodies("POST", "/deploy")[0])
	noError(t, err)
	wantEqual(t, "body", string(body), `{"container_config":{"args":["--port","8000"],"entrypoint":["serve"],"env_variables":{"A":"1"},`+
		`"replica_count":2,"secret_env_variables":{"TOKEN":"x"},"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,`+
		`"hardware_id":203,"location_ids":[1,3],"registry_config":{"image_url":"vllm/vllm-openai:v1","registry_secret":"y",`+
		`"registry_username":"user"},"resource_private_name":"vllm"}`)
	wantEqual(t, "requests", strings.Join(s.calls(true), ", "), "GET "+nameCheck+", POST /deploy")
}

func TestCreate_rejectsNameOfLiveDeployment(t *testing.T) {
	s := newService(t, caastest.Options{})
	other := s.add(nil)
	waited := s.elapsed(func() {
		_, err := s.Create(s.ctx, testSpec())
		wantTaken(t, err, other)
	})
	wantEqual(t, "waited", waited, 0)
	s.wantNothingBought()
}

func TestCreate_waitsForName(t *testing.T) {
	for name, test := range map[string]struct {
		options caastest.Options
		setup   func(*testService)
		min     time.Duration
	}{
		"of a deployment that is ending": {caastest.Options{}, func(s *testService) { s.add(withStatus(caastest.StatusTerminating)) }, 20 * time.Second},
		"that is released late": {
			caastest.Options{Timings: caastest.Timings{ReleaseName: 25 * time.Second}},
			func(s *testService) { s.edit(s.add(nil), caastest.StatusDestroyed) }, 25 * time.Second,
		},
		"that the list shows as live": {
			caastest.Options{Timings: caastest.Timings{ReleaseName: 10 * time.Second, List: time.Minute}},
			func(s *testService) { s.edit(s.add(nil), caastest.StatusDestroyed) }, 10 * time.Second,
		},
		"that can't be checked for a while": {caastest.Options{}, func(s *testService) {
			s.api.Inject(caastest.Fault{Path: nameCheck, Times: 9, Status: 500})
		}, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			test.setup(s)
			waited := s.elapsed(func() {
				_, err := s.Create(s.within(45*time.Minute), testSpec())
				noError(t, err)
			})
			wantWaited(t, waited, test.min, test.min+10*time.Second)
			s.wantCalls("POST /deploy")
		})
	}
}

func TestCreate_givesUpOnNameAfterHalfAMinute(t *testing.T) {
	for name, ended := range map[string]bool{"held by an ended deployment": true, "held by no visible deployment": false} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{EndedKeepNames: true})
			holder := ""
			if ended {
				holder = s.add(withStatus(caastest.StatusCompleted))
			} else {
				s.api.Inject(caastest.Fault{Path: nameCheck, Times: -1, Body: "false"})
			}
			waited := s.elapsed(func() {
				_, err := s.Create(s.within(45*time.Minute), testSpec())
				wantTaken(t, err, holder)
			})
			wantWaited(t, waited, 30*time.Second, 35*time.Second)
			s.wantNothingBought()
		})
	}
}

// TestCreate_timesOutForName shows that the error names what the create waited for.
func TestCreate_timesOutForName(t *testing.T) {
	s := newService(t, caastest.Options{EndedKeepNames: true})
	holder := s.add(withStatus(caastest.StatusCompleted))
	_, err := s.Create(s.within(10*time.Second), testSpec())
	wantTaken(t, err, holder)
	s.wantNothingBought()
}

// TestCreate_timesOutAfterHeldName shows that a name which was held at first does not
// hide why the check failed later.
func TestCreate_timesOutAfterHeldName(t *testing.T) {
	s := newService(t, caastest.Options{EndedKeepNames: true})
	s.add(withStatus(caastest.StatusCompleted))
	s.api.Inject(caastest.Fault{Path: nameCheck, Skip: 1, Times: -1, Status: 503})
	_, err := s.Create(s.within(45*time.Minute), testSpec())
	wantError(t, err, deployment.ErrTimeout)
	wantEqual(t, "taken", errors.As(err, new(*deployment.NameTakenError)), false)
	s.wantNothingBought()
}

// TestCreate_afterEnded shows that the deployment which is replaced, and had ended
// before, is not taken for the new one.
func TestCreate_afterEnded(t *testing.T) {
	s := newService(t, caastest.Options{})
	old := s.add(withStatus(caastest.StatusCompleted)) // created a moment ago
	_, err := s.Destroy(s.ctx, old, "vllm")
	noError(t, err)
	s.api.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 502})
	_, err = s.Create(s.within(45*time.Minute), testSpec())
	wantError(t, err, deployment.ErrNotCreated)
}

// TestCreate_afterUnreadableDetails shows that an old deployment, which only a late list
// shows as live, is not taken for the new one.
func TestCreate_afterUnreadableDetails(t *testing.T) {
	s := newService(t, caastest.Options{Timings: caastest.Timings{List: time.Hour}})
	old := s.add(func(d *caastest.Deployment) { d.Created = s.Now().Add(-2 * time.Hour) })
	s.edit(old, caastest.StatusDestroyed) // elsewhere
	s.api.Inject(caastest.Fault{Method: "POST", Path: "/deploy", Status: 502})
	s.fail("GET", "/deployment/{}", 503)
	id, err := s.Create(s.within(45*time.Minute), testSpec())
	wantEqual(t, "id", id, "")
	wantEqual(t, "error", err != nil, true)
}

// TestCreate_withoutNameCheck shows that the list decides where the API does not
// know the call, and only there.
func TestCreate_withoutNameCheck(t *testing.T) {
	s := newService(t, caastest.Options{})
	s.fail("GET", nameCheck, http.StatusNotFound)
	_, err := s.Create(s.ctx, testSpec())
	noError(t, err)
	holder, _ := s.api.ByName("vllm")
	_, err = s.Create(s.ctx, testSpec())
	wantTaken(t, err, holder.ID)
	s.wantCalls("POST /deploy")

	s = newService(t, caastest.Options{})
	s.refused = func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, nameCheck) }
	_, err = s.Create(s.within(10*time.Minute), testSpec())
	wantError(t, err, deployment.ErrTimeout)
	s.wantNothingBought()

	s = newService(t, caastest.Options{})
	s.fail("GET", nameCheck, http.StatusUnauthorized)
	_, err = s.Create(s.ctx, testSpec())
	wantEqual(t, "unauthorized", caas.IsUnauthorized(err), true)
	s.wantNothingBought()
}

// TestCreate_rejectionIsFinal shows that no deployment is looked for after an answer
// which says that none was bought.
func TestCreate_rejectionIsFinal(t *testing.T) {
	for name, balance := range map[string]float64{"location unknown to the API": 0, "no credits": 1} {
		s := newService(t, caastest.Options{Balance: balance})
		spec := testSpec()
		if balance == 0 {
			spec.LocationIDs = []int64{99}
		}
		id, err := s.Create(s.ctx, spec)
		wantEqual(t, name+": id", id, "")
		wantEqual(t, name+": rejected", caas.IsRejected(err), true)
		wantEqual(t, name+": no credits", errors.Is(err, deployment.ErrNoCredits), balance > 0)
		wantEqual(t, name+": unconfirmed", errors.As(err, new(*deployment.UnconfirmedError)), false)
		wantEqual(t, name+": interrupted", errors.Is(err, deployment.ErrInterrupted), false)
		s.wantCalls("POST /deploy")
		wantEqual(t, name+": lookups", s.api.Count("GET", "/deployments"), 0)
	}
}

func TestCreate_interruptedBefore(t *testing.T) {
	for name, setup := range map[string]func(*testService){
		"the name check": func(s *testService) { s.cancel() },
		"the name is available": func(s *testService) {
			s.add(withStatus(caastest.StatusTerminating))
			s.api.Inject(caastest.Fault{Path: nameCheck, AfterWork: true, Skip: 3, Do: s.cancel})
		},
		"the purchase": func(s *testService) { s.api.Inject(caastest.Fault{Path: nameCheck, AfterWork: true, Do: s.cancel}) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			setup(s)
			_, err := s.Create(s.ctx, testSpec())
			wantError(t, err, deployment.ErrInterrupted)
			s.wantNothingBought()
		})
	}
}
