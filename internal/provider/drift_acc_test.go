package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A change made outside Terraform appears as drift, and the apply reverts it.
func TestAccDeployment_drift(t *testing.T) {
	t.Parallel()
	config := base.with(attributes{
		"container_config.env_variables":        `{ A = "1" }`,
		"container_config.secret_env_variables": `{ S = "secret one", T = "secret two" }`,
	})
	writeOnly := base.with(attributes{
		"container_config.secret_env_variables_wo":         `{ S = "secret one" }`,
		"container_config.secret_env_variables_wo_version": `1`,
	})
	const deployed = `POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"env_variables":{"A":"1"},"replica_count":1,` +
		`"secret_env_variables":{"S":"secret one","T":"secret two"},"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
		`"hardware_id":203,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`
	type drift struct {
		name     string
		edit     func(*caastest.Deployment)
		action   plancheck.ResourceActionType
		requests []string
	}
	for name, c := range map[string]struct {
		config attributes
		drifts []drift
	}{
		"in place": {config, []drift{
			{"image", func(d *caastest.Deployment) { d.ImageURL = "evil" }, update, patch(`{"image_url":"ghcr.io/org/image:1"}`)},
			{"no image", func(d *caastest.Deployment) { d.ImageURL = "" }, update, patch(`{"image_url":"ghcr.io/org/image:1"}`)},
			{"port", func(d *caastest.Deployment) { d.TrafficPort = 1 }, update, patch(`{"traffic_port":8000}`)},
			{"entrypoint", func(d *caastest.Deployment) { d.Entrypoint = []string{"sleep"} }, update, patch(`{"entrypoint":["vllm","serve"]}`)},
			{"empty entrypoint", func(d *caastest.Deployment) { d.Entrypoint = []string{} }, update, patch(`{"entrypoint":["vllm","serve"]}`)},
			{"another variable", func(d *caastest.Deployment) { d.Env["B"] = "2" }, update, patch(`{"env_variables":{"A":"1"}}`)},
			{"no variables", func(d *caastest.Deployment) { d.Env = nil }, update, patch(`{"env_variables":{"A":"1"}}`)},
			{"another secret", func(d *caastest.Deployment) { d.SecretEnv["U"] = "x" }, update, patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"a secret removed", func(d *caastest.Deployment) { delete(d.SecretEnv, "S") }, update, patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"no secrets", func(d *caastest.Deployment) { d.SecretEnv = nil }, update, patch(`{"secret_env_variables":{"S":"secret one","T":"secret two"}}`)},
			{"name", func(d *caastest.Deployment) { d.Name = "sglang" }, update, []string{`PUT /clusters/ID/update-name {"cluster_name":"vllm"}`}},
			{"hours bought", func(d *caastest.Deployment) { d.DurationHours += 10 }, noop, nil},
			{"what the API does not return", func(d *caastest.Deployment) {
				d.Args, d.RegistryUsername, d.RegistrySecret, d.SecretEnv["S"] = []string{"x"}, "x", "x", "x"
			}, noop, nil},
		}},
		"by a replacement": {config, []drift{
			{"replicas", func(d *caastest.Deployment) { d.Replicas = 2 }, replace, replacement(strings.TrimPrefix(deployed, "POST /deploy "))},
			{"locations", func(d *caastest.Deployment) { d.LocationIDs = []int{1, 2} }, replace, replacement(strings.TrimPrefix(deployed, "POST /deploy "))},
			{"destroyed", func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed }, plancheck.ResourceActionCreate, []string{deployed}},
		}},
		"write-only secrets": {writeOnly, []drift{
			{"another name", func(d *caastest.Deployment) { d.SecretEnv["U"] = "x" }, update, patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"other names", func(d *caastest.Deployment) { d.SecretEnv = map[string]string{"U": "x"} }, update, patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"no names", func(d *caastest.Deployment) { d.SecretEnv = nil }, update, patch(`{"secret_env_variables":{"S":"secret one"}}`)},
			{"another value", func(d *caastest.Deployment) { d.SecretEnv["S"] = "x" }, noop, nil},
		}},
		// The API's null, {} and [] are equal to an omitted attribute.
		"omitted": {base, []drift{
			{"null", func(d *caastest.Deployment) { d.Env, d.SecretEnv = nil, nil }, noop, nil},
			{"empty", func(d *caastest.Deployment) { d.Env, d.SecretEnv = map[string]string{}, map[string]string{} }, noop, nil},
			// A missing list says nothing.
			{"null entrypoint", func(d *caastest.Deployment) { d.Entrypoint = nil }, noop, nil},
			{"a variable added", func(d *caastest.Deployment) { d.Env = map[string]string{"A": "1"} }, update, patch(`{"env_variables":{}}`)},
			// Secrets that are not configured are not managed.
			{"secrets added", func(d *caastest.Deployment) { d.SecretEnv = map[string]string{"A": "1"} }, noop, nil},
		}},
		"empty": {base.with(attributes{"container_config.entrypoint": `[]`, "container_config.secret_env_variables": `{}`}), []drift{
			{"null", func(d *caastest.Deployment) { d.Entrypoint, d.Env, d.SecretEnv = nil, nil, nil }, noop, nil},
		}},
		"no image": {base.with(attributes{"registry_config.image_url": ""}), []drift{
			{"an image added", func(d *caastest.Deployment) { d.ImageURL = "evil" }, update, patch(`{"image_url":null}`)},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			steps := []resource.TestStep{{Config: env.Config(c.config.String())}}
			for _, d := range c.drifts {
				step := env.becomes(c.config, d.action, d.requests...)
				step.PreConfig = func() {
					t.Log(d.name)
					all := env.API.Deployments()
					env.API.Edit(all[len(all)-1].ID, d.edit)
					env.API.ResetJournal()
				}
				steps = append(steps, step)
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: env.ProtoV6ProviderFactories, Steps: steps})
		})
	}
}

// An update does not send secrets that the configuration does not have.
func TestAccDeployment_unmanagedSecretsStay(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	change := env.becomes(base.with(attributes{"container_config.env_variables": `{ A = "1" }`}), update, patch(`{"env_variables":{"A":"1"}}`)...)
	change.PreConfig = func() {
		env.API.Edit(env.API.Deployments()[0].ID, func(d *caastest.Deployment) { d.SecretEnv, d.RegistrySecret = map[string]string{"S": "x"}, "y" })
		env.API.ResetJournal()
	}
	change.ConfigStateChecks = []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, tfjsonpath.New("secret_env_keys"), knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("S")})),
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps:                    []resource.TestStep{{Config: env.Config(base.String())}, change},
	})
	if d := env.API.Deployments()[0]; d.SecretEnv["S"] != "x" || d.RegistrySecret != "y" {
		t.Errorf("the deployment has the secrets %q and %q", d.SecretEnv, d.RegistrySecret)
	}
}

// A deployment that the API returns with fewer locations than configured is not
// replaced, whether it was created or imported.
func TestAccDeployment_fewerLocations(t *testing.T) {
	t.Parallel()
	config := base.with(attributes{"location_ids": "[1, 2]"}).String()
	for name, imported := range map[string]bool{"created": false, "imported": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Format: caastest.Format{LocationSubset: true}})
			first := resource.TestStep{Config: env.Config(config)}
			if imported {
				id := env.API.Add(caastest.Deployment{
					Name: "vllm", HardwareID: 203, LocationIDs: []int{1, 2}, Replicas: 1, DurationHours: 24, TrafficPort: 8000,
					Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1",
				})
				first.Config += "import {\n  to = " + address + "\n  id = \"" + id + "\"\n}\n"
				first.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, update)}
			}
			env.API.ResetJournal()
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps: []resource.TestStep{first, {
					Config:           env.Config(config),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				}},
			})
			if imported {
				if sent := env.changes(); len(sent) != 1 || sent[0] != "DELETE /deployment/ID" { // at the end of the test
					t.Errorf("the API received %q", sent)
				}
			}
			env.deploymentsAre(t, "destroyed")
		})
	}
}

// An image that the API returns in canonical form is no difference, and neither are
// secrets whose names it does not return.
func TestAccDeployment_noEndlessUpdate(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Format: caastest.Format{CanonicalImages: true, NullLists: true}})
	config := base.with(attributes{
		"container_config.secret_env_variables_wo": `{ S = "secret one" }`, "container_config.secret_env_variables_wo_version": `1`,
		"registry_config.image_url": `"nginx"`,
	})
	canonical := env.becomes(config.with(attributes{"registry_config.image_url": `"docker.io/library/nginx:latest"`}), update)
	canonical.PreConfig = env.API.ResetJournal
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps: []resource.TestStep{
			{Config: env.Config(config.String())},
			{
				PreConfig: func() { // the API returns no names of secrets any more
					env.API.AllowViolations()
					id := env.API.Deployments()[0].ID
					env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Body: `{"data": {"id": "` + id + `", "status": "running",
						"started_at": "2030-01-02T03:05:35Z", "compute_minutes_served": 0, "compute_minutes_remaining": 1440,
						"hardware_id": 203, "gpus_per_container": 8, "total_containers": 1, "total_gpus": 8, "locations": [{"id": 1}],
						"container_config": {"entrypoint": ["vllm", "serve"], "env_variables": {}, "traffic_port": 8000,
						"image_url": "docker.io/library/nginx:latest", "secret_env_keys": null}}}`})
				},
				Config:           env.Config(config.String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				Check:            func(*terraform.State) error { env.API.ClearFaults(); return nil },
			},
			canonical,
		},
	})
}
