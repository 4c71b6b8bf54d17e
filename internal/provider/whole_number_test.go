package provider_test

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// actionValidator is the part of the provider server that validates actions.
type actionValidator interface {
	ValidateActionConfig(context.Context, *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error)
}

// A fraction that is known only at apply is an error before anything is bought.
func TestDeployment_fractionKnownAtApply(t *testing.T) {
	t.Parallel()
	for attribute, expression := range map[string]string{"duration_hours": "late", "location_ids": "[late]", "container_config.replica_count": "late"} {
		env := newEnv(t, caastest.Options{})
		terraform := env.core(t)
		terraform.late(cty.DynamicVal)
		planned := terraform.plan(base.with(attributes{attribute: expression}))
		terraform.late(cty.NumberFloatVal(1.5))
		diagnostics, _ := terraform.Apply(planned)
		terraform.wantWords(diagnostics, attribute+" must be a whole number; got 1.5.")
		terraform.sent()
	}
}

// configuration is one block of a Terraform configuration, as JSON.
type configuration struct{ block, typeName, json string }

// A number that is not a 64-bit integer is one error on its attribute, in every
// block that has whole numbers.
func TestValidate_wholeNumbers(t *testing.T) {
	t.Parallel()
	deployment := func(duration, locations, replicas, more string) configuration {
		return configuration{"resource", "ioneth_caas_deployment", `{
			"resource_private_name": "vllm", "duration_hours": ` + duration + `, "hardware_id": 203, "location_ids": ` + locations + `, "max_cost_usdc": 0.5,
			"container_config": {"replica_count": ` + replicas + `, "entrypoint": [], "traffic_port": 80` + more + `}, "registry_config": {}}`}
	}
	for name, c := range map[string]struct {
		config configuration
		want   []string
	}{
		"whole numbers": {deployment("24.0", "[1]", "1", ""), nil},
		"resource": {deployment("0.5", "[1]", "1", ""), []string{
			`AttributeName("duration_hours"): duration_hours must be a whole number; got 0.5.`,
		}},
		"too large": {deployment("1e20", "[1]", "1", ""), []string{
			`AttributeName("duration_hours"): duration_hours must be a whole number of at most 64 bits; got 1e+20.`,
		}},
		"several": {deployment("1.5", "[1.5]", "1.25", `, "secret_env_variables_wo": {"A": "b"}, "secret_env_variables_wo_version": 1.1`), []string{
			`AttributeName("container_config").AttributeName("replica_count"): container_config.replica_count must be a whole number; got 1.25.`,
			`AttributeName("container_config").AttributeName("secret_env_variables_wo_version"): container_config.secret_env_variables_wo_version must be a whole number; got 1.1.`,
			`AttributeName("duration_hours"): duration_hours must be a whole number; got 1.5.`,
			`AttributeName("location_ids"): location_ids must be a whole number; got 1.5.`,
		}},
		"elements of a set": {deployment("24", "[1, 2.5, 3.5]", "1", ""), []string{
			`AttributeName("location_ids"): location_ids must be a whole number; got 2.5.`,
			`AttributeName("location_ids"): location_ids must be a whole number; got 3.5.`,
		}},
		"port": {configuration{"resource", "ioneth_caas_deployment", `{
			"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8.5, "hardware_id": 203.5, "location_ids": [1],
			"container_config": {"replica_count": 1, "entrypoint": [], "traffic_port": 80.5},
			"registry_config": {"registry_secret_wo": "r", "registry_secret_wo_version": 0.1}}`}, []string{
			`AttributeName("container_config").AttributeName("traffic_port"): container_config.traffic_port must be a whole number; got 80.5.`,
			`AttributeName("gpus_per_container"): gpus_per_container must be a whole number; got 8.5.`,
			`AttributeName("hardware_id"): hardware_id must be a whole number; got 203.5.`,
			`AttributeName("registry_config").AttributeName("registry_secret_wo_version"): registry_config.registry_secret_wo_version must be a whole number; got 0.1.`,
		}},
		"price": {configuration{"data", "ioneth_caas_price", `{"hardware_id": 203.5, "location_ids": [1.5], "duration_hours": 2.5, "gpus_per_container": 0.5, "replica_count": 2.5}`}, []string{
			`AttributeName("duration_hours"): duration_hours must be a whole number; got 2.5.`,
			`AttributeName("gpus_per_container"): gpus_per_container must be a whole number; got 0.5.`,
			`AttributeName("hardware_id"): hardware_id must be a whole number; got 203.5.`,
			`AttributeName("location_ids"): location_ids must be a whole number; got 1.5.`,
			`AttributeName("replica_count"): replica_count must be a whole number; got 2.5.`,
		}},
		"available replicas": {configuration{"data", "ioneth_caas_available_replicas", `{"hardware_id": 1e20, "gpus_per_container": 8}`}, []string{
			`AttributeName("hardware_id"): hardware_id must be a whole number of at most 64 bits; got 1e+20.`,
		}},
		"provider": {configuration{"provider", "", `{"max_retries": 1.5}`}, []string{
			`AttributeName("max_retries"): max_retries must be a whole number; got 1.5.`,
		}},
		"extend": {configuration{"action", "ioneth_caas_deployment_extend", `{"deployment_id": "x", "hours": 1.5}`}, []string{
			`AttributeName("hours"): hours must be a whole number; got 1.5.`,
		}},
		"logs": {configuration{"action", "ioneth_caas_deployment_logs", `{"deployment_id": "x", "lines": 1.5, "follow_seconds": -0.5}`}, []string{
			`AttributeName("follow_seconds"): follow_seconds must be a whole number; got -0.5.`,
			`AttributeName("lines"): lines must be a whole number; got 1.5.`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range validate(t, c.config) {
				got = append(got, d.Attribute.String()+": "+d.Detail)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// validate returns the diagnostics of Terraform's validation of a configuration.
func validate(t *testing.T, c configuration) []*tfprotov6.Diagnostic {
	t.Helper()
	server := provider.NewServer("test", caas.SystemClock{})()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	config := func(of tftypes.Type) *tfprotov6.DynamicValue {
		raw, err := tftypes.ValueFromJSON([]byte(c.json), of) //nolint:staticcheck // nothing else reads JSON
		if err != nil {
			t.Fatal(err)
		}
		value, err := tfprotov6.NewDynamicValue(of, raw)
		if err != nil {
			t.Fatal(err)
		}
		return &value
	}
	var diags []*tfprotov6.Diagnostic
	switch c.block {
	case "provider":
		resp, e := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config(schemas.Provider.ValueType())})
		diags, err = resp.Diagnostics, e
	case "resource":
		resp, e := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: c.typeName, Config: config(schemas.ResourceSchemas[c.typeName].ValueType()),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		diags, err = resp.Diagnostics, e
	case "data":
		resp, e := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: c.typeName, Config: config(schemas.DataSourceSchemas[c.typeName].ValueType()),
		})
		diags, err = resp.Diagnostics, e
	case "action":
		resp, e := server.(actionValidator).ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
			ActionType: c.typeName, Config: config(schemas.ActionSchemas[c.typeName].Schema.ValueType()),
		})
		diags, err = resp.Diagnostics, e
	}
	if err != nil {
		t.Fatal(err)
	}
	return diags
}
