package acctest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// Core plays Terraform Core for one resource: it calls the provider as terraform
// plan and apply do, with a new provider for each, and keeps the state. Without
// processes an apply takes milliseconds, and the clock is the Env's. Like Terraform
// 1.11 it passes no identities, but it checks those that it receives.
type Core struct {
	Type      string               // of the resource
	Token     string               // expression of the provider's token
	Settings  string               // of the provider block, in HCL
	Variables map[string]cty.Value // that expressions may use
	Context   context.Context      // of the calls; its end is Ctrl-C
	NoRefresh bool                 // -refresh=false
	Replace   bool                 // -replace
	Tainted   bool
	Server    *Server // the provider of every command; nil: a new one for each

	env    *Env
	t      testing.TB
	server *Server // of the current command
	state  instance
}

// instance is the resource in a state or in a plan.
type instance struct {
	value   tftypes.Value
	private []byte
}

// Plan is the result of terraform plan.
type Plan struct {
	Action      string   // create, update, replace, delete or no-op; empty when the plan failed
	Diagnostics []string // see Texts
	Unknown     []string // attributes

	config  string
	prior   instance // after the refresh
	planned tftypes.Value
}

// Changes reports whether the plan changes an attribute.
func (p *Plan) Changes(attribute string) bool {
	return !members(p.prior.value)[attribute].Equal(members(p.planned)[attribute])
}

// Core returns a Terraform without a state, for a deployment resource.
func (e *Env) Core(t testing.TB) *Core {
	t.Helper()
	return &Core{Type: DeploymentType, Token: `"test-token"`, Context: t.Context(), env: e, t: t}
}

// Plan refreshes and plans. Config is a resource block; an empty one plans a
// destroy.
func (c *Core) Plan(config string) *Plan {
	c.t.Helper()
	diagnostics := c.start()
	p := &Plan{config: config, prior: c.state}
	if !c.NoRefresh {
		prior, refreshed := c.refresh(c.state)
		p.prior, diagnostics = prior, append(diagnostics, refreshed...)
	}
	if !failed(diagnostics) {
		diagnostics = append(diagnostics, c.diff(p)...)
	}
	if failed(diagnostics) {
		p.Action = ""
	}
	p.Diagnostics = Texts(diagnostics)
	for name, value := range members(p.planned) {
		if !value.IsKnown() {
			p.Unknown = append(p.Unknown, name)
		}
	}
	slices.Sort(p.Unknown)
	return p
}

// Apply applies a plan, and returns the diagnostics. After an error a resource that
// it created is tainted.
func (c *Core) Apply(p *Plan) ([]string, bool) {
	c.t.Helper()
	if p.Action == "" {
		return p.Diagnostics, false
	}
	if c.state = p.prior; p.Action == "no-op" {
		return nil, true
	}
	diagnostics := c.start()
	if p.Action == "delete" || p.Action == "replace" {
		diagnostics = append(diagnostics, c.applyChange(c.null(), instance{value: c.null()})...)
	}
	if p.Action != "delete" && !failed(diagnostics) {
		diagnostics = append(diagnostics, c.finish(p)...)
	}
	return Texts(diagnostics), !failed(diagnostics)
}

// finish plans again with what is known by now, as Terraform does right before a
// change, and applies that.
func (c *Core) finish(p *Plan) []*tfprotov6.Diagnostic {
	config := c.evaluate(p.config)
	planned, replaces, diagnostics := c.planChange(config, c.state)
	switch {
	case failed(diagnostics):
		return errorsOf(diagnostics)
	case replaces || !conforms(p.planned, planned.value):
		return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Provider produced inconsistent final plan"}}
	}
	return c.applyChange(config, planned)
}

// Import is an import block: an import and the read that follows, without which the
// state stays as it is.
func (c *Core) Import(id string) []string {
	c.t.Helper()
	c.start()
	resp, err := c.server.ImportResourceState(c.Context, &tfprotov6.ImportResourceStateRequest{TypeName: c.Type, ID: id})
	c.server.Must(err, nil)
	if failed(resp.Diagnostics) {
		return Texts(resp.Diagnostics)
	}
	r := resp.ImportedResources[0]
	imported := c.decode(r.State, r.Private)
	c.wantIdentity("import", r.Identity, imported.value)
	read, diagnostics := c.refresh(imported)
	if !failed(diagnostics) {
		c.state = read
	}
	return Texts(diagnostics)
}

