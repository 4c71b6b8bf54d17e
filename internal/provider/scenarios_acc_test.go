package provider_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// scenario returns a working folder with one of the examples that users copy
// whole.
func scenario(t *testing.T, env *acctest.Env, name string) *acctest.Terraform {
	t.Helper()
	tf := env.Terraform(t)
	tf.Env = append(tf.Env, exampleVariables...)
	copyExample(t, tf, filepath.Join(examples, "scenarios", name, "main.tf"))
	return tf
}

func TestAccScenario_cheapestHardware(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant, ServePublicURLs: true})
	env.API.SetReplicas(210, 1, 0) // the cheapest has capacity only in location 3
	env.API.SetReplicas(210, 2, 1)
	env.API.SetReplicas(210, 4, 0)
	tf := scenario(t, env, "cheapest-hardware")
	applyAndPlan(t, tf)
	d := env.API.Deployments()[0]
	if d.HardwareID != 210 || len(d.LocationIDs) != 1 || d.LocationIDs[0] != 3 {
		t.Errorf("deployed on hardware %d in %v, want 210 in [3]", d.HardwareID, d.LocationIDs)
	}
	env.API.SetPrice(203, 0.01) // cheaper hardware replaces nothing
	applyAndPlan(t, tf)
	soldOut := func(replicas int) {
		for hardware := range map[int]bool{203: true, 204: true, 210: true} {
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
	if out, code := tf.Try("plan", "-var=budget_usdc=100"); code == 0 || !strings.Contains(out, "max_cost_usdc") {
		t.Errorf("a plan above the budget: exit %d\n%s", code, out)
	}
	soldOut(0)
	if out, code := tf.Try("plan"); code == 0 || !strings.Contains(flat(out), "No hardware type has capacity") {
		t.Errorf("a plan without capacity: exit %d\n%s", code, out)
	}
}

func TestAccScenario_vllmServer(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant, ServePublicURLs: true})
	tf := scenario(t, env, "vllm-server")
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
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant, ServePublicURLs: true})
	tf := scenario(t, env, "keep-running")
	applyAndPlan(t, tf)
	applyAndPlan(t, tf, "-var=replicas=2")
	var changes []string
	for _, r := range env.API.Requests("", "") {
		if r.Method != "GET" {
			changes = append(changes, r.Method)
		}
	}
	if got := strings.Join(changes, " "); got != "POST POST DELETE" {
		t.Errorf("the mock received %s, want POST POST DELETE", got)
	}
	for _, d := range env.API.Deployments() {
		if !strings.HasPrefix(d.Name, "service-") || len(d.Name) != len("service-")+8 {
			t.Errorf("the name %q is not the prefix and eight characters", d.Name)
		}
	}
}

// TestAccScenario_trainingJob does not wait for a job that never runs.
func TestAccScenario_trainingJob(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: caastest.Timings{Provision: time.Hour, Terminate: -1}})
	tf := scenario(t, env, "training-job")
	tf.Run("apply", "-auto-approve")
	if d := env.API.Deployments()[0]; d.DurationHours != 5 || d.Status == caastest.StatusRunning {
		t.Errorf("the job is paid for %d hours and %s", d.DurationHours, d.Status)
	}
	tf.Run("destroy", "-auto-approve")
}

func TestAccScenario_secretRotation(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, restarting())
	tf := scenario(t, env, "secret-rotation")
	applyAndPlan(t, tf, "-var=hf_token=planted-1", "-var=registry_password=planted-2")
	applyAndPlan(t, tf, "-var=hf_token=planted-3", "-var=registry_password=planted-4", "-var=secrets_version=2")
	d := env.API.Deployments()[0]
	if d.SecretEnv["HF_TOKEN"] != "planted-3" || d.RegistrySecret != "planted-4" {
		t.Errorf("after the rotation the deployment has %v and %q", d.SecretEnv, d.RegistrySecret)
	}
	if n := len(env.API.Requests("POST", "/deploy")); n != 1 {
		t.Errorf("%d deployments were bought, want 1", n)
	}
	if state := tf.Run("state", "pull"); strings.Contains(state, "planted") {
		t.Error("the state holds a secret")
	}
}

func TestAccScenario_importRunning(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant, ServePublicURLs: true})
	id := env.API.Add(caastest.Deployment{
		Name: "from-the-console", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--model", "m"},
		Env: map[string]string{"LOG_LEVEL": "info"}, SecretEnv: map[string]string{"TOKEN": "t"}, ImageURL: "ghcr.io/org/image:tag", RegistrySecret: "s",
	})
	tf := scenario(t, env, "import-running")
	applyAndPlan(t, tf)
	for _, r := range env.API.Requests("", "") {
		if r.Method != "GET" {
			t.Errorf("the import sent %s %s", r.Method, r.Path)
		}
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Attributes struct {
					ID string `json:"deployment_id"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal([]byte(tf.Run("state", "pull")), &state); err != nil {
		t.Fatal(err)
	}
	if got := state.Resources[0].Instances[0].Attributes.ID; got != id {
		t.Errorf("imported %q, want %q", got, id)
	}
}

func TestAccScenario_firstDeployment(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant, ServePublicURLs: true})
	tf := scenario(t, env, "first-deployment")
	applyAndPlan(t, tf)
	if d := env.API.Deployments()[0]; d.AmountPaid > 25 || d.DurationHours != 1 {
		t.Errorf("bought %d hours for %.2f USDC", d.DurationHours, d.AmountPaid)
	}
}
