package faults

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// This file plays Terraform Core for one resource: it calls the provider as
// `terraform apply` does, with a new provider for the plan and for the apply, and
// keeps the state. Without processes and HCL, an apply takes milliseconds.

const resourceType = "ioneth_caas_deployment"

// newServer returns the provider's protocol server.
func newServer(clock caas.Clock) tfprotov6.ProviderServer { return provider.NewServer("test", clock)() }

// schemas are the provider's schemas, resourceSchema and resourceObject those of the resource.
var (
	schemas = must(newServer(caas.SystemClock{}).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{}))

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

// id returns the deployment's id, "" when there is none.
func (s *resourceState) id() string {
	if s == nil {
		return ""
	}
	var id string
	must(0, members(s.value)["deployment_id"].As(&id))
	return id
}

func (s *resourceState) privateState() []byte {
	if s == nil {
		return nil
	}
	return s.private
}

// plan is the result of `terraform plan`.
type plan struct {
	action  string // create, update, replace, delete or no-op; empty when the plan failed
	config  tftypes.Value
	prior   *resourceState // after the refresh
	planned resourceState
}

// startProvider starts and configures a provider.
func (e *testEnv) startProvider() tfprotov6.ProviderServer {
	server := newServer(e.clock)
	config := settings{"endpoint": e.URL(), "token": secretToken, "api_key": secretAPIKey}
	resp := must(server.ConfigureProvider(e.ctx, &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: dynamic(encode(schemas.Provider.ValueType(), config)),
	}))
	if !e.show(resp.Diagnostics) {
		panic(e.output()) // nothing that a fault could cause
	}
	if e.state != nil { // Terraform decodes a state with each provider that it starts
		raw := &tfprotov6.RawState{JSON: must(json.Marshal(decode(e.state.value)))}
		must(server.UpgradeResourceState(e.ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: resourceType, RawState: raw}))
	}
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
	if !e.show(resp.Diagnostics) {
		return state, false
	}
	value := must(resp.NewState.Unmarshal(resourceObject))
	if value.IsNull() {
		return nil, true
	}
	return &resourceState{value, resp.Private, resp.NewIdentity, state.tainted}, true
}

// plan refreshes and plans. A nil config plans a destroy.
func (e *testEnv) plan(config settings) *plan {
	server := e.startProvider()
	p := &plan{config: encode(resourceObject, config)}
	var ok bool
	if p.prior, ok = e.refresh(server, e.state); !ok {
		return p
	}
	e.diff(server, p)
	return p
}

// diff plans the change from the refreshed state to the configuration.
func (e *testEnv) diff(server tfprotov6.ProviderServer, p *plan) {
	prior, action := p.prior, "update"
	switch {
	case p.config.IsNull() && prior == nil:
		p.action = "no-op"
		return
	case p.config.IsNull():
		action = "delete"
	case prior == nil:
		action = "create"
	case prior.tainted: // Terraform plans this replacement as a creation, without the state
		action, prior = "replace", nil
	}
	planned, replace, diags := e.planChange(server, p.config, prior, prior.privateState())
	ok := e.show(diags)
	switch {
	case ok && action == "update" && replace: // the second call gets the private state of the first one, and its warnings are dropped
		action = "replace"
		planned, _, diags = e.planChange(server, p.config, nil, planned.private)
		ok = e.show(errorsIn(diags))
	case action == "update" && planned.value.Equal(prior.value):
		action = "no-op"
	}
	if ok {
		p.action, p.planned = action, planned
	}
}

// planChange calls PlanResourceChange. A nil prior is a resource to create.
func (e *testEnv) planChange(server tfprotov6.ProviderServer, config tftypes.Value, prior *resourceState, private []byte) (
	planned resourceState, replace bool, diags []*tfprotov6.Diagnostic,
) {
	req := &tfprotov6.PlanResourceChangeRequest{TypeName: resourceType, Config: dynamic(config), PriorPrivate: private}
	before := noResource
	if prior != nil {
		before, req.PriorIdentity = prior.value, prior.identity
	}
	req.PriorState, req.ProposedNewState = dynamic(before), dynamic(proposeNewState(resourceSchema.Block.Attributes, before, config))
	resp := must(server.PlanResourceChange(e.ctx, req))
	planned = resourceState{value: before, private: resp.PlannedPrivate, identity: resp.PlannedIdentity}
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
	planned, _, diags := e.planChange(server, p.config, e.state, e.state.privateState())
	if !e.show(errorsIn(diags)) {
		return false
	}
	return e.applyChange(server, p.config, planned)
}

// applyChange calls ApplyResourceChange and stores the result in the state.
func (e *testEnv) applyChange(server tfprotov6.ProviderServer, config tftypes.Value, planned resourceState) bool {
	created, prior := e.state == nil, noResource
	if !created {
		prior = e.state.value
	}
	resp := must(server.ApplyResourceChange(e.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resourceType, PriorState: dynamic(prior), PlannedState: dynamic(planned.value), Config: dynamic(config),
		PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	}))
	ok := e.show(resp.Diagnostics)
	value := must(resp.NewState.Unmarshal(resourceObject))
	if value.IsNull() {
		e.state = nil
		return ok
	}
	tainted := created && !ok || !created && e.state.tainted
	e.state = &resourceState{value, resp.Private, resp.NewIdentity, tainted}
	return ok
}

// importState is an import block: an import and the read that follows.
func (e *testEnv) importState(id string) bool {
	server := e.startProvider()
	resp := must(server.ImportResourceState(e.ctx, &tfprotov6.ImportResourceStateRequest{TypeName: resourceType, ID: id}))
	if !e.show(resp.Diagnostics) {
		return false
	}
	imported := resp.ImportedResources[0]
	value := must(imported.State.Unmarshal(resourceObject))
	state, ok := e.refresh(server, &resourceState{value: value, private: imported.Private, identity: imported.Identity})
	if ok {
		e.state = state
	}
	return ok
}
