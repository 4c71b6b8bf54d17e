package provider_test

import (
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// An invalid configuration is an error on its attribute, before any request.
func TestDeployment_validation(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	replace := func(old, with string) string {
		if !strings.Contains(full, old) {
			t.Fatalf("the configuration has no %q", old)
		}
		return strings.Replace(full, old, with, 1)
	}
	for name, c := range map[string]struct{ config, output string }{
		"four GPUs":             {replace("gpus_per_container    = 8", "gpus_per_container = 4"), "gpus_per_container must be 8, not 4. io.net deploys only containers with 8 GPUs. Write gpus_per_container = 8 or remove it."},
		"sixteen GPUs":          {replace("gpus_per_container    = 8", "gpus_per_container = 16"), "gpus_per_container must be 8, not 16."},
		"empty args":            {replace(`args          = ["--model", "meta-llama/Llama-3.1-70B"]`, "args = []"), "container_config.args must have at least one item when it is set: the API rejects an empty list. Remove args to pass no arguments"},
		"null in args":          {replace(`args          = ["--model", "meta-llama/Llama-3.1-70B"]`, "args = [null]"), "This attribute contains a null value"},
		"no name":               {replace(`resource_private_name = "vllm"`, `resource_private_name = ""`), "resource_private_name string length must be at least 1"},
		"no hours":              {replace("duration_hours        = 48", "duration_hours = 0"), "duration_hours value must be at least 1, got: 0"},
		"hardware 0":            {replace("hardware_id           = 204", "hardware_id = 0"), "hardware_id value must be at least 1, got: 0"},
		"no location":           {replace("location_ids          = [3, 1]", "location_ids = []"), "location_ids set must contain at least 1 elements, got: 0"},
		"no replicas":           {replace("replica_count = 2", "replica_count = 0"), "replica_count value must be at least 1, got: 0"},
		"port 0":                {replace("traffic_port  = 8000", "traffic_port = 0"), "traffic_port value must be between 1 and 65535, got: 0"},
		"port 65536":            {replace("traffic_port  = 8000", "traffic_port = 65536"), "traffic_port value must be between 1 and 65535, got: 65536"},
		"duplicate variable":    {replace("HF_HOME = ", "HF_TOKEN = "), `The variable "HF_TOKEN" is in env_variables and in the secret variables. Remove it from one of them or rename it.`},
		"invalid variable name": {replace("HF_HOME = ", `"HF=HOME" = `), "must be the name of an environment variable: at least one character, and neither = nor NUL, got: HF=HOME"},
		"empty image":           {replace(`"ghcr.io/org/image:tag"`, `""`), "registry_config.image_url must be a container image reference, such as ghcr.io/org/image:tag: got \"\", but it is empty; remove it"},
		"no timeout":            {replace(`create = "1h"`, `create = "0s"`), `timeouts.create must be longer than 0; got "0s". Write a duration such as "30m"`},
		"invalid timeout":       {replace(`create = "1h"`, `create = "soon"`), "soon"},
		"both secrets":          {replace(`HF_TOKEN = "hf-secret-value"`+"\n    }", `HF_TOKEN = "x"`+"\n    }\n secret_env_variables_wo = { A = \"b\" }\n secret_env_variables_wo_version = 1"), "secret_env_variables_wo"},
		"no version":            {replace(`registry_secret   = "registry-secret-value"`, `registry_secret_wo = "x"`), "registry_secret_wo_version"},
		"both names":            {replace("{\n", "{\n resource_private_name_prefix = \"vllm-\"\n"), "resource_private_name_prefix"},
		"no required":           {`resource "ioneth_caas_deployment" "test" {}`, "container_config"},
	} {
		p := env.core(t).Plan(c.config)
		if got := strings.Join(p.Diagnostics, "\n"); p.Action != "" || !acctest.Words(c.output).MatchString(got) {
			t.Errorf("%s: the plan has the action %q and the diagnostics %q, want %q", name, p.Action, got, c.output)
		}
	}
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the API received %d requests, the first %s %s; want none", len(calls), calls[0].Method, calls[0].Path)
	}
}
