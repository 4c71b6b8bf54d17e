package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// scenario returns a mock, and a working folder with one of the examples that users
// copy whole.
func scenario(t *testing.T, name string, o caastest.Options) (*testEnv, *acctest.Terraform) {
	t.Helper()
	env := newEnv(t, o)
	tf := env.Terraform(t)
	tf.Env = append(tf.Env, exampleVariables...)
	copyExample(t, tf, filepath.Join(examples, "scenarios", name, "main.tf"))
	return env, tf
}

// instantWithURLs are the options for a scenario whose containers are called.
var instantWithURLs = caastest.Options{Timings: acctest.Instant, ServePublicURLs: true}

func TestAccScenario_cheapestHardware(t *testing.T) {
	t.Parallel()
	env, tf := scenario(t, "cheapest-hardware", instantWithURLs)
	env.API.SetReplicas(210, 1, 0) // the cheapest has capacity only in location 3
	env.API.SetReplicas(210, 2, 1)
	env.API.SetReplicas(210, 4, 0)
	applyAndPlan(t, tf)
	d := env.API.Deployments()[0]
	if d.HardwareID != 210 || len(d.LocationIDs) != 1 || d.LocationIDs[0] != 3 {
		t.Errorf("deployed on hardware %d in %v, want 210 in [3]", d.HardwareID, d.LocationIDs)
	}
	env.API.SetPrice(203, 0.01) // cheaper hardware replaces nothing
	applyAndPlan(t, tf)
	soldOut := func(replicas int) {
		for _, hardware := range []int{203, 204, 210} {
			for location := 1; location <= 4; location++ {
				env.API.SetReplicas(hardware, location, replicas)
			}
		}
	}
	soldOut(0) // neither does hardware that is sold out
	applyAndPlan(t, tf)
	soldOut(16)
	tf.Run("apply", "-auto-approve", "-replace=terraform_data.choice")
	if all := env.API.Deployments(); len(all) != 2 || all[1].HardwareID != 203 {
		t.Errorf("choosing again deployed %+v, want a second one on hardware 203", all)
	}
	applyAndPlan(t, tf)
	tf.Run("destroy", "-auto-approve")
	env.API.SetPrice(203, 2.49)
	tf.WantOutput(mustFail(t, tf, "plan", "-var=budget_usdc=100"), "max_cost_usdc")
	soldOut(0)
	tf.WantOutput(mustFail(t, tf, "plan"), "No hardware type has capacity")
}

func TestAccScenario_vllmServer(t *testing.T) {
	t.Parallel()
	env, tf := scenario(t, "vllm-server", instantWithURLs)
	out := applyAndPlan(t, tf)
	d := env.API.Deployments()[0]
	if url := d.Containers[0].PublicURL + "/v1"; !strings.Contains(out, url) {
		t.Errorf("the output has no %s:\n%s", url, out)
	}
	if d.SecretEnv["VLLM_API_KEY"] != "vllm-key-for-tests" || d.Env["VLLM_API_KEY"] != "" {
		t.Errorf("the secret variables are %v and the others %v", d.SecretEnv, d.Env)
	}
	if state := tf.Run("state", "pull"); strings.Contains(state, "vllm-key-for-tests") {
		t.Error("the state holds the key")
	}
}

// TestAccScenario_keepRunning replaces a deployment: the new one is bought before
// the old one is destroyed.
func TestAccScenario_keepRunning(t *testing.T) {
	t.Parallel()
	env, tf := scenario(t, "keep-running", instantWithURLs)
	applyAndPlan(t, tf)
	applyAndPlan(t, tf, "-var=replicas=2")
	var methods []string
	for _, sent := range env.changes() {
		method, _, _ := strings.Cut(sent, " ")
		methods = append(methods, method)
	}
	if got := strings.Join(methods, " "); got != "POST POST DELETE" {
		t.Errorf("the API received %s, want POST POST DELETE", got)
	}
	for _, d := range env.API.Deployments() {
		if !strings.HasPrefix(d.Name, "service-") || len(d.Name) != len("service-")+8 {
			t.Errorf("the name %q is not the prefix and eight characters", d.Name)
		}
	}
}

func TestAccScenario_secretRotation(t *testing.T) {
	t.Parallel()
	env, tf := scenario(t, "secret-rotation", restarting())
	applyAndPlan(t, tf, "-var=hf_token=planted-1", "-var=registry_password=planted-2")
	applyAndPlan(t, tf, "-var=hf_token=planted-3", "-var=registry_password=planted-4", "-var=secrets_version=2")
	env.deploymentsAre(t, "running")
	if d := env.API.Deployments()[0]; d.SecretEnv["HF_TOKEN"] != "planted-3" || d.RegistrySecret != "planted-4" {
		t.Errorf("after the rotation the deployment has %v and %q", d.SecretEnv, d.RegistrySecret)
	}
	if state := tf.Run("state", "pull"); strings.Contains(state, "planted") {
		t.Error("the state holds a secret")
	}
}

func TestAccScenario_importRunning(t *testing.T) {
	t.Parallel()
	env, tf := scenario(t, "import-running", instantWithURLs)
	id := env.API.Add(caastest.Deployment{
		Name: "from-the-console", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--model", "m"},
		Env: map[string]string{"LOG_LEVEL": "info"}, SecretEnv: map[string]string{"TOKEN": "t"}, ImageURL: "ghcr.io/org/image:tag", RegistrySecret: "s",
	})
	applyAndPlan(t, tf)
	if sent := env.changes(); len(sent) > 0 {
		t.Errorf("the import sent %q", sent)
	}
	wantInState(t, tf, id)
}
