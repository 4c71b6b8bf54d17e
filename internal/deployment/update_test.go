package deployment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// restarts are timings of an API that shows the old containers for a while after a
// PATCH.
var restarts = caastest.Timings{
	Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second,
	RestartDelay: 3 * time.Second, Restart: time.Minute,
}

// before returns what a state knows of a deployment.
func (s *testService) before(id string) deployment.Before {
	s.t.Helper()
	d, err := s.Read(s.ctx, id)
	noError(s.t, err)
	before := deployment.Before{Status: d.Status, StartedAt: d.StartedAt.Time, PaidHours: d.PaidHours}
	for _, c := range d.Containers {
		before.ContainerIDs = append(before.ContainerIDs, c.ContainerID)
	}
	return before
}

// update applies a change to testSpec.
func (s *testService) update(id string, change func(*deployment.Spec)) (*deployment.Deployment, deployment.Applied, error) {
	s.t.Helper()
	before := s.before(id)
	s.api.ResetJournal()
	want := testSpec()
	change(&want)
	return s.Update(s.within(30*time.Minute), id, want, deployment.Diff(testSpec(), want), before, true)
}

// everything changes all that can be changed in place.
func everything(spec *deployment.Spec) {
	spec.Name, spec.Hours, spec.TrafficPort = "renamed", 30, 9000
}

func TestUpdate_moneyLast(t *testing.T) {
	s := newService(t, caastest.Options{Timings: restarts})
	id := s.add(nil)
	d, applied, err := s.update(id, everything)
	noError(t, err)
	s.wantCalls("PUT /clusters/"+id+"/update-name", "PATCH /deployment/"+id, "POST /deployment/"+id+"/extend")
	wantEqual(t, "body", len(s.api.Bodies("PATCH", "/deployment/{}")[0]), 1)
	wantEqual(t, "hours", s.api.Bodies("POST", "/deployment/{}/extend")[0]["duration_hours"], any(6.0))
	wantEqual(t, "applied", applied, deployment.Applied{Renamed: true, Patched: true, PaidHours: 30})
	wantEqual(t, "read afterwards", d.PaidHours, 30)
	requests := s.calls(true)
	extended := slices.Index(requests, "POST /deployment/"+id+"/extend")
	wantEqual(t, "details read right before", requests[extended-1], "GET /deployment/"+id)
}

func TestUpdate_nothingChanged(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	_, applied, err := s.update(id, func(*deployment.Spec) {})
	noError(t, err)
	wantEqual(t, "applied", applied, deployment.Applied{})
	wantEqual(t, "requests", len(s.calls(true)), 0)
}

// TestUpdate_notApplied shows that a change which the API accepts and does not make
// is an error that names the attributes, and that nothing is bought after it.
func TestUpdate_notApplied(t *testing.T) {
	version := int64(1)
	for name, test := range map[string]struct {
		ignored string // by the API; "*": every member
		version *int64 // of the secret variables; nil: they are stored
		want    string
	}{
		"everything":           {"*", nil, "entrypoint traffic_port env_variables image_url secret_env_variables"},
		"write-only secrets":   {"secret_env_variables", &version, "secret_env_variables_wo"},
		"one attribute":        {"traffic_port", nil, "traffic_port"},
		"never returned, args": {"args", nil, ""},
		"never returned, name": {"registry_username", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{IgnoredPatchMembers: []string{test.ignored}})
			id := s.add(nil)
			var applied deployment.Applied
			var err error
			waited := s.elapsed(func() {
				_, applied, err = s.update(id, func(spec *deployment.Spec) {
					spec.Entrypoint, spec.TrafficPort, spec.Env, spec.Image = []string{"other"}, 1, map[string]string{"A": "1"}, "other"
					spec.Args, spec.RegistryUsername, spec.Hours = []string{"x"}, "user", 48
					spec.SecretEnv = secretEnv{Value: map[string]string{"S": "1"}, Set: true, Version: test.version}
				})
			})
			if test.want == "" { // what the API never returns is taken on its word
				noError(t, err)
				return
			}
			wantError(t, err, deployment.ErrChanged)
			wantEqual(t, "attributes", strings.Join(wantErrorAs[*deployment.NotAppliedError](t, err).Attributes, " "), test.want)
			wantEqual(t, "applied", applied, deployment.Applied{})
			wantWaited(t, waited, 30*time.Second, 40*time.Second)
			wantEqual(t, "extensions", s.api.Count("POST", ""), 0)
		})
	}
}

