package faults

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The invariants.
const (
	boughtOnce  = "nothing is bought twice"
	nothingLost = "every live deployment is in the state or named in a diagnostic"
	notTainted  = "no deployment is tainted unless it failed or the create timed out before it ran"
	nothingSent = "the readiness resource changes nothing"
	noSecrets   = "no secret is in a diagnostic, the log or the state"
	converges   = "the next apply reaches the configuration"
)

// violate fails the test because an invariant is violated.
func (e *testEnv) violate(invariant, format string, args ...any) {
	e.t.Helper()
	e.t.Errorf("violated: %s: %s\nTerraform output:\n%s", invariant, fmt.Sprintf(format, args...), e.output.String())
}

// checkBought checks that no two deployments existed at the same time, and that
// none has more hours than configured.
func (e *testEnv) checkBought(c config) {
	all := e.Deployments()
	for i, d := range all {
		if d.DurationHours > c.hours+c.renewal {
			e.violate(boughtOnce, "%d hours were bought, want %d", d.DurationHours, c.hours+c.renewal)
		}
		if i+1 < len(all) && (!d.Ended() || all[i+1].Created.Before(d.Finished)) {
			e.violate(boughtOnce, "%s was bought while %s existed", all[i+1].ID, d.ID)
		}
	}
}

func (e *testEnv) checkNothingLost() {
	for _, d := range e.live() {
		named := strings.Contains(e.output.String(), d.ID) || strings.Contains(e.output.String(), fmt.Sprintf("named %q may exist", d.Name))
		if e.id() != d.ID && !named {
			e.violate(nothingLost, "deployment %s (%q) is %s", d.ID, d.Name, d.Status)
		}
	}
}

func (e *testEnv) checkNotTainted() {
	d, found := e.Deployment(e.id())
	if !found || !e.Tainted || d.Ended() {
		return
	}
	timedOut := e.env.Clock.Now().After(d.Created.Add(44 * time.Minute)) // 45 is the default of timeouts.create
	sawRunning := slices.ContainsFunc(e.Requests(http.MethodGet, "/deployment/"+d.ID), func(r caastest.Request) bool {
		return r.Status == http.StatusOK && !r.Faulted && !d.Started.IsZero() && !r.At.Before(d.Started)
	})
	if !timedOut || sawRunning {
		e.violate(notTainted, "the deployment is %s", d.Status)
	}
}

// checkReadiness creates the readiness resource again, without a fault.
func (e *testEnv) checkReadiness() {
	if len(e.live()) > 0 && !e.applyReadiness() {
		e.violate(converges, "the readiness resource without the fault fails")
	}
	if sent := len(e.Requests("", "")) - e.Count(http.MethodGet, ""); sent > 1 { // one bought the deployment
		e.violate(nothingSent, "%d requests are not a GET", sent-1)
	}
}

// checkSecrets checks the log, the diagnostics and the attributes that are not
// sensitive, also for what a terminal would interpret.
func (e *testEnv) checkSecrets() {
	state := e.State()
	if container, ok := state["container_config"].(map[string]any); ok {
		delete(container, "secret_env_variables") // sensitive
	}
	for where, text := range map[string]string{"log": e.log.String(), "diagnostics": e.output.String(), "state": fmt.Sprint(state) + e.Private()} {
		for _, forbidden := range []string{"\x1b", "%!", secretToken, secretAPIKey, "V4r", secretRegistry} {
			if at := strings.Index(text, forbidden); at >= 0 {
				e.violate(noSecrets, "%q is in the %s: %s", forbidden, where, text[max(at-200, 0):min(at+200, len(text))])
			}
		}
	}
}

// converge applies the configuration again, and after an error does what a user
// would: wait for the termination, or import the deployment that the error names.
// Nothing else may need more than one apply.
func (e *testEnv) converge(c config) {
	for range 4 {
		if d, found := e.Deployment(e.id()); found && d.Ended() {
			e.Tainted = true // terraform apply -replace
		}
		before := e.output.Len()
		if p := e.plan(c); e.apply(p) {
			e.checkConverged(c, p)
			return
		}
		live, errors := e.live(), e.output.String()[before:]
		switch {
		case len(live) == 1 && live[0].Status == caastest.StatusTerminating:
			e.env.Clock.Advance(time.Minute)
		case len(live) == 1 && e.id() == "" && strings.Contains(errors, live[0].ID):
			e.print(e.Import(live[0].ID))
		default:
			e.violate(converges, "the apply without the fault fails")
			return
		}
	}
	e.violate(converges, "four applies did not reach the configuration")
}

// checkConverged checks that exactly the configured deployment exists and that
// the plan after the last one is empty.
func (e *testEnv) checkConverged(c config, last *acctest.Plan) {
	live := e.live()
	switch {
	case c == config{} && len(live) == 0 && e.id() == "":
		return
	case c == config{} || len(live) != 1 || e.id() != live[0].ID || e.Tainted:
		e.violate(converges, "%d deployments exist, and the state has %q", len(live), e.id())
		return
	}
	d := live[0]
	name := cmp.Or(c.name, d.Name) // with a prefix any: a wrong one is planned again
	got := fmt.Sprint(d.Name, d.DurationHours, d.HardwareID, d.TrafficPort, d.ImageURL, d.RegistrySecret, d.SecretEnv)
	want := fmt.Sprint(name, c.hours+c.renewal, c.hardware, 8000, c.image, secretRegistry, map[string]string{"HF_TOKEN": secretVariable})
	if got != want {
		e.violate(converges, "the deployment has %s, want %s", got, want)
	}
	if last.Action != "no-op" && e.plan(c).Action != "no-op" {
		e.violate(converges, "the next plan is not empty")
	}
}
