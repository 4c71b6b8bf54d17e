package provider_test

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// TestValidate_fractions shows that each fraction is refused on its attribute,
// wherever whole numbers are wanted, and nothing else is.
func TestValidate_fractions(t *testing.T) {
	t.Parallel()
	server := provider.NewServer("test", caas.SystemClock{})()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	resource := func(ctx context.Context, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
		resp, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: "ioneth_caas_deployment", Config: config})
		return resp.Diagnostics, err
	}
	source := func(ctx context.Context, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
		resp, err := server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: "ioneth_caas_price", Config: config})
		return resp.Diagnostics, err
	}
	const rest = `, "resource_private_name": "vllm", "hardware_id": 203, "registry_config": {}}`
	for name, c := range map[string]struct {
		of       *tfprotov6.Schema
		validate func(context.Context, *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error)
		config   string
		want     []string
	}{
		"none": {
			schemas.ResourceSchemas["ioneth_caas_deployment"], resource,
			`{"duration_hours": 24.0, "max_cost_usdc": 0.5, "location_ids": [1], "container_config": {"replica_count": 1, "entrypoint": [], "traffic_port": 80}` + rest, nil,
		},
		"several": {
			schemas.ResourceSchemas["ioneth_caas_deployment"], resource,
			`{"duration_hours": 0.5, "max_cost_usdc": 0.5, "location_ids": [1.5], "container_config": {"replica_count": 1.25, "entrypoint": [], "traffic_port": 80}` + rest,
			[]string{
				`AttributeName("container_config").AttributeName("replica_count"): container_config.replica_count takes whole numbers, and 1.25 is none.`,
				`AttributeName("duration_hours"): duration_hours takes whole numbers, and 0.5 is none.`,
				`AttributeName("location_ids"): location_ids takes whole numbers, and 1.5 is none.`,
			},
		},
		"a data source's": {
			schemas.DataSourceSchemas["ioneth_caas_price"], source,
			`{"hardware_id": 203, "location_ids": [1], "duration_hours": 24, "replica_count": 2.5}`,
			[]string{`AttributeName("replica_count"): replica_count takes whole numbers, and 2.5 is none.`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := tftypes.ValueFromJSON([]byte(c.config), c.of.ValueType()) //nolint:staticcheck // there is no other
			if err != nil {
				t.Fatal(err)
			}
			config, err := tfprotov6.NewDynamicValue(c.of.ValueType(), raw)
			if err != nil {
				t.Fatal(err)
			}
			diagnostics, err := c.validate(t.Context(), &config)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range diagnostics {
				got = append(got, d.Attribute.String()+": "+d.Detail)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("said %q, want %q", got, c.want)
			}
		})
	}
}
