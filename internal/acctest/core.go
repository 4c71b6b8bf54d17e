package acctest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// Core plays Terraform Core for one deployment resource: it calls the provider as
// terraform plan and apply do, with a new provider for each, and keeps the state.
// Without processes an apply takes milliseconds, and the clock is the Env's.
type Core struct {
	Token     string               // expression of the provider's token
	Settings  string               // of the provider block, in HCL
	Variables map[string]cty.Value // that expressions may use
	NoRefresh bool                 // -refresh=false
	Replace   bool                 // -replace
	Tainted   bool

	env   *Env
	t     testing.TB
	state instance
}

// instance is the resource in a state or in a plan.
type instance struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// Plan is the result of terraform plan.
type Plan struct {
	Action      string   // create, update, replace, delete or no-op; empty when the plan failed
	Diagnostics []string // see Texts
	Unknown     []string // attributes

	config        string
	prior         instance // after the refresh
	planned       tftypes.Value
	before, after map[string]any
}

// Changes reports whether the plan changes a known value of an attribute.
func (p *Plan) Changes(attribute string) bool {
	return fmt.Sprint(p.before[attribute]) != fmt.Sprint(p.after[attribute])
}

// Core returns a Terraform without a state.
func (e *Env) Core(t testing.TB) *Core {
	t.Helper()
	return &Core{Token: `"test-token"`, env: e, t: t}
}

// Plan refreshes and plans. Config is a resource block; an empty one plans a
// destroy.
func (c *Core) Plan(config string) *Plan {
	c.t.Helper()
	s, diagnostics := c.start()
	p := &Plan{config: config}
	p.prior = c.state
	if !c.NoRefresh {
		prior, refreshed := c.refresh(s)
		p.prior, diagnostics = prior, append(diagnostics, refreshed...)
	}
	if !failed(diagnostics) {
		diagnostics = append(diagnostics, c.diff(s, p)...)
	}
	if failed(diagnostics) {
		p.Action = ""
	}
	p.Diagnostics = Texts(diagnostics)
	p.before, p.after = object(p.prior.value), object(p.planned)
	for name, value := range members(p.planned) {
		if !value.IsKnown() {
			p.Unknown = append(p.Unknown, name)
		}
	}
	slices.Sort(p.Unknown)
	return p
}

// Apply applies a plan, and returns the diagnostics. After an error a deployment
// that it created is tainted.
func (c *Core) Apply(p *Plan) ([]string, bool) {
	c.t.Helper()
	if p.Action == "" {
		return p.Diagnostics, false
	}
	if c.state = p.prior; p.Action == "no-op" {
		return nil, true
	}
	s, diagnostics := c.start()
	if p.Action == "delete" || p.Action == "replace" {
		diagnostics = append(diagnostics, c.applyChange(s, c.null(s), instance{value: c.null(s)})...)
	}
	if p.Action != "delete" && !failed(diagnostics) {
		diagnostics = append(diagnostics, c.finish(s, p)...)
	}
	return Texts(diagnostics), !failed(diagnostics)
}

// finish plans again with what is known by now, as Terraform does right before a
// change, and applies that.
func (c *Core) finish(s *Server, p *Plan) []*tfprotov6.Diagnostic {
	config := c.evaluate(s, p.config)
	planned, replaces, diagnostics := c.planChange(s, config, c.state)
	switch {
	case failed(diagnostics):
		return errorsOf(diagnostics)
	case replaces || !conforms(p.planned, planned.value):
		return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Provider produced inconsistent final plan"}}
	}
	return c.applyChange(s, config, planned)
}

// Import imports a deployment into the state.
func (c *Core) Import(id string) []string {
	c.t.Helper()
	s, _ := c.start()
	resp, err := s.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: DeploymentType, ID: id})
	if err != nil {
		c.t.Fatal(err)
	}
	if failed(resp.Diagnostics) {
		return Texts(resp.Diagnostics)
	}
	r := resp.ImportedResources[0]
	c.state = c.decode(s, r.State, r.Private, r.Identity)
	return c.Read()
}

// Read refreshes the state.
func (c *Core) Read() []string {
	c.t.Helper()
	s, _ := c.start()
	read, diagnostics := c.refresh(s)
	c.state = read
	return Texts(diagnostics)
}

// State returns the attributes in the state, none when there is no resource.
func (c *Core) State() map[string]any { return object(c.state.value) }

