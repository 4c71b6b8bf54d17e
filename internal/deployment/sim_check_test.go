package deployment_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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

// checkUpdated checks that the state has what the API has confirmed.
func (l *life) checkUpdated(op *operation, r *simResource, err error) {
	named := r.prefix == "" && r.state.spec.Name == r.want.Name || r.prefix != "" && strings.HasPrefix(r.state.spec.Name, r.prefix)
	if slices.Contains(op.confirmed, "update-name") && !named && !errors.As(err, new(*deployment.NotAppliedError)) {
		l.problem("%s: the API confirmed the name %q, and the state has %q after %v", op.name, r.want.Name+r.prefix, r.state.spec.Name, err)
	}
	if slices.Contains(op.confirmed, "extend") && r.state.before.PaidHours < r.want.Hours {
		l.problem("%s: the API confirmed %d hours, and the state has %d after %v", op.name, r.want.Hours, r.state.before.PaidHours, err)
	}
}

// checkMoney checks after every command that nothing was bought twice, and that
// nothing that costs money is out of sight.
func (l *life) checkMoney(final bool) {
	for _, d := range l.server.Deployments() {
		if d.HoursBought == 0 {
			continue // foreign
		}
		if d.DurationHours > l.hours[d.ID] {
			l.problem("%s has %d hours, wanted are %d", d.ID, d.DurationHours, l.hours[d.ID])
		}
		if owners := l.owners(d.ID); isLive(d) && owners != 1 && (final || !slices.Contains(l.lost, d.ID)) {
			l.problem("%s (%q) is %q and in %d states", d.ID, d.Name, d.Status, owners)
		}
	}
}

// owners returns how many resources have a deployment in their state.
func (l *life) owners(id string) int {
	owners := 0
	for _, r := range l.resources {
		for _, st := range append(slices.Clone(r.deposed), r.state) {
			if st != nil && st.id == id {
				owners++
			}
		}
	}
	return owners
}

// left returns the prepaid time that is left of a deployment, which may be more
// than the API shows.
func (l *life) left(d caastest.Deployment) time.Duration {
	if l.started[d.ID].IsZero() {
		l.started[d.ID] = d.Started // a restart may set it again
	}
	left := time.Duration(d.DurationHours) * time.Hour
	if started := l.started[d.ID]; !started.IsZero() {
		left -= time.Since(started)
	}
	return left
}

// checkRenewalFlag checks what a refresh has found out about a renewal since its
// start. The API counts whole minutes.
func (l *life) checkRenewalFlag(r *simResource, start time.Time) {
	d, _ := l.server.Deployment(r.state.id)
	renewal, left := r.state.spec.Renewal, l.left(d)
	switch {
	case renewal == nil || d.Status != caastest.StatusRunning:
		return
	case renewal.MaxTotal != nil && *renewal.MaxTotal <= int64(d.DurationHours):
		left = time.Duration(renewal.EarlyHours+1) * time.Hour // is not due any more
	}
	margin := left - time.Duration(renewal.EarlyHours)*time.Hour
	if margin+time.Since(start) < -2*time.Minute && !r.state.renewalDue || margin > 2*time.Minute && r.state.renewalDue {
		l.problem("%s: the renewal of %s is due: %t, %s are left: %s", r.address, d.ID, r.state.renewalDue, left, describeSpec(&r.state.spec))
	}
}

// checkExtension checks what an extend call has bought against what the operation
// wants: the total of the configuration, and a renewal that is due at that moment.
func (l *life) checkExtension(op *operation, before, after caastest.Deployment) {
	bought := after.DurationHours - before.DurationHours
	if bought == 0 {
		return
	}
	total := max(before.DurationHours, int(op.want.Hours))
	left := l.left(before) + time.Duration(total-before.DurationHours)*time.Hour
	if r := op.want.Renewal; r != nil && left < time.Duration(r.EarlyHours)*time.Hour {
		renewed := total + int(r.Hours)
		if r.MaxTotal != nil {
			renewed = min(renewed, max(total, int(*r.MaxTotal)))
		}
		total = renewed
	}
	if after.DurationHours > total {
		l.problem("%s buys %d hours for %s, which has %d in total then, wanted are %d", op.name, bought, before.ID, after.DurationHours, total)
	}
	l.hours[before.ID] = max(l.hours[before.ID], after.DurationHours)
}

// checkSpent checks what a request has cost against both budgets.
func (l *life) checkSpent(op *operation, cost float64) {
	op.process.spent += cost
	if limit := op.process.limit; limit != nil && op.process.spent > *limit+0.001 {
		l.problem("%s: its process has spent %.2f USDC, at most %.2f are allowed", op.name, op.process.spent, *limit)
	}
	if limit := op.want.MaxCost; limit != nil && cost > *limit+0.001 {
		l.problem("%s has spent %.2f USDC, at most %.2f are allowed", op.name, cost, *limit)
	}
}

// checkBudgetErrors checks that what a plan has allowed is not refused in the
// apply: a replacement has destroyed the old deployment by then. The mock's prices
// do not change.
func (l *life) checkBudgetErrors(r *simResource) {
	var budget *deployment.BudgetError
	if errors.As(r.err, &budget) && budget.Err == nil || errors.As(r.err, new(*deployment.RunBudgetError)) {
		l.problem("%s: the apply is over a budget, which the plan was not: %v", r.address, r.err)
	}
}

// checkResult checks that the mock has what the configuration asks for.
func (l *life) checkResult(r *simResource) {
	if r.want == nil {
		if r.state != nil || len(r.deposed) > 0 {
			l.problem("%s is in the state after its destruction: %v", r.address, append(r.deposed, r.state))
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
	w := *r.planned()
	if r.prefix != "" {
		w.Name = r.state.spec.Name
	}
	check := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			l.problem("%s: the %s of %s is %v, wanted is %v", r.address, what, r.state.id, got, want)
		}
	}
	check("status", d.Status, caastest.StatusRunning)
	check("name", d.Name, w.Name)
	check("prefix of the name", strings.HasPrefix(d.Name, r.prefix), true)
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
