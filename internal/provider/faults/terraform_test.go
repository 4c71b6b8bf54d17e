package faults

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// This file plays Terraform Core for one resource: it calls the provider as
// `terraform apply` does, with a new provider for the plan and for the apply, and
// keeps the state. Without processes and HCL, an apply takes milliseconds.

const (
	resourceType  = "ioneth_caas_deployment"
	readinessType = "ioneth_caas_deployment_readiness"
)

var (
	schemas        = must(provider.NewServer("test", caas.SystemClock{})().GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{}))
	resourceSchema = schemas.ResourceSchemas[resourceType]
	resourceObject = resourceSchema.ValueType()
	noResource     = tftypes.NewValue(resourceObject, nil)
)

// resourceState is the resource in a state or in a plan.
type resourceState struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

// stateOf returns the resource of a response, nil when there is none.
func stateOf(value *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData, tainted bool) *resourceState {
	v := must(value.Unmarshal(resourceObject))
	if v.IsNull() {
		return nil
	}
	return &resourceState{v, private, identity, tainted}
}

// orNone returns the state as requests have it.
func (s *resourceState) orNone() resourceState {
	if s == nil {
		return resourceState{value: noResource}
	}
	return *s
}

// id returns the deployment's ID, "" when there is none.
func (s *resourceState) id() (id string) {
	if s != nil {
		must(0, members(s.value)["deployment_id"].As(&id))
	}
	return id
}

// plan is the result of `terraform plan`.
type plan struct {
	action string // create, update, replace, delete or no-op; empty when the plan failed
	config tftypes.Value
	prior  *resourceState // after the refresh
}

// startProvider starts and configures a provider.
func (e *testEnv) startProvider() tfprotov6.ProviderServer {
	server := provider.NewServer("test", e.clock)()
	config := encode(schemas.Provider.ValueType(), settings{"endpoint": e.URL(), "token": secretToken, "api_key": secretAPIKey})
	resp := must(server.ConfigureProvider(e.ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: dynamic(config)}))
	e.print(resp.Diagnostics)
	return server
}

// refresh reads the resource. It returns nil when the provider removed it.
func (e *testEnv) refresh(server tfprotov6.ProviderServer, state *resourceState) (*resourceState, bool) {
	if state == nil {
		return nil, true
	}
	resp := must(server.ReadResource(e.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: resourceType, CurrentState: dynamic(state.value), Private: state.private, CurrentIdentity: state.identity,
	}))
	if !e.print(resp.Diagnostics) {
		return state, false
	}
	return stateOf(resp.NewState, resp.Private, resp.NewIdentity, state.tainted), true
}

// plan refreshes and plans. A nil config plans a destroy.
func (e *testEnv) plan(config settings) *plan {
	server, p := e.startProvider(), &plan{config: encode(resourceObject, config)}
	if prior, ok := e.refresh(server, e.state); ok {
		p.prior = prior
		p.action = e.diff(server, p)
	}
	return p
}

// diff plans the change from the refreshed state to the configuration, and returns
// its action.
func (e *testEnv) diff(server tfprotov6.ProviderServer, p *plan) string {
	prior, action := p.prior.orNone(), "update"
	switch {
	case p.config.IsNull() && p.prior == nil:
		return "no-op"
	case p.config.IsNull():
		action = "delete"
	case p.prior == nil:
		action = "create"
	case prior.tainted: // Terraform plans this replacement as a creation, without the state
		action, prior = "replace", resourceState{value: noResource}
	}
	planned, replace, diags := e.planChange(server, p.config, prior)
	ok := e.print(diags)
	switch {
	case ok && action == "update" && replace: // the second call gets the private state of the first one, and its warnings are dropped
		action = "replace"
		_, _, diags = e.planChange(server, p.config, resourceState{value: noResource, private: planned.private})
		ok = e.print(errorsIn(diags))
	case action == "update" && planned.value.Equal(prior.value):
		action = "no-op"
	}
	if !ok {
		return ""
	}
	return action
}