func (c *Core) start() (*Server, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	s := c.env.startServer(c.t)
	config := c.evaluate(s, fmt.Sprintf("provider \"ioneth\" {\n  endpoint = %q\n  token = %s\n%s\n}\n", c.env.API.URL(), c.Token, c.Settings))
	resp, err := s.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: s.Dynamic(config)})
	if err != nil {
		c.t.Fatal(err)
	}
	if c.state.value.Type() == nil {
		c.state.value = c.null(s)
	}
	return s, resp.Diagnostics
}

func (c *Core) null(s *Server) tftypes.Value {
	return tftypes.NewValue(s.Deployment().ValueType(), nil)
}

func (c *Core) decode(s *Server, value *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) instance {
	c.t.Helper()
	v, err := value.Unmarshal(s.Deployment().ValueType())
	if err != nil {
		c.t.Fatal(err)
	}
	return instance{v, private, identity}
}

func (c *Core) refresh(s *Server) (instance, []*tfprotov6.Diagnostic) {
	c.t.Helper()
	if c.state.value.IsNull() {
		return c.state, nil
	}
	resp, err := s.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: DeploymentType, CurrentState: s.Dynamic(c.state.value), Private: c.state.private, CurrentIdentity: c.state.identity,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if failed(resp.Diagnostics) {
		return c.state, resp.Diagnostics
	}
	return c.decode(s, resp.NewState, resp.Private, resp.NewIdentity), resp.Diagnostics
}

// diff plans the change from the refreshed state to the configuration.
func (c *Core) diff(s *Server, p *Plan) []*tfprotov6.Diagnostic {
	config, prior := c.null(s), p.prior
	if p.config != "" {
		config = c.evaluate(s, p.config)
	}
	switch {
	case config.IsNull() && prior.value.IsNull():
		p.Action = "no-op"
		return nil
	case config.IsNull():
		p.Action = "delete"
	case prior.value.IsNull():
		p.Action = "create"
	case c.Tainted: // Terraform plans this replacement as a creation, without the state
		p.Action, prior = "replace", instance{value: c.null(s)}
	default:
		p.Action = "update"
	}
	planned, replaces, diagnostics := c.planChange(s, config, prior)
	if p.planned = planned.value; p.Action != "update" || failed(diagnostics) {
		return diagnostics
	}
	switch {
	case replaces || c.Replace: // the second call gets the private state of the first one, and its warnings are dropped
		p.Action = "replace"
		again, _, errors := c.planChange(s, config, instance{value: c.null(s), private: planned.private})
		p.planned = again.value
		diagnostics = append(diagnostics, errorsOf(errors)...)
	case planned.value.Equal(prior.value):
		p.Action = "no-op"
	}
	return diagnostics
}

// planChange validates and plans.
func (c *Core) planChange(s *Server, config tftypes.Value, prior instance) (planned instance, replaces bool, diagnostics []*tfprotov6.Diagnostic) {
	c.t.Helper()
	if !config.IsNull() {
		validated, err := s.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: DeploymentType, Config: s.Dynamic(config),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		if err != nil {
			c.t.Fatal(err)
		}
		if diagnostics = validated.Diagnostics; failed(diagnostics) {
			return prior, false, diagnostics
		}
	}
	resp, err := s.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: DeploymentType, Config: s.Dynamic(config), PriorState: s.Dynamic(prior.value), PriorPrivate: prior.private, PriorIdentity: prior.identity,
		ProposedNewState: s.Dynamic(ProposedNewState(s.Deployment().Block.Attributes, prior.value, config)),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	diagnostics = append(diagnostics, resp.Diagnostics...)
	if failed(diagnostics) {
		return prior, false, diagnostics
	}
	return c.decode(s, resp.PlannedState, resp.PlannedPrivate, resp.PlannedIdentity), len(resp.RequiresReplace) > 0, diagnostics
}

// applyChange applies, stores the result, and checks that it is what was planned.
func (c *Core) applyChange(s *Server, config tftypes.Value, planned instance) []*tfprotov6.Diagnostic {
	c.t.Helper()
	created, prior := c.state.value.IsNull(), c.state
	resp, err := s.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: DeploymentType, PriorState: s.Dynamic(prior.value), PlannedState: s.Dynamic(planned.value), Config: s.Dynamic(config),
		PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	ok := !failed(resp.Diagnostics)
	c.state = c.decode(s, resp.NewState, resp.Private, resp.NewIdentity)
	c.Tainted = !c.state.value.IsNull() && (c.Tainted || created && !ok)
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

// ProposedNewState merges configuration and prior state as Terraform does before it
// calls PlanResourceChange: a computed attribute that is not configured keeps its
// prior value.
func ProposedNewState(attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
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
			proposed[a.Name] = ProposedNewState(a.NestedType.Attributes, old, proposed[a.Name])
		}
	}
	return tftypes.NewValue(config.Type(), proposed)
}

