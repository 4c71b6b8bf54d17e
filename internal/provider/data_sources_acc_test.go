package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// reads applies a configuration of data sources, after which the checks hold.
func (env *testEnv) reads(t *testing.T, config string, checks ...statecheck.StateCheck) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
		Steps:                    []resource.TestStep{{Config: env.Config(config), ConfigStateChecks: checks}},
	})
}

// attributesAre checks attributes of the data source test.
func attributesAre(values map[string]knownvalue.Check) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for name, value := range values {
		path := tfjsonpath.New(strings.Split(name, ".")[0])
		for _, step := range strings.Split(name, ".")[1:] {
			path = path.AtMapKey(step)
		}
		checks = append(checks, statecheck.ExpectKnownValue(shown, path, value))
	}
	return checks
}

const (
	device1 = "11111111-0000-4000-8000-000000000000"
	device2 = "22222222-0000-4000-8000-000000000000"
)

// sample is a deployment with every member that the API can return: two
// containers, one of them running, an hour and a half into the four that are paid
// for.
func sample() caastest.Deployment {
	started := start.Add(-90 * time.Minute)
	return caastest.Deployment{
		ID: "6d1e9b1c-6a53-4b0e-9f3c-0a3a5b1f2c11", Name: "vllm", Status: caastest.StatusRunning,
		HardwareID: 204, LocationIDs: []int{3, 1}, Replicas: 2, GPUsPerContainer: 8, DurationHours: 4,
		Entrypoint: []string{"vllm", "serve"}, Args: []string{"--secret-argument"}, TrafficPort: 8000,
		Env: map[string]string{"HF_HOME": "/data"}, SecretEnv: map[string]string{"HF_TOKEN": "hf-secret-value"},
		ImageURL: "docker.io/vllm/vllm-openai:latest", RegistryUsername: "robot", RegistrySecret: "registry-secret-value",
		Created: started.Add(-2 * time.Minute), Started: started, AmountPaid: 191.36,
		Containers: []caastest.Container{
			{
				ContainerID: "c-2", DeviceID: device2, Status: caastest.StatusDeploying, Created: started.Add(-time.Minute),
			},
			{
				ContainerID: "c-1", DeviceID: device1, Status: caastest.StatusRunning, PublicURL: "https://c-1.example.test", Created: started.Add(-time.Minute),
				Events: []caastest.Event{{Time: started, Message: "container started"}, {Time: started.Add(30 * time.Second), Message: "public URL ready"}},
			},
		},
	}
}

func text(s string) knownvalue.Check { return knownvalue.StringExact(s) }

func number(n int64) knownvalue.Check { return knownvalue.Int64Exact(n) }

// object is an object of these members and no others.
func object(members map[string]knownvalue.Check) knownvalue.Check {
	return knownvalue.ObjectExact(members)
}