// planChange calls PlanResourceChange.
func (e *testEnv) planChange(server tfprotov6.ProviderServer, config tftypes.Value, prior resourceState) (
	planned resourceState, replace bool, diags []*tfprotov6.Diagnostic,
) {
	resp := must(server.PlanResourceChange(e.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: resourceType, Config: dynamic(config), PriorState: dynamic(prior.value), PriorPrivate: prior.private, PriorIdentity: prior.identity,
		ProposedNewState: dynamic(acctest.ProposedNewState(resourceSchema.Block.Attributes, prior.value, config)),
	}))
	planned = resourceState{value: prior.value, private: resp.PlannedPrivate, identity: resp.PlannedIdentity}
	if len(errorsIn(resp.Diagnostics)) == 0 {
		planned.value = must(resp.PlannedState.Unmarshal(resourceObject))
	}
	return planned, len(resp.RequiresReplace) > 0, resp.Diagnostics
}

// apply applies a plan with a provider of its own. It returns false after an error.
func (e *testEnv) apply(p *plan) bool {
	if p.action == "" {
		return false
	}
	if e.state = p.prior; p.action == "no-op" {
		return true
	}
	server := e.startProvider()
	if p.action == "delete" || p.action == "replace" {
		if ok := e.applyChange(server, noResource, resourceState{value: noResource}); !ok || p.action == "delete" {
			return ok
		}
	}
	// Terraform plans again right before each change.
	planned, _, diags := e.planChange(server, p.config, e.state.orNone())
	return e.print(errorsIn(diags)) && e.applyChange(server, p.config, planned)
}

// applyChange calls ApplyResourceChange and stores the result in the state.
func (e *testEnv) applyChange(server tfprotov6.ProviderServer, config tftypes.Value, planned resourceState) bool {
	created, prior := e.state == nil, e.state.orNone()
	resp := must(server.ApplyResourceChange(e.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resourceType, PriorState: dynamic(prior.value), PlannedState: dynamic(planned.value), Config: dynamic(config),
		PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	}))
	ok := e.print(resp.Diagnostics)
	e.state = stateOf(resp.NewState, resp.Private, resp.NewIdentity, prior.tainted || created && !ok)
	return ok
}

// importState is an import block: an import and the read that follows.
func (e *testEnv) importState(id string) (ok bool) {
	server := e.startProvider()
	resp := must(server.ImportResourceState(e.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: resourceType, ID: id}))
	if !e.print(resp.Diagnostics) {
		return false
	}
	r := resp.ImportedResources[0]
	imported, ok := e.refresh(server, stateOf(r.State, r.Private, r.Identity, false))
	if ok {
		e.state = imported
	}
	return ok
}

// applyReadiness creates the readiness resource of the newest deployment, as
// `terraform apply` does after the deployment. It returns false after an error.
func (e *testEnv) applyReadiness() bool {
	server := e.startProvider()
	object := schemas.ResourceSchemas[readinessType].ValueType()
	config := dynamic(encode(object, settings{"deployment_id": e.newest(), "path": "/health"}))
	none := dynamic(tftypes.NewValue(object, nil))
	planned := must(server.PlanResourceChange(e.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: readinessType, PriorState: none, ProposedNewState: config, Config: config,
	}))
	applied := must(server.ApplyResourceChange(e.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: readinessType, PriorState: none, PlannedState: planned.PlannedState, Config: config,
	}))
	return e.print(planned.Diagnostics) && e.print(applied.Diagnostics)
}

// settings is an object of a configuration: values by attribute.
type settings = map[string]any

// encode converts what encoding/json encodes. Attributes that are left out are null.
func encode(t tftypes.Type, v any) tftypes.Value {
	return must(tfprotov6.RawState{JSON: must(json.Marshal(v))}.Unmarshal(t))
}

func dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d := must(tfprotov6.NewDynamicValue(v.Type(), v))
	return &d
}

// members returns the attributes of an object, none when it is null or unknown.
func members(v tftypes.Value) map[string]tftypes.Value {
	m := map[string]tftypes.Value{}
	if v.IsKnown() {
		must(0, v.As(&m))
	}
	return maps.Clone(m) // As does not copy
}

// errorsIn returns the diagnostics that are not warnings.
func errorsIn(diags []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	return slices.DeleteFunc(slices.Clone(diags), func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityWarning })
}

// must returns v. It panics on an error, which is a bug of the tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
