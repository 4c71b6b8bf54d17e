package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// driver plays Terraform for one resource, in this process: it plans, applies,
// refreshes, imports and destroys over the plugin protocol, with a new provider
// process for each step as Terraform has it, and keeps the state as Terraform
// keeps it. It is a thousand times as fast as the real one, which is what a
// matrix of faults needs; the acceptance tests show that the two agree.
type driver struct {
	t testing.TB
	w *world
	// ctx ends when the user presses Ctrl-C, and carries the loggers.
	ctx context.Context
	// log is all that was logged, at TRACE.
	log *record
	// held is the state; nil when the resource is not in it.
	held *held
	// quick leaves out what only repeats: the validation, and the second plan.
	quick bool
	// provider are settings of the provider beside its endpoint and credentials.
	provider settings
}

// held is a resource in the state.
type held struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

// settings are values by attribute, those of an object in settings of their own.
type settings = map[string]any

// report is what Terraform did and what it said.
type report struct {
	// action is what was planned: "" when it did not come to a plan.
	action string
	diags  []*tfprotov6.Diagnostic
}

// planned is a plan to apply.
type planned struct {
	report
	config tftypes.Value
	prior  *held // as refreshed
	last   *step // of a deployment that is made or changed
}

const resourceType = "ioneth_caas_deployment"

// newDriver makes one with an empty state.
func newDriver(t testing.TB, w *world) *driver {
	log := &record{}
	return &driver{t: t, w: w, ctx: log.listen(context.Background()), log: log}
}

// process is one start of the provider.
type process struct {
	*driver
	tfprotov6.ProviderServer
}

// start starts and configures the provider.
func (d *driver) start() process {
	d.t.Helper()
	server := provider.NewServer("test", d.w.clock)()
	config := settings{"endpoint": d.w.URL(), "token": plantedToken, "api_key": plantedKey}
	for name, value := range d.provider {
		config[name] = value
	}
	resp, err := server.ConfigureProvider(d.ctx, &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: d.dynamic(valueOf(schemas().provider, config)),
	})
	d.must(err)
	if failed(resp.Diagnostics) {
		d.t.Fatalf("the provider is not configured: %s", words(resp.Diagnostics))
	}
	return process{d, server}
}

func (d *driver) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *driver) dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(v.Type(), v)
	d.must(err)
	return &dynamic
}

func (d *driver) value(dynamic *tfprotov6.DynamicValue) tftypes.Value {
	d.t.Helper()
	v, err := dynamic.Unmarshal(schemas().resource)
	d.must(err)
	return v
}

// null is the state of what is not there.
func null() tftypes.Value { return tftypes.NewValue(schemas().resource, nil) }

// refresh brings a state to what the API tells; nil when it is gone.
func (p process) refresh(h *held) (*held, []*tfprotov6.Diagnostic) {
	p.t.Helper()
	if h == nil {
		return nil, nil
	}
	raw, err := json.Marshal(plainOf(h.value))
	p.must(err)
	upgraded, err := p.UpgradeResourceState(p.ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: resourceType, RawState: &tfprotov6.RawState{JSON: raw},
	})
	p.must(err)
	if failed(upgraded.Diagnostics) {
		return h, upgraded.Diagnostics
	}
	resp, err := p.ReadResource(p.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: resourceType, CurrentState: upgraded.UpgradedState, Private: h.private, CurrentIdentity: h.identity,
	})
	p.must(err)
	if failed(resp.Diagnostics) {
		return h, resp.Diagnostics
	}
	now := p.value(resp.NewState)
	if now.IsNull() {
		return nil, resp.Diagnostics
	}
	p.settled(now)
	return &held{now, resp.Private, resp.NewIdentity, h.tainted}, resp.Diagnostics
}

// settled fails when a state has what no state can have.
func (d *driver) settled(state tftypes.Value) {
	d.t.Helper()
	if !state.IsFullyKnown() {
		d.t.Error("the provider returned a state that holds an unknown value")
	}
}

// plan refreshes and plans. A nil config is for a destroy.
func (d *driver) plan(config settings) *planned {
	d.t.Helper()
	p := d.start()
	plan := &planned{config: null()}
	plan.prior, plan.diags = p.refresh(d.held)
	if failed(plan.diags) {
		return plan
	}
	if config != nil {
		plan.config = valueOf(schemas().resource, config)
	}
	if config != nil && !d.quick {
		valid, err := p.ValidateResourceConfig(p.ctx, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: resourceType, Config: p.dynamic(plan.config),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		p.must(err)
		if plan.diags = append(plan.diags, valid.Diagnostics...); failed(plan.diags) {
			return plan
		}
	}
	var step *step
	plan.action, step = p.propose(plan.config, plan.prior)
	plan.diags, plan.last = append(plan.diags, step.diags...), step
	if failed(plan.diags) {
		plan.action = ""
	}
	return plan
}

// step is one change of the state as planned.
type step struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	diags    []*tfprotov6.Diagnostic
}

// propose plans the way from the state to the configuration.
func (p process) propose(config tftypes.Value, prior *held) (string, *step) {
	p.t.Helper()
	switch {
	case config.IsNull() && prior == nil:
		return "nothing", &step{value: null()}
	case config.IsNull():
		return "delete", &step{value: null()}
	case prior == nil:
		s, _ := p.ask(config, nil)
		return "create", s
	case prior.tainted:
		s, _ := p.ask(config, nil)
		return "replace", s
	}
	s, replaces := p.ask(config, prior)
	switch {
	case failed(s.diags):
		return "", s
	case replaces:
		anew, _ := p.ask(config, nil) // Terraform drops the warnings of this one
		if failed(anew.diags) {
			s.diags = append(s.diags, anew.diags...)
		}
		anew.diags = s.diags
		return "replace", anew
	case s.value.Equal(prior.value):
		return "nothing", s
	}
	return "update", s
}