// Read refreshes the state.
func (c *Core) Read() []string {
	c.t.Helper()
	c.start()
	read, diagnostics := c.refresh(c.state)
	c.state = read
	return Texts(diagnostics)
}

// State returns the attributes in the state, none when there is no resource.
func (c *Core) State() map[string]any { return object(c.state.value) }

// Private returns the private state as the provider encodes it.
func (c *Core) Private() string { return string(c.state.private) }

// start starts and configures the provider for one command, unless there is one for
// every command.
func (c *Core) start() []*tfprotov6.Diagnostic {
	c.t.Helper()
	if c.state.value.Type() == nil {
		defer func() { c.state.value = c.null() }()
	}
	if c.server = c.Server; c.server != nil {
		return nil
	}
	c.server = c.env.startServer(c.t)
	block := fmt.Sprintf("provider \"ioneth\" {\n  endpoint = %q\n  token = %s\n%s\n}\n", c.env.API.URL(), c.Token, c.Settings)
	config := evaluate(c.t, block, c.server.Schemas.Provider.ValueType(), c.Variables)
	return c.server.configure(c.Context, c.server.Dynamic(config))
}

func (c *Core) schema() *tfprotov6.Schema { return c.server.Schemas.ResourceSchemas[c.Type] }

func (c *Core) null() tftypes.Value { return tftypes.NewValue(c.schema().ValueType(), nil) }

// evaluate returns the resource of a configuration, null when it is empty.
func (c *Core) evaluate(config string) tftypes.Value {
	c.t.Helper()
	if config == "" {
		return c.null()
	}
	return evaluate(c.t, config, c.schema().ValueType(), c.Variables)
}

func (c *Core) decode(value *tfprotov6.DynamicValue, private []byte) instance {
	c.t.Helper()
	v, err := value.Unmarshal(c.schema().ValueType())
	c.server.Must(err, nil)
	return instance{v, private}
}

// wantIdentity checks the identity of a deployment that has an ID: Terraform 1.12
// and later require it after every read, creation and update.
func (c *Core) wantIdentity(operation string, identity *tfprotov6.ResourceIdentityData, of tftypes.Value) {
	c.t.Helper()
	if id, found := object(of)["deployment_id"].(string); found && c.Type == DeploymentType {
		c.server.WantIdentity(operation, identity, id)
	}
}

// refresh reads the resource. After an error it stays as it is.
func (c *Core) refresh(old instance) (instance, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	if old.value.IsNull() {
		return old, nil
	}
	resp, err := c.server.ReadResource(c.Context, &tfprotov6.ReadResourceRequest{
		TypeName: c.Type, CurrentState: c.server.Dynamic(old.value), Private: old.private,
	})
	c.server.Must(err, nil)
	if failed(resp.Diagnostics) {
		return old, resp.Diagnostics
	}
	c.wantIdentity("read", resp.NewIdentity, old.value) // also when the read removes the resource
	return c.decode(resp.NewState, resp.Private), resp.Diagnostics
}

// diff plans the change from the refreshed state to the configuration.
func (c *Core) diff(p *Plan) []*tfprotov6.Diagnostic {
	config, prior := c.evaluate(p.config), p.prior
	switch {
	case config.IsNull() && prior.value.IsNull():
		p.Action = "no-op"
		return nil
	case config.IsNull():
		p.Action = "delete"
	case prior.value.IsNull():
		p.Action = "create"
	case c.Tainted: // Terraform plans this replacement as a creation, without the state
		p.Action, prior = "replace", instance{value: c.null()}
	default:
		p.Action = "update"
	}
	planned, replaces, diagnostics := c.planChange(config, prior)
	if p.planned = planned.value; p.Action != "update" || failed(diagnostics) {
		return diagnostics
	}
	switch {
	case replaces || c.Replace: // the second call gets the private state of the first one, and its warnings are dropped
		p.Action = "replace"
		again, _, errors := c.planChange(config, instance{value: c.null(), private: planned.private})
		p.planned = again.value
		diagnostics = append(diagnostics, errorsOf(errors)...)
	case planned.value.Equal(prior.value):
		p.Action = "no-op"
	}
	return diagnostics
}

