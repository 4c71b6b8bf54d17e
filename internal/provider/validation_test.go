package provider_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// configuration is one block of a Terraform configuration, as JSON.
type configuration struct{ block, typeName, json string }

// What is not valid is one diagnostic on its attribute, without a request. A number
// that is not a 64-bit integer is an error in every block that has whole numbers.
func TestValidate(t *testing.T) {
	t.Parallel()
	deployment := func(duration, image string) configuration {
		return configuration{"resource", acctest.DeploymentType, `{
			"resource_private_name": "vllm", "duration_hours": ` + duration + `, "hardware_id": 203, "location_ids": [1], "max_cost_usdc": 0.5,
			"container_config": {"replica_count": 1, "entrypoint": [], "traffic_port": 80}, "registry_config": {"image_url": "` + image + `"}}`}
	}
	action := func(name, more string) configuration {
		return configuration{"action", name, `{"deployment_id": "x"` + more + `}`}
	}
	readiness := func(path string) configuration {
		return configuration{"resource", "ioneth_caas_deployment_readiness", `{"deployment_id": "x", "path": "` + path + `"}`}
	}
	const image, whole = "ghcr.io/org/image:1", " must be a whole number; got "
	for name, c := range map[string]struct {
		config configuration
		want   []string // the attribute and the start of the detail
	}{
		"whole number": {deployment("24.0", image), nil},
		"too large":    {deployment("1e20", image), []string{"duration_hours: duration_hours must be a whole number of at most 64 bits; got 1e+20."}},
		"fractions of the resource": {configuration{"resource", acctest.DeploymentType, `{
			"resource_private_name": "vllm", "duration_hours": 0.5, "gpus_per_container": 8.5, "hardware_id": 203.5, "location_ids": [1, 2.5, 3.5],
			"container_config": {"replica_count": 1.25, "entrypoint": [], "traffic_port": 80.5, "secret_env_variables_wo": {"A": "b"}, "secret_env_variables_wo_version": 1.1},
			"registry_config": {"registry_secret_wo": "r", "registry_secret_wo_version": 0.1},
			"renewal": {"early_renewal_hours": 1.5, "hours": 2.5, "max_total_hours": 30.5}}`}, []string{
			"container_config.replica_count: container_config.replica_count" + whole + "1.25.",
			"container_config.secret_env_variables_wo_version: container_config.secret_env_variables_wo_version" + whole + "1.1.",
			"container_config.traffic_port: container_config.traffic_port" + whole + "80.5.",
			"duration_hours: duration_hours" + whole + "0.5.",
			"gpus_per_container: gpus_per_container" + whole + "8.5.",
			"hardware_id: hardware_id" + whole + "203.5.",
			"location_ids: location_ids" + whole + "2.5.",
			"location_ids: location_ids" + whole + "3.5.",
			"registry_config.registry_secret_wo_version: registry_config.registry_secret_wo_version" + whole + "0.1.",
			"renewal.early_renewal_hours: renewal.early_renewal_hours" + whole + "1.5.",
			"renewal.hours: renewal.hours" + whole + "2.5.",
			"renewal.max_total_hours: renewal.max_total_hours" + whole + "30.5.",
		}},
		"fractions of the price": {configuration{"data", priceType, `{"hardware_id": 203.5, "location_ids": [1.5], "duration_hours": 2.5, "gpus_per_container": 0.5, "replica_count": 2.5}`}, []string{
			"duration_hours: duration_hours" + whole + "2.5.",
			"gpus_per_container: gpus_per_container" + whole + "0.5.",
			"hardware_id: hardware_id" + whole + "203.5.",
			"location_ids: location_ids" + whole + "1.5.",
			"replica_count: replica_count" + whole + "2.5.",
		}},
		"fraction of available replicas": {configuration{"data", replicasType, `{"hardware_id": 1.5}`}, []string{"hardware_id: hardware_id" + whole + "1.5."}},
		"fraction of the provider":       {configuration{"provider", "", `{"max_retries": 1.5}`}, []string{"max_retries: max_retries" + whole + "1.5."}},

		// An image that can't be pulled costs the first hour.
		"image reference":   {deployment("24", "public.ecr.aws/org/image:1"), nil},
		"URL as image":      {deployment("24", "https://ghcr.io/org/image"), []string{"registry_config.image_url: "}},
		"private AWS image": {deployment("24", "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"), []string{`WARNING registry_config.image_url: "123456789012.dkr.ecr`}},

		"path without a slash": {readiness("health"), []string{"path: "}},
		"path with a space":    {readiness("/a b"), []string{"path: "}},

		"extend":               {action(extendAction, `, "hours": 1`), nil},
		"extend by nothing":    {action(extendAction, `, "hours": 0`), []string{"hours: Attribute hours value must be at least 1, got: 0"}},
		"extend by half":       {action(extendAction, `, "hours": 1.5`), []string{"hours: hours" + whole + "1.5."}},
		"extend without an ID": {configuration{"action", extendAction, `{"deployment_id": "", "hours": 1}`}, []string{"deployment_id: "}},
		"logs":                 {action(logsAction, `, "stream": "stderr", "lines": 1000, "follow_seconds": 600`), nil},
		"logs of stdin":        {action(logsAction, `, "stream": "stdin"`), []string{`stream: Attribute stream value must be one of: ["stdout" "stderr"]`}},
		"logs, too little":     {action(logsAction, `, "lines": 0, "follow_seconds": -1`), []string{"follow_seconds: ", "lines: "}},
		"logs, too much":       {action(logsAction, `, "lines": 1001, "follow_seconds": 601`), []string{"follow_seconds: ", "lines: "}},
		"logs, fractions":      {action(logsAction, `, "lines": 1.5, "follow_seconds": -0.5`), []string{"follow_seconds: follow_seconds" + whole + "-0.5.", "lines: lines" + whole + "1.5."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			var got []string
			for _, d := range validate(env.Server(t), c.config) {
				text := strings.NewReplacer(`AttributeName("`, "", `")`, "").Replace(d.Attribute.String()) + ": " + d.Detail
				if d.Severity == tfprotov6.DiagnosticSeverityWarning {
					text = "WARNING " + text
				}
				got = append(got, text)
			}
			slices.Sort(got)
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if sent := requested(env.API); len(sent) > 0 {
				t.Errorf("the API received %q", sent)
			}
		})
	}
}