// ask is one PlanResourceChange.
func (p process) ask(config tftypes.Value, prior *held) (*step, bool) {
	p.t.Helper()
	req := &tfprotov6.PlanResourceChangeRequest{TypeName: resourceType, Config: p.dynamic(config), PriorState: p.dynamic(null())}
	before := null()
	if prior != nil {
		before, req.PriorPrivate, req.PriorIdentity = prior.value, prior.private, prior.identity
		req.PriorState = p.dynamic(before)
	}
	req.ProposedNewState = p.dynamic(proposed(schemas().attributes, before, config))
	resp, err := p.PlanResourceChange(p.ctx, req)
	p.must(err)
	s := &step{private: resp.PlannedPrivate, identity: resp.PlannedIdentity, diags: resp.Diagnostics, value: null()}
	if !failed(resp.Diagnostics) {
		s.value = p.value(resp.PlannedState)
	}
	return s, len(resp.RequiresReplace) > 0
}

// apply carries a plan out, in a process of its own. It returns what was said
// from here on.
func (d *driver) apply(plan *planned) report {
	d.t.Helper()
	r := report{action: plan.action}
	if plan.action == "" {
		return r
	}
	d.held = plan.prior
	if plan.action == "nothing" {
		return r
	}
	p := d.start()
	if plan.action == "delete" || plan.action == "replace" {
		r.diags = append(r.diags, p.delete()...)
		if failed(r.diags) || plan.action == "delete" {
			return r
		}
	}
	// Terraform plans once more, with what is known by now, and holds the
	// provider to it.
	s := plan.last
	if !d.quick {
		s, _ = p.ask(plan.config, d.held)
	}
	if r.diags = append(r.diags, errorsOf(s.diags)...); failed(r.diags) {
		return r
	}
	r.diags = append(r.diags, p.change(plan.config, s)...)
	return r
}

// delete is the apply of a destroy.
func (p process) delete() []*tfprotov6.Diagnostic {
	p.t.Helper()
	return p.change(null(), &step{value: null()})
}

// change is one ApplyResourceChange.
func (p process) change(config tftypes.Value, s *step) []*tfprotov6.Diagnostic {
	p.t.Helper()
	prior, created := null(), p.held == nil
	if !created {
		prior = p.held.value
		raw, err := json.Marshal(plainOf(prior))
		p.must(err)
		_, err = p.UpgradeResourceState(p.ctx, &tfprotov6.UpgradeResourceStateRequest{
			TypeName: resourceType, RawState: &tfprotov6.RawState{JSON: raw},
		})
		p.must(err)
	}
	resp, err := p.ApplyResourceChange(p.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resourceType, PriorState: p.dynamic(prior), PlannedState: p.dynamic(s.value), Config: p.dynamic(config),
		PlannedPrivate: s.private, PlannedIdentity: s.identity,
	})
	p.must(err)
	now, broken := p.value(resp.NewState), failed(resp.Diagnostics)
	p.settled(now)
	switch {
	case now.IsNull():
		if !broken && !s.value.IsNull() {
			p.t.Error("the provider returned no state and no error")
		}
		p.driver.held = nil
	default:
		if why := disagreement("", s.value, now); why != "" && !broken {
			p.t.Errorf("the provider's result is not what it planned: %s", why)
		}
		// An error after a create taints; any other leaves the mark as it was.
		tainted := created && broken || !created && p.held.tainted
		p.driver.held = &held{now, resp.Private, resp.NewIdentity, tainted}
	}
	return resp.Diagnostics
}

// run is a whole terraform apply; a nil config is for terraform destroy.
func (d *driver) run(config settings) report {
	d.t.Helper()
	plan := d.plan(config)
	r := d.apply(plan)
	return report{r.action, append(plan.diags, r.diags...)}
}

// imports is an import block with that id, and the read that follows.
func (d *driver) imports(id string) []*tfprotov6.Diagnostic {
	d.t.Helper()
	p := d.start()
	resp, err := p.ImportResourceState(p.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: resourceType, ID: id})
	p.must(err)
	if failed(resp.Diagnostics) {
		return resp.Diagnostics
	}
	one := resp.ImportedResources[0]
	read, diags := p.refresh(&held{value: p.value(one.State), private: one.Private, identity: one.Identity})
	if failed(diags) {
		return diags
	}
	d.held = read
	return diags
}

// reads is a data source.
func (d *driver) reads(name string, config settings) []*tfprotov6.Diagnostic {
	d.t.Helper()
	p := d.start()
	resp, err := p.ReadDataSource(p.ctx, &tfprotov6.ReadDataSourceRequest{
		TypeName: name, Config: p.dynamic(valueOf(schemas().sources[name], config)),
	})
	p.must(err)
	return resp.Diagnostics
}

// at is an attribute of the state as JSON would have it, nil for none.
func (h *held) at(path ...string) any {
	if h == nil {
		return nil
	}
	v := plainOf(h.value)
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// id is the deployment that the state holds, "" for none.
func (h *held) id() string {
	id, _ := h.at("deployment_id").(string)
	return id
}

func failed(diags []*tfprotov6.Diagnostic) bool {
	return len(errorsOf(diags)) > 0
}

// errorsOf are the diagnostics but for the warnings.
func errorsOf(diags []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var kept []*tfprotov6.Diagnostic
	for _, d := range diags {
		if d.Severity != tfprotov6.DiagnosticSeverityWarning {
			kept = append(kept, d)
		}
	}
	return kept
}

// words are diagnostics as text, whole.
func words(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s: %s\n%s\n\n", d.Severity, d.Summary, d.Detail)
	}
	return b.String()
}
