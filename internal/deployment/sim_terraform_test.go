package deployment_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// simResource is one resource of the simulated configuration.
type simResource struct {
	address string
	want    *deployment.Spec // nil: not in the configuration
	state   *simState        // nil: not in the state
	replace bool             // the user has asked for a replacement
	unsure  bool             // the last operation did not say what it bought
	err     error            // of the last command
}

// simState is what Terraform saves of a resource.
type simState struct {
	id      string
	spec    deployment.Spec
	before  deployment.Before
	tainted bool
}

var (
	errKilled = errors.New("the process was killed")
	errEnded  = errors.New("the plan rejects a change of a deployment that has ended")
)

// process is one provider process, as Terraform starts them.
type process struct {
	service   *deployment.Service
	ctx       context.Context //nolint:containedctx // it lives as long as the process
	interrupt context.CancelFunc
	countdown int // requests until it is killed; 0: never
	killed    bool
}

func (p *process) kill() {
	p.killed = true
	p.interrupt()
}

func (l *life) start() *process {
	clock := simClock{}
	client := caas.New(caas.Config{
		Endpoint: &url.URL{Scheme: "http", Host: "api.test"}, Token: "test-token",
		RequestTimeout: 30 * time.Second, MaxRetries: 8, Clock: clock, Transport: l,
	})
	p := &process{service: deployment.NewService(client, clock, nil)}
	p.ctx, p.interrupt = context.WithCancel(context.Background())
	return p
}

// begin returns the context of an operation that a process performs.
func (p *process) begin(r *simResource, what string, timeout time.Duration) (context.Context, *operation, context.CancelFunc) {
	op := &operation{name: r.address + " " + what, process: p}
	ctx, cancel := p.service.WithTimeout(context.WithValue(p.ctx, operationKey{}, op), timeout)
	return ctx, op, cancel
}

// join waits until no other goroutine of the life runs.
func (l *life) join(op *operation) { l.scheduler.wait(op.name + " ended") }

// refresh is the provider's Read.
func (l *life) refresh(p *process, r *simResource) error {
	if r.state == nil {
		return nil
	}
	ctx, op, cancel := p.begin(r, "refresh", 5*time.Minute)
	defer cancel()
	d, err := p.service.Read(ctx, r.state.id)
	l.join(op)
	completed := r.state.before.Status == caas.StatusCompleted
	switch {
	case p.killed:
		return errKilled
	case errors.Is(err, deployment.ErrNotFound) && completed && !l.recreates:
	case errors.Is(err, deployment.ErrNotFound):
		l.checkEnded("the refresh removes from the state", r.state.id)
		r.state = nil
	case err != nil:
		return err
	case d.Status == caas.StatusDestroyed, d.Status == caas.StatusCompleted && l.recreates:
		l.checkEnded("the refresh removes from the state", r.state.id)
		r.state = nil
	default:
		r.state.flatten(d)
		p.service.RememberOwned(r.state.spec.Name, r.state.id)
	}
	return nil
}

// flatten is the provider's function of that name.
func (s *simState) flatten(d *deployment.Deployment) {
	api := d.ContainerConfig
	if s.spec.Hours == 0 { // just imported
		s.spec.Hours = max(d.PaidHours, 1)
	}
	s.before.Status, s.before.StartedAt = d.Status, d.StartedAt.Time
	s.before.PaidHours = max(s.before.PaidHours, s.spec.Hours, d.PaidHours)
	if d.Containers != nil {
		s.before.ContainerIDs = nil
		for _, c := range d.Containers {
			s.before.ContainerIDs = append(s.before.ContainerIDs, c.ContainerID)
		}
		slices.Sort(s.before.ContainerIDs)
	}
	if d.Name != "" {
		s.spec.Name = d.Name
	}
	if d.TotalContainers > 0 {
		s.spec.Replicas = int64(d.TotalContainers)
	}
	s.spec.TrafficPort = int64(api.TrafficPort)
	if api.Entrypoint != nil {
		s.spec.Entrypoint = api.Entrypoint
	}
	s.spec.Env = map[string]string{}
	for name, value := range api.EnvVariables {
		s.spec.Env[name] = string(value)
	}
	if !deployment.SameImage(s.spec.Image, api.ImageURL) {
		s.spec.Image = api.ImageURL
	}
	if api.SecretEnvKeys != nil {
		s.spec.SecretEnvKeys = api.SecretEnvKeys
	}
}

