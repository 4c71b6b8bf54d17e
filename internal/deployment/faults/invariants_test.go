package faults

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The invariants.
const (
	boughtOnce  = "nothing is bought twice"
	nothingLost = "every live deployment is in the state or named in a diagnostic"
	notTainted  = "no deployment is tainted that runs or may still run"
	noSecrets   = "no secret is shown, logged or stored"
	converges   = "the next apply reaches the configuration"
)

// createTimeout is the default of timeouts.create.
const createTimeout = 45 * time.Minute

// hours returns the hours that were bought for a deployment.
func (e *testEnv) hours(d caastest.Deployment) int {
	if d.ID == e.deployments()[0].ID {
		return d.DurationHours + e.hiddenHours
	}
	return d.DurationHours
}

// checkBought checks that no two deployments existed at the same time, and that
// none has more hours than configured.
func (e *testEnv) checkBought(config settings) {
	most := 24
	if config != nil {
		most = config["duration_hours"].(int)
	}
	all := e.deployments()
	for i, d := range all {
		if e.hours(d) > most {
			e.violate(boughtOnce, "%d hours were bought, want %d", e.hours(d), most)
		}
		if i+1 < len(all) && (!d.Ended() || all[i+1].Created.Before(d.Finished)) {
			e.violate(boughtOnce, "%s was bought while %s existed", all[i+1].ID, d.ID)
		}
	}
}

func (e *testEnv) checkNothingLost() {
	for _, d := range e.live() {
		named := strings.Contains(e.applyOutput, d.ID) || strings.Contains(e.applyOutput, fmt.Sprintf("%q", d.Name))
		if e.state.id() != d.ID && !named {
			e.violate(nothingLost, "deployment %s (%q) is %s", d.ID, d.Name, d.Status)
		}
	}
}

func (e *testEnv) checkNotTainted() {
	d, found := e.Deployment(e.state.id())
	mayRun := d.Status == caastest.StatusRunning || e.clock.Now().Before(d.Created.Add(createTimeout))
	if found && e.state.tainted && !d.Ended() && mayRun {
		e.violate(notTainted, "the deployment is %s", d.Status)
	}
}

// checkSecrets checks the log, the diagnostics and the attributes that are not
// sensitive, also for what a terminal would interpret.
func (e *testEnv) checkSecrets() {
	state := ""
	if e.state != nil {
		attributes := members(e.state.value)
		container := members(attributes["container_config"])
		delete(container, "secret_env_variables") // sensitive
		attributes["container_config"] = tftypes.Value{}
		state = fmt.Sprint(attributes, container) + string(e.state.private)
	}
	for where, text := range map[string]string{"log": e.log.String(), "diagnostics": e.output(), "state": state} {
		for _, forbidden := range append([]string{"\x1b", "%!"}, secrets...) {
			if at := strings.Index(text, forbidden); at >= 0 {
				e.violate(noSecrets, "%q is in the %s: %s", forbidden, where, text[max(at-200, 0):min(at+200, len(text))])
			}
		}
	}
}

// converge applies the configuration again, and after an error does what a user
// would: wait for the termination or for the list, or import the deployment that
// the error names. Nothing else may need more than one apply.
func (e *testEnv) converge(config settings) {
	for range 4 {
		if d, found := e.Deployment(e.state.id()); found && d.Ended() {
			e.state.tainted = true // terraform apply -replace
		}
		before := len(e.output())
		if p := e.plan(config); e.apply(p) {
			e.checkConverged(config, p)
			return
		}
		live, errors := e.live(), e.output()[before:]
		switch {
		case len(live) == 1 && live[0].Status == caastest.StatusTerminating:
			e.clock.Advance(time.Minute)
		case len(live) == 1 && e.state == nil && strings.Contains(errors, live[0].ID) && e.importState(live[0].ID):
		case len(live) == 1 && e.state == nil && e.clock.Now().Before(live[0].Created.Add(e.listDelay)):
			e.clock.Advance(e.listDelay)
		case e.hiddenHours > 0: // the total is still delayed
		default:
			e.violate(converges, "the apply without the fault fails")
			return
		}
	}
	e.violate(converges, "four applies did not reach the configuration")
}

// checkConverged checks that exactly the configured deployment exists and that
// the plan after the last one is empty.
func (e *testEnv) checkConverged(config settings, last *plan) {
	live := e.live()
	if config == nil && len(live) == 0 && e.state == nil {
		return
	}
	if config == nil || len(live) != 1 || e.state.id() != live[0].ID || e.state.tainted {
		e.violate(converges, "%d deployments exist, and the state has %q", len(live), e.state.id())
		return
	}
	d := live[0]
	container, registry := config["container_config"].(settings), config["registry_config"].(settings)
	got := []any{d.Name, e.hours(d), d.HardwareID, d.TrafficPort, d.ImageURL, d.RegistryUsername, d.RegistrySecret, d.SecretEnv["HF_TOKEN"]}
	want := []any{
		config["resource_private_name"], config["duration_hours"], config["hardware_id"], container["traffic_port"],
		registry["image_url"], registry["registry_username"], secretRegistry, secretVariable,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		e.violate(converges, "the deployment has %v, want %v", got, want)
	}
	if last.action != "no-op" {
		last = e.plan(config)
	}
	if last.action != "no-op" {
		e.violate(converges, "the next plan is %q", last.action)
	}
}