// TestUpdate_waitsForTheRestart shows what counts as a restart: "running" right
// after a PATCH may still be said of the old containers.
func TestUpdate_waitsForTheRestart(t *testing.T) {
	port := func(spec *deployment.Spec) { spec.TrafficPort = 9000 }
	for name, test := range map[string]struct {
		timings  caastest.Timings
		during   func(d *caastest.Deployment) // at the PATCH
		min, max time.Duration
	}{
		"other status":              {restarts, nil, time.Minute, 2 * time.Minute},
		"nothing shows":             {caastest.Timings{}, nil, 10 * time.Second, 12 * time.Second},
		"started again":             {caastest.Timings{}, func(d *caastest.Deployment) { d.Started = d.Started.Add(time.Second) }, 0, time.Second},
		"other containers":          {caastest.Timings{}, func(d *caastest.Deployment) { d.Containers[0].ContainerID = "8ec9b5c6-0000-4000-8000-000000000000" }, 0, time.Second},
		"no containers meanwhile":   {caastest.Timings{}, func(d *caastest.Deployment) { d.Replicas = 0 }, 10 * time.Second, time.Hour},
		"it was not running before": {caastest.Timings{Provision: time.Hour}, func(d *caastest.Deployment) { d.Status = caastest.StatusRunning }, 0, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Timings: test.timings})
			id := s.add(func(d *caastest.Deployment) {
				d.Replicas = 4 // the API returns their containers in no order
				if strings.HasPrefix(name, "it was not") {
					d.Status = caastest.StatusRequested
				}
			})
			if test.during != nil {
				s.api.Inject(caastest.Fault{Method: "PATCH", AfterWork: true, Do: func() { s.api.Edit(id, test.during) }})
			}
			waited := s.elapsed(func() {
				d, _, err := s.update(id, port)
				noError(t, err)
				wantEqual(t, "status", d.Status, caas.StatusRunning)
			})
			wantWaited(t, waited, test.min, test.max)
		})
	}
}

// TestUpdate_failsAfterTheRestart also updates a deployment whose containers the
// state does not know, because they could not be read: they show no restart.
func TestUpdate_failsAfterTheRestart(t *testing.T) {
	for _, known := range []bool{true, false} {
		s := newService(t, caastest.Options{Timings: restarts})
		id := s.add(nil)
		s.api.FailNextRestart("exec: not found")
		before, want := s.before(id), testSpec()
		if !known {
			before.ContainerIDs = nil
		}
		everything(&want)
		d, applied, err := s.Update(s.within(30*time.Minute), id, want, deployment.Diff(testSpec(), want), before, true)
		wantError(t, err, deployment.ErrFailed)
		wantError(t, err, deployment.ErrChanged)
		wantEqual(t, "applied", applied, deployment.Applied{Renamed: true, Patched: true})
		wantEqual(t, "status", d.Status, caas.StatusFailed)
		events := d.Containers[0].Events
		wantEqual(t, "event", events[len(events)-1].Message, "exec: not found")
		wantEqual(t, "extensions", s.api.Count("POST", ""), 0)
	}
}

// TestUpdate_failedDeployment shows that a failed deployment can be corrected in
// place, and that its status before the change is no failure of it.
func TestUpdate_failedDeployment(t *testing.T) {
	image := func(spec *deployment.Spec) { spec.Image = "corrected" }
	for name, test := range map[string]struct {
		late, again bool
		want        error
	}{
		"runs again": {}, "shown as failed for a while": {late: true}, "fails again": {again: true, want: deployment.ErrFailed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{PatchRestartsFailed: true})
			id := s.add(nil)
			s.api.Fail(id, "image not found")
			if test.again {
				s.api.Inject(caastest.Fault{Method: "PATCH", AfterWork: true, Do: func() { s.api.Fail(id, "again") }})
			}
			if test.late {
				s.api.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 1, Times: 10, Body: `{"data": {"id": "` + id +
					`", "status": "failed", "container_config": {"image_url": "corrected"}}}`})
			}
			d, applied, err := s.update(id, image)
			wantError(t, err, test.want)
			wantEqual(t, "patched", applied.Patched, true)
			wantEqual(t, "runs", d.Status == caas.StatusRunning, test.want == nil)
		})
	}
}