// plan is the provider's ModifyPlan. It returns what the apply does: "", "create",
// "update", "replace" or "destroy".
func (l *life) plan(p *process, r *simResource) (action string, err error) {
	ctx, _, cancel := p.begin(r, "plan", 5*time.Minute)
	defer cancel()
	st, want := r.state, r.want
	id := ""
	if st != nil {
		id = st.id
	}
	switch {
	case want == nil && st == nil:
		return "", nil
	case want == nil:
		_, err := p.service.ClaimName(st.spec.Name, id)
		return "destroy", err
	case st == nil || st.tainted:
		own, err := p.service.ClaimName(want.Name, "") // Terraform hides the state of a tainted resource
		if err == nil {
			err = nameError(p.service.CheckName(ctx, want.Name, own))
		}
		if st == nil {
			return "create", err
		}
		return "replace", err
	}
	_, err = p.service.ClaimName(st.spec.Name, id)
	if err == nil {
		_, err = p.service.ClaimName(want.Name, id)
	}
	if err != nil {
		return "", err
	}
	replicas := st.spec.Replicas != want.Replicas
	change := deployment.Diff(st.spec, *want)
	switch {
	case replicas || r.replace:
		if !r.replace {
			l.problem("%s: the plan replaces a deployment that was not to be replaced", r.address)
		}
		return "replace", nameError(p.service.CheckName(ctx, want.Name, id))
	case change.Empty():
		return "", nil
	case !deployment.Live(st.before.Status):
		return "", errEnded
	case change.Rename:
		return "update", nameError(p.service.CheckName(ctx, want.Name, id))
	default:
		return "update", nil
	}
}

// nameError drops what the provider reports as a warning.
func nameError(err error) error {
	if errors.As(err, new(*deployment.NameTakenError)) || caas.IsUnauthorized(err) {
		return err
	}
	return nil
}

// apply performs what a plan came to. What the process holds when it is killed is
// lost.
func (l *life) apply(p *process, r *simResource, action string) error {
	if action == "" {
		return nil
	}
	if action == "replace" {
		if err := l.destroy(p, r); err != nil {
			return err
		}
		action = "create"
	}
	if action == "destroy" {
		return l.destroy(p, r)
	}
	planned, err := l.plan(p, r) // Terraform plans again
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
	id, err := p.service.Create(ctx, *r.want)
	l.join(op)
	if p.killed {
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
	st := &simState{id: id, spec: *r.want} // saved before anything else can fail
	d, err := p.service.Wait(ctx, id, l.waits)
	l.join(op)
	if p.killed {
		return l.lose(r, op, errKilled)
	}
	r.state, r.replace = st, len(op.bought) == 0 && !l.racing // see checkCreated
	if d != nil {
		st.flatten(d)
		keys := st.spec.SecretEnvKeys
		st.spec = *r.want
		st.spec.SecretEnvKeys = keys
	}
	if err == nil || !l.waits {
		return nil
	}
	for _, certain := range []error{deployment.ErrFailed, deployment.ErrTimeout, deployment.ErrNotFound, deployment.ErrEnded} {
		if errors.Is(err, certain) {
			st.tainted = true
			l.checkTainted(op, id, err)
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
	had, want := r.state.spec, *r.want
	l.hours[r.state.id] = max(l.hours[r.state.id], int(want.Hours))
	d, applied, err := p.service.Update(ctx, r.state.id, want, deployment.Diff(had, want), r.state.before, l.waits)
	l.join(op)
	if p.killed {
		r.unsure = true
		return errKilled
	}
	st := *r.state
	if err == nil {
		st.spec = want
		st.spec.SecretEnvKeys = had.SecretEnvKeys
	} else {
		st.addApplied(want, applied)
		r.unsure = errors.As(err, new(*deployment.UnconfirmedError))
	}
	st.before.PaidHours = max(st.before.PaidHours, applied.PaidHours)
	if d != nil {
		planned := st.spec
		st.flatten(d)
		if err == nil { // Terraform keeps what was planned
			planned.SecretEnvKeys = st.spec.SecretEnvKeys
			st.spec = planned
		}
	}
	r.state = &st
	l.checkUpdated(op, r, err)
	return err
}

// addApplied is the provider's withApplied.
func (s *simState) addApplied(want deployment.Spec, applied deployment.Applied) {
	had := s.spec
	if applied.Patched {
		s.spec = want
		s.spec.Name, s.spec.Hours, s.spec.Replicas, s.spec.SecretEnvKeys = had.Name, had.Hours, had.Replicas, had.SecretEnvKeys
	}
	if applied.Renamed {
		s.spec.Name = want.Name
	}
	if applied.PaidHours > 0 {
		s.spec.Hours = want.Hours
	}
}

// destroy is the provider's Delete.
func (l *life) destroy(p *process, r *simResource) error {
	ctx, op, cancel := p.begin(r, "destroy", 8*time.Minute)
	defer cancel()
	op.destroys = r.state.id
	_, err := p.service.Destroy(ctx, r.state.id, r.state.spec.Name)
	l.join(op)
	if p.killed {
		return errKilled
	}
	if err == nil {
		l.checkEnded("the destroy removes from the state", r.state.id)
		r.state = nil
	}
	return err
}
