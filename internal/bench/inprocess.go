package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

const typeName = "ioneth_caas_deployment"

// inProcess is the provider in this process, spoken to as Terraform does.
type inProcess struct {
	server   tfprotov6.ProviderServer
	resource tftypes.Type
}

// connect configures a provider for the API at the endpoint.
func connect(ctx context.Context, clock caas.Clock, endpoint string) (*inProcess, error) {
	server := provider.NewServer("bench", clock)()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	config, err := value(schemas.Provider.ValueType(), fmt.Sprintf(`{"endpoint": %q, "token": %q}`, endpoint, token))
	if err != nil {
		return nil, err
	}
	resp, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		return nil, err
	}
	return &inProcess{server, schemas.ResourceSchemas[typeName].ValueType()}, failed(resp.Diagnostics)
}

// create plans and applies a deployment of that name.
func (p *inProcess) create(ctx context.Context, name string) error {
	config, err := value(p.resource, fmt.Sprintf(`{
		"resource_private_name": %q, "duration_hours": 24, "hardware_id": 203, "location_ids": [1],
		"container_config": {"replica_count": 1, "entrypoint": ["vllm", "serve"], "traffic_port": 8000},
		"registry_config": {"image_url": "docker.io/vllm/vllm-openai:latest"},
		"timeouts": {"create": "60m"}
	}`, name))
	if err != nil {
		return err
	}
	none, err := tfprotov6.NewDynamicValue(p.resource, tftypes.NewValue(p.resource, nil))
	if err != nil {
		return err
	}
	planned, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: &none, ProposedNewState: config, Config: config,
	})
	if err != nil {
		return err
	}
	if err := failed(planned.Diagnostics); err != nil {
		return err
	}
	applied, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: &none, PlannedState: planned.PlannedState, Config: config,
		PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil {
		return err
	}
	return failed(applied.Diagnostics)
}

// value is a value of the type, from JSON; what that leaves out is null.
func value(t tftypes.Type, text string) (*tfprotov6.DynamicValue, error) {
	v, err := tftypes.ValueFromJSON([]byte(text), t) //nolint:staticcheck // there is no other
	if err != nil {
		return nil, err
	}
	dynamic, err := tfprotov6.NewDynamicValue(t, v)
	return &dynamic, err
}

// failed are the errors among the diagnostics.
func failed(diagnostics []*tfprotov6.Diagnostic) error {
	var all error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			all = errors.Join(all, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return all
}
