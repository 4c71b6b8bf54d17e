package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A change made outside Terraform appears as drift, and the apply reverts it.
func TestDeployment_drift(t *testing.T) {
	t.Parallel()
	config := base.with(attributes{
		"container_config.env_variables":        `{ A = "1" }`,
		"container_config.secret_env_variables": `{ S = "secret one", T = "secret two" }`,
	})
	writeOnly := base.with(attributes{
		"container_config.secret_env_variables_wo":         `{ S = "secret one" }`,
		"container_config.secret_env_variables_wo_version": `1`,
	})
	created := deployedWith(`"replica_count"`, `"env_variables":{"A":"1"},"replica_count"`,
		`"traffic_port"`, `"secret_env_variables":{"S":"secret one","T":"secret two"},"traffic_port"`)
	type drift struct {
		name     string
		edit     func(*caastest.Deployment)
		action   string
		requests []string
	}
	for name, c := range map[string]struct {
		config attributes
		drifts []drift
	}{
		"in place": {config, []drift{
			{"image", func(d *caastest.Deployment) { d.ImageURL = "evil" }, "update", patch(`{"image_url":"ghcr.io/org/image:1"}`)},
			{"no image", func(d *caastest.Deployment) { d.ImageURL = "" }, "update", patch(`{"image_url":"ghcr.io/org/image:1"}`)},
			{"port", func(d *caastest.Deployment) { d.TrafficPort = 1 }, "update", patch(`{"traffic_port":8000}`)},
			{"entrypoint", func(d *caastest.Deployment) { d.Entrypoint = []string{"sleep"} }, "update", patch(`{"entrypoint":["vllm","serve"]}`)},
			{"empty entrypoint", func(d *caastest.Deployment) { d.Entrypoint = []string{} }, "update", patch(`{"entrypoint":["vllm","serve"]}`)},
			{"another variable", func(d *caastest.Deployment) { d.Env["B"] = "2" }, "update", patch(`{"env_variables":{"A":"1"}}`)},
			{"no variables", func(d *caastest.Deployment) { d.Env = nil }, "update", patch(`{"env_variables":{"A":"1"}}`)},
			{"another secret", func(d *caastest.Deployment) { d.SecretEnv["U"] = "x" }, "update", patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"a secret removed", func(d *caastest.Deployment) { delete(d.SecretEnv, "S") }, "update", patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"no secrets", func(d *caastest.Deployment) { d.SecretEnv = nil }, "update", patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"name", func(d *caastest.Deployment) { d.Name = "sglang" }, "update", []string{`PUT /clusters/ID/update-name {"cluster_name":"vllm"}`}},
			{"hours bought", func(d *caastest.Deployment) { d.DurationHours += 10 }, "no-op", nil},
			{"what the API does not return", func(d *caastest.Deployment) {
				d.Args, d.RegistryUsername, d.RegistrySecret, d.SecretEnv["S"] = []string{"x"}, "x", "x", "x"
			}, "no-op", nil},
		}},
		"by a replacement": {config, []drift{
			{"replicas", func(d *caastest.Deployment) { d.Replicas = 2 }, "replace", replacement(created)},
			{"locations", func(d *caastest.Deployment) { d.LocationIDs = []int{1, 2} }, "replace", replacement(created)},
			{"destroyed", func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed }, "create", []string{created}},
		}},
		"write-only secrets": {writeOnly, []drift{
			{"another name", func(d *caastest.Deployment) { d.SecretEnv["U"] = "x" }, "update", patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"other names", func(d *caastest.Deployment) { d.SecretEnv = map[string]string{"U": "x"} }, "update", patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"no names", func(d *caastest.Deployment) { d.SecretEnv = nil }, "update", patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"another value", func(d *caastest.Deployment) { d.SecretEnv["S"] = "x" }, "no-op", nil},
		}},
		// The API's null, {} and [] are equal to an omitted attribute.
		"omitted": {base, []drift{
			{"null", func(d *caastest.Deployment) { d.Env, d.SecretEnv = nil, nil }, "no-op", nil},
			{"empty", func(d *caastest.Deployment) { d.Env, d.SecretEnv = map[string]string{}, map[string]string{} }, "no-op", nil},
			// A missing list says nothing.
			{"null entrypoint", func(d *caastest.Deployment) { d.Entrypoint = nil }, "no-op", nil},
			{"a variable added", func(d *caastest.Deployment) { d.Env = map[string]string{"A": "1"} }, "update", patch(`{"env_variables":{}}`)},
			// Secrets that are not configured are not managed.
			{"secrets added", func(d *caastest.Deployment) { d.SecretEnv = map[string]string{"A": "1"} }, "no-op", nil},
		}},
		"empty": {base.with(attributes{"container_config.entrypoint": `[]`, "container_config.secret_env_variables": `{}`}), []drift{
			{"null", func(d *caastest.Deployment) { d.Entrypoint, d.Env, d.SecretEnv = nil, nil, nil }, "no-op", nil},
		}},
		"no image": {base.with(attributes{"registry_config.image_url": ""}), []drift{
			{"an image added", func(d *caastest.Deployment) { d.ImageURL = "evil" }, "update", patch(`{"image_url":null}`)},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.created(t, c.config)
			for _, d := range c.drifts {
				t.Log(d.name)
				all := env.API.Deployments()
				env.API.Edit(all[len(all)-1].ID, d.edit)
				terraform.becomes(c.config, d.action, d.requests...)
			}
		})
	}
}

// Write-only secrets whose names the API does not return are no difference, and
// neither is an image that it returns in another form.
func TestDeployment_noEndlessUpdate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	config := base.with(attributes{
		"container_config.secret_env_variables_wo": `{ S = "secret one" }`, "container_config.secret_env_variables_wo_version": `1`,
		"registry_config.image_url": `"nginx"`,
	})
	terraform := env.created(t, config)
	env.API.Edit(env.newest(), func(d *caastest.Deployment) { d.SecretEnv = nil })
	env.API.SetFormat(caastest.Format{NullLists: true, CanonicalImages: true})
	terraform.empty(config)
}
