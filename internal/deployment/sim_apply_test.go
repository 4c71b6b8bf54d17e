package deployment_test

import (
	"errors"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// apply performs what a plan came to. What the process holds when it is killed is
// lost.
func (l *life) apply(p *process, r *simResource, action string) error {
	if err := l.destroyDeposed(p, r); err != nil {
		return err
	}
	switch action {
	case "replace":
		return l.replace(p, r)
	case "create", "update":
		return l.planAndApply(p, r, action)
	case "destroy":
		err := l.destroy(p, r, r.state)
		if err == nil {
			r.state = nil
		}
		return err
	default:
		return nil
	}
}

// replace destroys the deployment and creates another one, in the order that the
// user has chosen.
func (l *life) replace(p *process, r *simResource) error {
	old := r.state
	if r.prefix == "" || !r.createFirst {
		if err := l.destroy(p, r, old); err != nil {
			return err
		}
		r.state = nil
		return l.planAndApply(p, r, "create")
	}
	r.state = nil // Terraform hides the old object
	err := l.planAndApply(p, r, "create")
	if r.state == nil {
		r.state = old
		return err
	}
	r.deposed = append(r.deposed, old)
	if err != nil {
		return err
	}
	return l.destroyDeposed(p, r)
}

func (l *life) destroyDeposed(p *process, r *simResource) error {
	for len(r.deposed) > 0 {
		if err := l.destroy(p, r, r.deposed[0]); err != nil {
			return err
		}
		r.deposed = r.deposed[1:]
	}
	return nil
}

// planAndApply plans again, as Terraform does in an apply, and goes on when the
// action is still the same.
func (l *life) planAndApply(p *process, r *simResource, action string) error {
	planned, err := l.plan(p, r)
	switch {
	case err != nil:
		return err
	case planned != action:
		return nil
	case action == "create":
		return l.create(p, r)
	default:
		return l.update(p, r)
	}
}

// create is the provider's Create.
func (l *life) create(p *process, r *simResource) error {
	ctx, op, cancel := p.begin(r, "create", 12*time.Minute)
	defer cancel()
	spec := *r.want
	if r.prefix != "" {
		spec.Name = l.newName(r.prefix)
	}
	id, err := p.service.Create(ctx, spec)
	if l.join(op) {
		return l.lose(r, op, errKilled)
	}
	if err != nil {
		if errors.As(err, new(*deployment.UnconfirmedError)) {
			return l.lose(r, op, err)
		}
		if len(op.bought) > 0 {
			l.problem("%s bought %s and reports that it did not: %v", op.name, op.bought, err)
		}
		return err
	}
	l.checkCreated(op, id)
	st := &simState{id: id, spec: spec} // saved before anything else can fail
	d, err := p.service.Wait(ctx, id, l.waits)
	if l.join(op) {
		return l.lose(r, op, errKilled)
	}
	r.state, r.replace = st, len(op.bought) == 0 && !l.racing // see checkCreated
	if d != nil {
		st.flatten(d)
		st.save(spec)
	}
	if err == nil || !l.waits {
		return nil
	}
	for _, certain := range []error{deployment.ErrFailed, deployment.ErrTimeout, deployment.ErrNotFound, deployment.ErrEnded} {
		if errors.Is(err, certain) {
			st.tainted = true
			if d, _ := l.server.Deployment(id); d.Status == caastest.StatusRunning {
				l.problem("%s taints the deployment %s, which is running: %v", op.name, id, err)
			}
			return err
		}
	}
	return nil // a warning: what the API rejects says nothing about the deployment
}

// lose notes that the state does not have what an operation may have bought.
func (l *life) lose(r *simResource, op *operation, err error) error {
	r.unsure = true
	l.lost = append(l.lost, op.bought...)
	return err
}

// update is the provider's Update.
func (l *life) update(p *process, r *simResource) error {
	ctx, op, cancel := p.begin(r, "update", 10*time.Minute)
	defer cancel()
	had, want := r.state.spec, *r.planned()
	if want.Name == "" {
		want.Name = l.newName(r.prefix)
	}
	st := *r.state
	r.state = &st
	change := deployment.Diff(had, want)
	change.Renew = want.Renewal != nil && st.renewalDue
	if change.Empty() {
		st.save(want)
		return nil
	}
	l.hours[st.id] = max(l.hours[st.id], int(want.Hours))
	d, applied, err := p.service.Update(ctx, st.id, want, change, st.before, l.waits)
	if l.join(op) {
		r.unsure = true
		return errKilled
	}
	if err == nil {
		st.save(want)
		st.renewalDue = false
	} else {
		st.addApplied(want, applied)
		r.unsure = errors.As(err, new(*deployment.UnconfirmedError))
	}
	st.before.PaidHours = max(st.before.PaidHours, applied.PaidHours)
	if d != nil {
		planned := st.spec
		st.flatten(d)
		if err == nil { // Terraform keeps what was planned
			st.save(planned)
		}
	}
	l.checkUpdated(op, r, err)
	return err
}

// addApplied is the provider's withApplied.
func (s *simState) addApplied(want deployment.Spec, applied deployment.Applied) {
	had := s.spec
	if applied.Patched {
		s.save(want)
		s.spec.Name, s.spec.Hours, s.spec.Renewal = had.Name, had.Hours, had.Renewal
	}
	if applied.Renamed {
		s.spec.Name = want.Name
	}
	if applied.PaidHours > 0 {
		s.spec.Hours = want.Hours
	}
}

// destroy is the provider's Delete.
func (l *life) destroy(p *process, r *simResource, st *simState) error {
	ctx, op, cancel := p.begin(r, "destroy", 8*time.Minute)
	defer cancel()
	op.destroys = st.id
	_, err := p.service.Destroy(ctx, st.id, st.spec.Name)
	if l.join(op) {
		return errKilled
	}
	if err == nil {
		l.checkEnded("the destroy removes from the state", st.id)
	}
	return err
}
