package provider_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// scenario is a folder with one of the examples that users copy whole.
func scenario(t *testing.T, server *caastest.Server, name string) *folder {
	t.Helper()
	f := newFolder(t, server)
	f.Env = append(f.Env, "IONETH_API_KEY=")
	f.copyFrom(t, filepath.Join(examples, "scenarios", name, "main.tf"))
	return f
}

// settled applies the scenario and checks that the plan after it is empty. It
// returns what the apply printed.
func (f *folder) settled(t *testing.T, args ...string) string {
	t.Helper()
	out := f.Run(append([]string{"apply", "-auto-approve"}, args...)...)
	if plan, code := f.Try(append([]string{"plan", "-detailed-exitcode"}, args...)...); code != 0 {
		t.Errorf("the plan after the apply: exit %d\n%s", code, plan)
	}
	return out
}

func TestAccScenario_cheapestHardware(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	server.SetReplicas(210, 1, 0) // the cheapest has no room but in location 3
	server.SetReplicas(210, 2, 1)
	server.SetReplicas(210, 4, 0)
	f := scenario(t, server, "cheapest-hardware")
	f.settled(t)
	d := server.Deployments()[0]
	if d.HardwareID != 210 || len(d.LocationIDs) != 1 || d.LocationIDs[0] != 3 {
		t.Errorf("deployed on hardware %d in %v, want 210 in [3]", d.HardwareID, d.LocationIDs)
	}
	server.SetPrice(203, 0.01) // what runs stays, though other hardware is cheaper now
	f.settled(t)
	f.Run("destroy", "-auto-approve")
	server.SetPrice(203, 2.49)
	if out, code := f.Try("plan", "-var=budget_usdc=100"); code == 0 || !strings.Contains(out, "Price is above the budget") {
		t.Errorf("a plan above the budget: exit %d\n%s", code, out)
	}
}

func TestAccScenario_vllmServer(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := scenario(t, server, "vllm-server")
	out := f.settled(t)
	id := server.Deployments()[0].ID
	if url := server.Deployments()[0].Containers[0].PublicURL + "/v1"; !strings.Contains(out, url) {
		t.Errorf("the output has no %s:\n%s", url, out)
	}
	if strings.Contains(out, "not healthy") {
		t.Errorf("a healthy server is said not to be:\n%s", out)
	}
	server.Edit(id, func(d *caastest.Deployment) {
		d.Containers[0].Status = "failed"
	})
	if out := flat(f.Run("plan")); !strings.Contains(out, "The server is not healthy: its containers are failed.") {
		t.Errorf("the check says nothing of a failed container:\n%s", out)
	}
}

func TestAccScenario_secretRotation(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := scenario(t, server, "secret-rotation")
	f.settled(t, "-var=hf_token=planted-1", "-var=registry_password=planted-2")
	f.settled(t, "-var=hf_token=planted-3", "-var=registry_password=planted-4", "-var=secrets_version=2")
	d := server.Deployments()[0]
	if d.SecretEnv["HF_TOKEN"] != "planted-3" || d.RegistrySecret != "planted-4" {
		t.Errorf("after the rotation the deployment has %v and %q", d.SecretEnv, d.RegistrySecret)
	}
	if n := len(server.Calls("POST", "/deploy")); n != 1 {
		t.Errorf("%d deployments were bought, want 1", n)
	}
	if state := f.Run("state", "pull"); strings.Contains(state, "planted") {
		t.Error("the state holds a secret")
	}
}

func TestAccScenario_importRunning(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	id := server.Add(caastest.Deployment{
		Name: "from-the-console", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--model", "m"},
		Env: map[string]string{"LOG_LEVEL": "info"}, SecretEnv: map[string]string{"TOKEN": "t"}, ImageURL: "ghcr.io/org/image:tag", RegistrySecret: "s",
	})
	f := scenario(t, server, "import-running")
	f.settled(t)
	for _, r := range server.Requests() {
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
	if err := json.Unmarshal([]byte(f.Run("state", "pull")), &state); err != nil {
		t.Fatal(err)
	}
	if got := state.Resources[0].Instances[0].Attributes.ID; got != id {
		t.Errorf("imported %q, want %q", got, id)
	}
}

func TestAccScenario_firstDeployment(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := scenario(t, server, "first-deployment")
	f.settled(t)
	if d := server.Deployments()[0]; d.AmountPaid > 25 || d.DurationHours != 1 {
		t.Errorf("bought %d hours for %.2f USDC", d.DurationHours, d.AmountPaid)
	}
}