func TestUpdate_renameIsConfirmedByTheList(t *testing.T) {
	for name, test := range map[string]struct {
		lag     time.Duration // of the list
		renamed bool
	}{"list late": {20 * time.Second, true}, "list very late": {time.Hour, false}} {
		t.Run(name, func(t *testing.T) {
			timings := restarts
			timings.List = test.lag
			s := newService(t, caastest.Options{Timings: timings})
			id := s.add(nil)
			waited := s.elapsed(func() {
				_, applied, err := s.update(id, everything)
				wantEqual(t, "renamed", applied.Renamed, test.renamed)
				if test.renamed {
					noError(t, err)
					d, err := s.Read(s.ctx, id)
					noError(t, err)
					wantEqual(t, "name", d.Name, "renamed")
					return
				}
				wantError(t, err, deployment.ErrChanged)
				wantEqual(t, "attribute", wantErrorAs[*deployment.NotAppliedError](t, err).Attributes[0], "resource_private_name")
				s.wantCalls("PUT /clusters/" + id + "/update-name")
			})
			wantEqual(t, "waited", waited >= 20*time.Second, true)
		})
	}
}

func TestUpdate_renameOfAnUnlistedDeploymentIsTakenOnTheAPIsWord(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	s.api.Inject(caastest.Fault{Path: "/deployments", Skip: 1, Times: -1, Body: `{"data": {"deployments": [], "total": 0}}`})
	_, applied, err := s.update(id, func(spec *deployment.Spec) { spec.Name = "renamed" })
	noError(t, err)
	wantEqual(t, "renamed", applied.Renamed, true)
}

// TestUpdate_lostRename shows that a repetition which is rejected, because the first
// request went through, is no error.
func TestUpdate_lostRename(t *testing.T) {
	for name, worked := range map[string]bool{"went through": true, "did not": false} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			id := s.add(nil)
			s.api.Inject(caastest.Fault{Method: "PUT", AfterWork: worked, Reset: true})
			s.fail("PUT", "/clusters/{}/update-name", 409)
			_, applied, err := s.update(id, everything)
			wantEqual(t, "error", err != nil, !worked)
			wantEqual(t, "renamed", applied.Renamed, worked)
			wantEqual(t, "hours", applied.PaidHours == 30, worked)
		})
	}
}

// TestUpdate_failingStep shows what an error leaves: the steps before it, so that
// the next apply goes on from there.
func TestUpdate_failingStep(t *testing.T) {
	for name, test := range map[string]struct {
		fault   caastest.Fault
		applied deployment.Applied
		changed bool                 // the error says that the API accepted the step
		during  func(s *testService) // the request that fails
	}{
		"rename rejected": {caastest.Fault{Method: "PUT", Status: 400}, deployment.Applied{}, false, nil},
		"list unreadable": {
			caastest.Fault{Method: "GET", Path: "/deployments", Skip: 1, Times: -1, Status: 401}, deployment.Applied{Renamed: true}, true, nil,
		},
		"patch rejected":  {caastest.Fault{Method: "PATCH", Status: 422}, deployment.Applied{Renamed: true}, false, nil},
		"extend rejected": {caastest.Fault{Method: "POST", Status: 400}, deployment.Applied{Renamed: true, Patched: true}, false, nil},
		"interrupted while restarting": {
			caastest.Fault{Method: "GET", Path: "/deployment/{}", Skip: 4, AfterWork: true},
			deployment.Applied{Renamed: true, Patched: true}, true, func(s *testService) { s.cancel() },
		},
		"destroyed after the extension": {
			caastest.Fault{Method: "POST", AfterWork: true}, deployment.Applied{Renamed: true, Patched: true, PaidHours: 30}, true,
			func(s *testService) { s.api.Forget(s.api.Deployments()[0].ID) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Timings: restarts})
			id := s.add(nil)
			if test.during != nil {
				test.fault.Do = func() { test.during(s) }
			}
			s.api.Inject(test.fault)
			d, applied, err := s.update(id, everything)
			wantEqual(t, "error", err == nil, false)
			wantEqual(t, "changed", errors.Is(err, deployment.ErrChanged), test.changed)
			wantEqual(t, "interrupted", errors.Is(err, deployment.ErrInterrupted), strings.HasPrefix(name, "interrupted"))
			wantEqual(t, "applied", applied, test.applied)
			wantEqual(t, "the status is known", d != nil, applied.PaidHours == 0)
			wantEqual(t, "paid", s.api.TotalPaid() > 0, applied.PaidHours > 0)
		})
	}
}
