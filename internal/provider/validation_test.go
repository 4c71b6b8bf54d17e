package provider_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// An invalid configuration is an error on its attribute, before any request.
func TestDeployment_validation(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	const secret = "container_config.secret_env_variables"
	for name, c := range map[string]struct {
		change attributes
		output string
	}{
		"four GPUs":          {attributes{"gpus_per_container": "4"}, "gpus_per_container must be 8, not 4. io.net deploys only containers with 8 GPUs. Write gpus_per_container = 8 or remove it."},
		"sixteen GPUs":       {attributes{"gpus_per_container": "16"}, "gpus_per_container must be 8, not 16."},
		"empty args":         {attributes{"container_config.args": "[]"}, "container_config.args must have at least one item when it is set: the API rejects an empty list. Remove args to pass no arguments"},
		"null in args":       {attributes{"container_config.args": `["a", null]`}, "container_config.args[1] is null. Write a string, or remove the item."},
		"no name":            {attributes{"resource_private_name": `""`}, "resource_private_name string length must be at least 1"},
		"no hours":           {attributes{"duration_hours": "0"}, "duration_hours value must be at least 1, got: 0"},
		"hardware 0":         {attributes{"hardware_id": "0"}, "hardware_id value must be at least 1, got: 0"},
		"no location":        {attributes{"location_ids": "[]"}, "location_ids set must contain at least 1 elements, got: 0"},
		"no replicas":        {attributes{"container_config.replica_count": "0"}, "replica_count value must be at least 1, got: 0"},
		"port 0":             {attributes{"container_config.traffic_port": "0"}, "traffic_port value must be between 1 and 65535, got: 0"},
		"port 65536":         {attributes{"container_config.traffic_port": "65536"}, "traffic_port value must be between 1 and 65535, got: 65536"},
		"duplicate name":     {attributes{"container_config.env_variables": `{ A = "1" }`, secret: `{ A = "2" }`}, `The variable "A" is in env_variables and in the secret variables. Remove it from one of them or rename it.`},
		"invalid name":       {attributes{"container_config.env_variables": `{ "A=B" = "1" }`}, "must be the name of an environment variable: at least one character, and neither = nor NUL, got: A=B"},
		"empty image":        {attributes{"registry_config.image_url": `""`}, "registry_config.image_url must be a container image reference, such as ghcr.io/org/image:tag. Got \"\": it is empty."},
		"no timeout":         {attributes{"timeouts": `{ create = "0s" }`}, `timeouts.create must be longer than 0; got "0s". Write a duration such as "30m"`},
		"invalid timeout":    {attributes{"timeouts": `{ create = "soon" }`}, "soon"},
		"both secrets":       {attributes{secret: `{ A = "1" }`, secret + "_wo": `{ A = "1" }`, secret + "_wo_version": "1"}, "secret_env_variables_wo"},
		"no version":         {attributes{"registry_config.registry_secret_wo": `"x"`}, "registry_secret_wo_version"},
		"both names":         {attributes{"resource_private_name_prefix": `"vllm-"`}, "resource_private_name_prefix"},
		"required attribute": {attributes{"container_config.entrypoint": ""}, "entrypoint"},
		"URL as image":       {attributes{"registry_config.image_url": `"https://ghcr.io/org/image"`}, "registry_config.image_url must be a container image reference"},
		"large number":       {attributes{"duration_hours": "1e20"}, "duration_hours must be a whole number of at most 64 bits; got 1e+20."},
	} {
		p := env.core(t).Plan(base.with(c.change).String())
		if got := strings.Join(p.Diagnostics, "\n"); p.Action != "" || !acctest.Words(c.output).MatchString(got) {
			t.Errorf("%s: the plan has the action %q and the diagnostics %q, want %q", name, p.Action, got, c.output)
		}
	}
	if sent := requested(env.API); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
	env.core(t).plan(base.with(attributes{"duration_hours": "24.0", "registry_config.image_url": `"public.ecr.aws/org/image:1"`}))
}

// A fraction is an error on its attribute, wherever a whole number is required.
func TestDeployment_fractions(t *testing.T) {
	t.Parallel()
	terraform := newEnv(t, caastest.Options{}).core(t)
	const secret, version = "container_config.secret_env_variables_wo", "container_config.secret_env_variables_wo_version"
	p := terraform.Plan(base.with(attributes{
		"duration_hours": "1.5", "gpus_per_container": "1.5", "hardware_id": "1.5", "location_ids": "[1, 1.5]",
		"container_config.replica_count": "1.5", "container_config.traffic_port": "1.5", secret: `{ A = "b" }`, version: "1.5",
		"registry_config.registry_secret_wo": `"r"`, "registry_config.registry_secret_wo_version": "1.5",
		"renewal": "{ early_renewal_hours = 1.5, hours = 1.5, max_total_hours = 1.5 }",
	}).String())
	want := []string{
		"duration_hours", "gpus_per_container", "hardware_id", "location_ids", "container_config.replica_count", "container_config.traffic_port", version,
		"registry_config.registry_secret_wo_version", "renewal.early_renewal_hours", "renewal.hours", "renewal.max_total_hours",
	}
	for _, name := range want {
		at := `AttributeName("` + strings.ReplaceAll(name, ".", `").AttributeName("`) + `")`
		terraform.wantWords(p.Diagnostics, at+" Invalid whole number: "+name+" must be a whole number; got 1.5.")
	}
	if len(p.Diagnostics) != len(want) {
		t.Errorf("the diagnostics are %q, want %d", p.Diagnostics, len(want))
	}
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
