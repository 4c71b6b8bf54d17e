package faults

import (
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// mend takes all that went wrong back, but for what the deployment suffered.
func (c *trial) mend() {
	c.w.ClearFaults()
	c.w.Behave()
	c.w.refuse(target{}, 0)
	c.w.Edit(c.newest(), func(d *caastest.Deployment) {
		if d.Status == hibernating {
			d.Status = caastest.StatusRunning
		}
	})
}

// goOn applies once more, and does what the diagnostics tell the user to do,
// until the state is as configured.
func (c *trial) goOn(o operation) string {
	c.t.Helper()
	if o.from == reading && o.name[:4] == "data" {
		if diags := o.reads(c); failed(diags) && len(c.live()) > 0 {
			c.t.Errorf("the next read fails: %s", words(diags))
		} else if failed(diags) {
			return "fails: " + diags[0].Summary
		}
		return "reads"
	}
	var story []string
	if o.from == reading && c.held == nil && len(c.live()) > 0 { // an import that failed is run again
		if diags := o.reads(c); failed(diags) {
			c.t.Errorf("the next import fails: %s", words(diags))
		}
		story = append(story, "imports")
	}
	for range 3 {
		r := c.run(o.after)
		if !failed(r.diags) {
			story = append(story, r.action)
			c.converged(o, r)
			return strings.Join(story, ", then ")
		}
		summary := errorsOf(r.diags)[0].Summary
		story = append(story, "refuses: "+summary)
		live := c.live()
		switch {
		case len(live) == 1 && live[0].Status == caastest.StatusTerminating:
			c.w.clock.Advance(time.Minute) // an interrupted destroy goes on by itself
		case strings.HasPrefix(summary, "Deployment has ended") && len(live) == 0:
			return strings.Join(story, ", then ") // the user's own decision: it costs money
		case summary == "Name of the deployment is taken" && len(live) == 1 && c.held == nil:
			said := words(r.diags)
			if !strings.Contains(said, "import {") || !strings.Contains(said, live[0].ID) {
				c.t.Errorf("the error does not tell how to import %s:\n%s", live[0].ID, said)
			}
			if diags := c.imports(live[0].ID); failed(diags) {
				c.t.Errorf("the import fails: %s", words(diags))
			}
			story = append(story, "import")
		default:
			c.t.Errorf("the next apply fails: %s", words(r.diags))
			return strings.Join(story, ", then ")
		}
	}
	c.t.Errorf("three applies did not bring the state to the configuration: %s", story)
	return ""
}

// converged checks that all is as configured.
func (c *trial) converged(o operation, last report) {
	c.t.Helper()
	live := c.live()
	if o.after == nil {
		if len(live) > 0 || c.held != nil {
			c.t.Errorf("after a destroy there are %d deployments, and the state has %q", len(live), c.held.id())
		}
		return
	}
	if len(live) == 0 && strings.Contains(words(last.diags), "Deployment has ended") {
		return // it stays so until the user asks for another
	}
	if len(live) != 1 || c.held.id() != live[0].ID || c.held.tainted {
		c.t.Fatalf("%d deployments live, and the state has %q, tainted: %t", len(live), c.held.id(), c.held != nil && c.held.tainted)
	}
	d, want := live[0], o.after
	container, registry := want["container_config"].(settings), want["registry_config"].(settings) //nolint:forcetypeassert // see plain
	for what, pair := range map[string][2]any{
		"name": {d.Name, want["resource_private_name"]}, "hours": {d.DurationHours, want["duration_hours"]},
		"hardware": {d.HardwareID, want["hardware_id"]}, "port": {d.TrafficPort, container["traffic_port"]},
		"image": {d.ImageURL, registry["image_url"]}, "secret": {d.RegistrySecret, plantedRegistry},
		"variable": {d.SecretEnv["HF_TOKEN"], plantedVariable}, "username": {d.RegistryUsername, "robot"},
	} {
		if pair[0] != pair[1] {
			c.t.Errorf("the deployment's %s is %v, want %v", what, pair[0], pair[1])
		}
	}
	if last.action == "nothing" {
		return // a plan has just said so
	}
	if plan := c.plan(o.after); plan.action != "nothing" {
		c.t.Errorf("after the last apply the plan is to %s: %s", plan.action, words(plan.diags))
	}
}