// evaluate returns the attributes of the only block of a configuration. What is
// not an attribute of the schema, such as count, is an error.
func (c *Core) evaluate(s *Server, config string) tftypes.Value {
	c.t.Helper()
	of := s.Deployment().ValueType()
	if strings.HasPrefix(config, "provider") {
		of = s.Schemas.Provider.ValueType()
	}
	file, diags := hclsyntax.ParseConfig([]byte(config), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		c.t.Fatalf("%s in %s", diags, config)
	}
	values := map[string]cty.Value{}
	for name, attribute := range file.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes { //nolint:errcheck,forcetypeassert // HCL's native syntax
		v, diags := attribute.Expr.Value(&hcl.EvalContext{Variables: c.Variables})
		if diags.HasErrors() {
			c.t.Fatal(diags)
		}
		values[name] = v
	}
	ty := ctyType(of)
	v, err := convert.Convert(cty.ObjectVal(values), ty)
	if err != nil {
		c.t.Fatal(err)
	}
	packed, err := msgpack.Marshal(v, ty.WithoutOptionalAttributesDeep())
	if err != nil {
		c.t.Fatal(err)
	}
	value, err := (&tfprotov6.DynamicValue{MsgPack: packed}).Unmarshal(of)
	if err != nil {
		c.t.Fatal(err)
	}
	return value
}

// ctyType returns a type as Terraform's expressions have it, with every attribute
// optional.
func ctyType(t tftypes.Type) cty.Type {
	switch t := t.(type) {
	case tftypes.Object:
		attributes := map[string]cty.Type{}
		for name, of := range t.AttributeTypes {
			attributes[name] = ctyType(of)
		}
		return cty.ObjectWithOptionalAttrs(attributes, slices.Collect(maps.Keys(attributes)))
	case tftypes.List:
		return cty.List(ctyType(t.ElementType))
	case tftypes.Set:
		return cty.Set(ctyType(t.ElementType))
	case tftypes.Map:
		return cty.Map(ctyType(t.ElementType))
	}
	switch {
	case t.Is(tftypes.Number):
		return cty.Number
	case t.Is(tftypes.Bool):
		return cty.Bool
	}
	return cty.String
}

// members returns the attributes of an object, none when it is null or unknown.
func members(v tftypes.Value) map[string]tftypes.Value {
	m := map[string]tftypes.Value{}
	if v.IsKnown() && !v.IsNull() {
		_ = v.As(&m) // it is an object
	}
	return maps.Clone(m) // As does not copy
}

// object returns the known attributes of an object as Go values.
func object(v tftypes.Value) map[string]any {
	plain := map[string]any{}
	for name, value := range members(v) {
		plain[name] = goValue(value)
	}
	return plain
}

// goValue returns a value as encoding/json decodes it, nil when it is unknown.
func goValue(v tftypes.Value) any {
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	switch of := v.Type().(type) {
	case tftypes.Object:
		return object(v)
	case tftypes.Map:
		return object(v)
	case tftypes.List, tftypes.Set:
		var elements []tftypes.Value
		_ = v.As(&elements)
		plain := []any{}
		for _, e := range elements {
			plain = append(plain, goValue(e))
		}
		return plain
	default:
		switch {
		case of.Is(tftypes.Number):
			n := new(big.Float)
			_ = v.As(&n)
			f, _ := n.Float64()
			return f
		case of.Is(tftypes.Bool):
			var b bool
			_ = v.As(&b)
			return b
		}
		var s string
		_ = v.As(&s)
		return s
	}
}

func failed(diagnostics []*tfprotov6.Diagnostic) bool { return len(errorsOf(diagnostics)) > 0 }

// errorsOf returns the diagnostics that are not warnings.
func errorsOf(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	return slices.DeleteFunc(slices.Clone(diagnostics), func(d *tfprotov6.Diagnostic) bool { return d.Severity != tfprotov6.DiagnosticSeverityError })
}
