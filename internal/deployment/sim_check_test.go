package deployment_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// isLive reports whether a deployment of the mock runs, or will.
func isLive(d caastest.Deployment) bool {
	return d.Status == caastest.StatusRequested || d.Status == caastest.StatusRunning
}

func (l *life) isLive(id string) bool {
	d, ok := l.server.Deployment(id)
	return ok && isLive(d)
}

// checkEnded checks a deployment that leaves the state.
func (l *life) checkEnded(what, id string) {
	if d, ok := l.server.Deployment(id); ok && isLive(d) {
		l.problem("%s a deployment that is live: %s is %q", what, id, d.Status)
	}
}

// checkCreated checks that a create returns what it has bought. When it has bought
// nothing, one that failed within ten minutes before may be taken for it.
func (l *life) checkCreated(op *operation, id string) {
	d, _ := l.server.Deployment(id)
	recent := len(op.bought) == 0 && !isLive(d) && time.Since(d.Created) < 15*time.Minute
	if !slices.Contains(op.bought, id) && !recent && !l.racing {
		l.problem("%s returned %s and bought %s", op.name, id, op.bought)
	}
}

// checkTainted checks that a deployment that runs is not replaced.
func (l *life) checkTainted(op *operation, id string, err error) {
	if d, _ := l.server.Deployment(id); d.Status == caastest.StatusRunning {
		l.problem("%s taints the deployment %s, which is running: %v", op.name, id, err)
	}
}

// checkUpdated checks that the state has what the API has confirmed.
func (l *life) checkUpdated(op *operation, r *simResource, err error) {
	if op.renamed && r.state.spec.Name != r.want.Name && !errors.As(err, new(*deployment.NotAppliedError)) {
		l.problem("%s: the API confirmed the name %q, and the state has %q after %v", op.name, r.want.Name, r.state.spec.Name, err)
	}
	if op.extended > 0 && r.state.before.PaidHours < r.want.Hours {
		l.problem("%s: the API confirmed %d hours, and the state has %d after %v", op.name, r.want.Hours, r.state.before.PaidHours, err)
	}
}

// checkMoney checks after every command that nothing was bought twice, and that
// nothing that costs money is out of sight.
func (l *life) checkMoney(final bool) {
	wanted := 0.0
	for _, d := range l.server.Deployments() {
		if d.HoursBought == 0 {
			continue // foreign
		}
		if d.DurationHours > l.hours[d.ID] {
			l.problem("%s has %d hours, wanted are %d", d.ID, d.DurationHours, l.hours[d.ID])
		}
		wanted += 2.49 * float64((l.hours[d.ID]-l.console[d.ID])*d.Replicas*d.GPUsPerContainer)
		owners := 0
		for _, r := range l.resources {
			if r.state != nil && r.state.id == d.ID {
				owners++
			}
		}
		if isLive(d) && owners != 1 && (final || !slices.Contains(l.lost, d.ID)) {
			l.problem("%s (%q) is %q and in %d states", d.ID, d.Name, d.Status, owners)
		}
	}
	if paid := l.server.TotalPaid(); paid > wanted+0.01 {
		l.problem("paid are %.2f USDC, wanted are %.2f", paid, wanted)
	}
}

// checkResult checks that the mock has what the configuration asks for.
func (l *life) checkResult(r *simResource) {
	if r.want == nil {
		if r.state != nil {
			l.problem("%s is in the state after its destruction: %s", r.address, r.state.id)
		}
		return
	}
	if r.state == nil || r.err != nil {
		l.problem("%s is not created at the end: %v", r.address, r.err)
		return
	}
	d, _ := l.server.Deployment(r.state.id)
	if d.Status == caastest.StatusCompleted {
		return // meanwhile
	}
	w := *r.want
	check := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			l.problem("%s: the %s of %s is %v, wanted is %v", r.address, what, r.state.id, got, want)
		}
	}
	check("status", d.Status, caastest.StatusRunning)
	check("name", d.Name, w.Name)
	check("duration", d.DurationHours, l.hours[d.ID])
	check("shortage of hours", max(int(w.Hours)-d.DurationHours, 0), 0)
	check("replicas", d.Replicas, w.Replicas)
	check("same image", deployment.SameImage(d.ImageURL, w.Image), true)
	check("port", d.TrafficPort, w.TrafficPort)
	check("entrypoint", d.Entrypoint, w.Entrypoint)
	check("args", d.Args, w.Args)
	check("env", d.Env, w.Env)
	check("registry_username", d.RegistryUsername, w.RegistryUsername)
	check("secret_env", d.SecretEnv, w.SecretEnv.Value)
	check("registry_secret", d.RegistrySecret, w.RegistrySecret.Value)
	check("paid_hours of the state", r.state.before.PaidHours, d.DurationHours)
	check("unchanged state", deployment.Diff(r.state.spec, w).Empty() && !r.state.tainted, true)
}