// validate returns the diagnostics of Terraform's validation of a configuration.
func validate(s *acctest.Server, c configuration) (diagnostics []*tfprotov6.Diagnostic) {
	ctx, schemas := context.Background(), s.Schemas
	var err error
	switch c.block {
	case "provider":
		resp, e := s.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: s.Value(schemas.Provider.ValueType(), c.json)})
		diagnostics, err = resp.Diagnostics, e
	case "resource":
		resp, e := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: c.typeName, Config: s.Value(schemas.ResourceSchemas[c.typeName].ValueType(), c.json),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		diagnostics, err = resp.Diagnostics, e
	case "data":
		resp, e := s.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: c.typeName, Config: s.Value(schemas.DataSourceSchemas[c.typeName].ValueType(), c.json),
		})
		diagnostics, err = resp.Diagnostics, e
	case "list":
		resp, e := s.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{
			TypeName: c.typeName, Config: s.Value(schemas.ListResourceSchemas[c.typeName].ValueType(), c.json),
		})
		diagnostics, err = resp.Diagnostics, e
	case "action":
		resp, e := s.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: c.typeName, Config: s.ActionConfig(c.typeName, c.json)})
		diagnostics, err = resp.Diagnostics, e
	}
	s.Must(err, nil)
	return diagnostics
}

// A fraction that is known only at apply is an error before anything is bought.
func TestDeployment_fractionKnownAtApply(t *testing.T) {
	t.Parallel()
	for attribute, expression := range map[string]string{"duration_hours": "late", "location_ids": "[late]", "container_config.replica_count": "late"} {
		terraform := newEnv(t, caastest.Options{}).core(t)
		terraform.late(cty.DynamicVal)
		planned := terraform.plan(base.with(attributes{attribute: expression}))
		terraform.late(cty.NumberFloatVal(1.5))
		diagnostics, _ := terraform.Apply(planned)
		terraform.wantWords(diagnostics, attribute+" must be a whole number; got 1.5.")
		terraform.sent()
	}
}
