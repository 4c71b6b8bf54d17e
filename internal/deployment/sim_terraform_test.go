package deployment_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// simResource is one resource of the simulated configuration.
type simResource struct {
	address     string
	want        *deployment.Spec // nil: not in the configuration
	prefix      string           // of the name, in place of a fixed one; "": none
	createFirst bool             // create_before_destroy, for a name with a prefix
	state       *simState        // nil: not in the state
	deposed     []*simState      // replaced under createFirst and not destroyed yet
	replace     bool             // the user has asked for a replacement
	unsure      bool             // the last operation did not say what it bought
	err         error            // of the last command
}

// planned returns what a plan wants. A name with a prefix is "" when the
// deployment gets a new one, which no plan knows.
func (r *simResource) planned() *deployment.Spec {
	if r.want == nil || r.prefix == "" {
		return r.want
	}
	want := *r.want
	want.Name = ""
	if r.state != nil && strings.HasPrefix(r.state.spec.Name, r.prefix) {
		want.Name = r.state.spec.Name
	}
	return &want
}

// simState is what Terraform saves of a resource.
type simState struct {
	id      string
	spec    deployment.Spec
	before  deployment.Before
	tainted bool
	endsAt  time.Time
	// renewalDue is in private state: the last refresh found that a renewal is due.
	renewalDue bool
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
	limit     *float64 // of all purchases, USDC; nil: none
	spent     float64  // USDC
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
	p := &process{service: deployment.NewService(client, clock, l.limit), limit: l.limit}
	p.ctx, p.interrupt = context.WithCancel(context.Background())
	return p
}

// begin returns the context of an operation that a process performs.
func (p *process) begin(r *simResource, what string, timeout time.Duration) (context.Context, *operation, context.CancelFunc) {
	op := &operation{name: r.address + " " + what, process: p, want: r.want}
	ctx, cancel := p.service.WithTimeout(context.WithValue(p.ctx, operationKey{}, op), timeout)
	return ctx, op, cancel
}

// join waits until no other goroutine of the life runs. It reports whether the
// process was killed, so that what it holds is lost.
func (l *life) join(op *operation) (killed bool) {
	l.scheduler.wait(op.name + " ended")
	return op.process.killed
}

// refresh is the provider's Read.
func (l *life) refresh(p *process, r *simResource) error {
	if r.state == nil {
		return nil
	}
	start := time.Now()
	ctx, op, cancel := p.begin(r, "refresh", 5*time.Minute)
	defer cancel()
	d, err := p.service.Read(ctx, r.state.id)
	l.join(op)
	completed := r.state.before.Status == caas.StatusCompleted
	switch {
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
		r.state.renewalDue = r.state.spec.Renewal.Due(d, r.state.before.PaidHours) > 0
		l.checkRenewalFlag(r, start)
		p.service.RememberOwned(r.state.spec.Name, r.state.id)
	}
	return nil
}

// save saves what was planned. The names of the secrets are read from the API.
func (s *simState) save(planned deployment.Spec) {
	planned.SecretEnvKeys = s.spec.SecretEnvKeys
	s.spec = planned
}

// flatten is the provider's function of that name.
func (s *simState) flatten(d *deployment.Deployment) {
	api := d.ContainerConfig
	if s.spec.Hours == 0 { // just imported
		s.spec.Hours = max(d.PaidHours, 1)
	}
	s.before.Status, s.before.StartedAt = d.Status, d.StartedAt.Time
	s.before.PaidHours = max(s.before.PaidHours, s.spec.Hours, d.PaidHours)
	s.endsAt = d.EndsAt
	if d.Containers != nil {
		s.before.ContainerIDs = nil
		for _, c := range d.Containers {
			s.before.ContainerIDs = append(s.before.ContainerIDs, c.ContainerID)
		}
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
	st, want := r.state, r.planned()
	if want == nil && st == nil {
		return "", nil
	}
	if st != nil && (want == nil || !st.tainted) { // else Terraform hides the state
		if _, err := p.service.ClaimName(st.spec.Name, st.id); err != nil || want == nil {
			return "destroy", err
		}
	}
	switch {
	case st == nil:
		return "create", l.planPurchase(ctx, p, r, "")
	case st.tainted:
		return "replace", l.planPurchase(ctx, p, r, "")
	case r.replace || st.spec.Replicas != want.Replicas:
		if !r.replace {
			l.problem("%s: the plan replaces a deployment that was not to be replaced", r.address)
		}
		return "replace", l.planPurchase(ctx, p, r, st.id)
	default:
		return l.planUpdate(ctx, p, r)
	}
}

// planPurchase plans a deployment, in the place of the one with the ID own unless
// that is "" or not known.
func (l *life) planPurchase(ctx context.Context, p *process, r *simResource, own string) error {
	want := r.planned()
	if r.prefix == "" {
		claimed, err := p.service.ClaimName(want.Name, own)
		if err == nil {
			own = claimed
			err = nameError(p.service.CheckName(ctx, want.Name, own))
		}
		if err != nil {
			return err
		}
	}
	if own == "" && !l.planChecks {
		return nil
	}
	purchase := want.Purchase()
	purchase.Replaces = own
	return checkPrice(ctx, p, purchase)
}

// planUpdate plans a change in place.
func (l *life) planUpdate(ctx context.Context, p *process, r *simResource) (action string, err error) {
	st, want := r.state, r.planned()
	if want.Name != "" {
		if _, err := p.service.ClaimName(want.Name, st.id); err != nil {
			return "", err
		}
	}
	change := deployment.Diff(st.spec, *want)
	change.Renew = want.Renewal != nil && deployment.Live(st.before.Status) && st.renewalDue
	switch {
	case change.Empty(): // it may change the state, such as max_cost_usdc
		return "update", nil
	case !deployment.Live(st.before.Status):
		return "", errEnded
	case change.Rename && want.Name != "":
		if err := nameError(p.service.CheckName(ctx, want.Name, st.id)); err != nil {
			return "", err
		}
	}
	paid := st.before.PaidHours
	if hours := want.TotalHours(paid, time.Until(st.endsAt), change.Renew) - paid; hours > 0 && l.planChecks {
		return "update", checkPrice(ctx, p, want.Extension(st.id, hours))
	}
	return "update", nil
}

// checkPrice is the provider's function of that name.
func checkPrice(ctx context.Context, p *process, purchase deployment.Purchase) error {
	if !p.service.IsLimited(purchase) {
		return nil
	}
	cost, err := p.service.Price(ctx, purchase)
	if err != nil {
		return err
	}
	if over := purchase.CheckCost(cost); over != nil {
		return over
	}
	if over := p.service.PlanPurchase(purchase, cost); over != nil {
		return over
	}
	return nil
}

// nameError drops what the provider reports as a warning.
func nameError(err error) error {
	if errors.As(err, new(*deployment.NameTakenError)) || caas.IsUnauthorized(err) {
		return err
	}
	return nil
}