// planChange validates and plans.
func (c *Core) planChange(config tftypes.Value, prior instance) (planned instance, replaces bool, diagnostics []*tfprotov6.Diagnostic) {
	c.t.Helper()
	s := c.server
	if !config.IsNull() {
		validated, err := s.ValidateResourceConfig(c.Context, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: c.Type, Config: s.Dynamic(config),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		s.Must(err, nil)
		if diagnostics = validated.Diagnostics; failed(diagnostics) {
			return prior, false, diagnostics
		}
	}
	resp, err := s.PlanResourceChange(c.Context, &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.Type, Config: s.Dynamic(config), PriorState: s.Dynamic(prior.value), PriorPrivate: prior.private,
		ProposedNewState: s.Dynamic(proposedNewState(c.schema().Block.Attributes, prior.value, config)),
	})
	s.Must(err, nil)
	diagnostics = append(diagnostics, resp.Diagnostics...)
	if failed(diagnostics) {
		return prior, false, diagnostics
	}
	planned = c.decode(resp.PlannedState, resp.PlannedPrivate)
	return planned, slices.ContainsFunc(resp.RequiresReplace, func(at *tftypes.AttributePath) bool {
		return differsAt(at, prior.value, planned.value)
	}), diagnostics
}

// differsAt reports whether two values differ at a path: Terraform replaces nothing
// because of an attribute that does not change.
func differsAt(at *tftypes.AttributePath, prior, planned tftypes.Value) bool {
	before, _, errBefore := tftypes.WalkAttributePath(prior, at)
	after, _, errAfter := tftypes.WalkAttributePath(planned, at)
	if errBefore != nil || errAfter != nil {
		return true
	}
	was, _ := before.(tftypes.Value)
	is, _ := after.(tftypes.Value)
	return !was.Equal(is)
}

// applyChange applies, stores the result, and checks that it is what was planned.
func (c *Core) applyChange(config tftypes.Value, planned instance) []*tfprotov6.Diagnostic {
	c.t.Helper()
	s, prior := c.server, c.state
	resp, err := s.ApplyResourceChange(c.Context, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.Type, PriorState: s.Dynamic(prior.value), PlannedState: s.Dynamic(planned.value), Config: s.Dynamic(config),
		PlannedPrivate: planned.private,
	})
	s.Must(err, nil)
	ok, created := !failed(resp.Diagnostics), prior.value.IsNull()
	c.state = c.decode(resp.NewState, resp.Private)
	if !planned.value.IsNull() {
		c.wantIdentity("apply", resp.NewIdentity, c.state.value)
	}
	c.Tainted = !c.state.value.IsNull() && (created && !ok || !created && c.Tainted)
	if ok && !conforms(planned.value, c.state.value) {
		c.t.Errorf("inconsistent result after apply: planned %s, got %s", planned.value, c.state.value)
	}
	return resp.Diagnostics
}

// conforms reports whether a value has all that is known of a planned one.
func conforms(planned, value tftypes.Value) bool {
	diffs, err := planned.Diff(value)
	return err == nil && !slices.ContainsFunc(diffs, func(d tftypes.ValueDiff) bool { return d.Value1 != nil && d.Value1.IsFullyKnown() })
}

// proposedNewState merges configuration and prior state as Terraform does before it
// calls PlanResourceChange: a computed attribute that is not configured keeps its
// prior value.
func proposedNewState(attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	before, proposed := members(prior), members(config)
	for _, a := range attributes {
		none := tftypes.NewValue(a.ValueType(), nil)
		old, found := before[a.Name]
		if !found {
			old = none
		}
		switch {
		case a.WriteOnly:
			proposed[a.Name] = none
		case proposed[a.Name].IsNull() && a.Computed:
			proposed[a.Name] = old
		case a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			proposed[a.Name] = proposedNewState(a.NestedType.Attributes, old, proposed[a.Name])
		}
	}
	return tftypes.NewValue(config.Type(), proposed)
}
