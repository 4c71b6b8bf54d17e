package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestLive buys one hour of 8 GPUs on the live API, and reports which of the facts
// hold that the documentation lists as not verified. It runs only with
// IONETH_LIVE=1: see CONTRIBUTING.md.
func TestLive(t *testing.T) {
	t.Parallel()
	if os.Getenv("IONETH_LIVE") != "1" {
		t.Skip("IONETH_LIVE is not 1")
	}
	budget, hardware := os.Getenv("IONETH_LIVE_BUDGET_USDC"), os.Getenv("IONETH_LIVE_HARDWARE")
	if budget == "" || hardware == "" {
		t.Fatal("set IONETH_LIVE_BUDGET_USDC to the most that the test may spend, and IONETH_LIVE_HARDWARE to the name of a hardware type")
	}
	tf := acctest.New(t, caastest.Options{}).Terraform(t)
	tf.Env = append(tf.Env, "IONETH_ENDPOINT=")
	for _, name := range []string{"IONETH_TOKEN", "IONETH_API_KEY", "IOCLOUD_API_KEY"} {
		tf.Env = append(tf.Env, name+"="+os.Getenv(name))
	}
	checkLive(t, tf, budget, hardware, os.Getenv("IONETH_LIVE_EXTEND") == "1")
}

// TestAccLive_mock keeps TestLive working.
func TestAccLive_mock(t *testing.T) {
	t.Parallel()
	env := newEnv(t, restarting())
	checkLive(t, env.Terraform(t), "50", "H100 SXM", true)
	env.deploymentsAre(t, "destroyed")
}

// liveConfig is the smallest deployment. Its variables are what the test changes.
const liveConfig = `
variable "name" { type = string }
variable "hardware" { type = string }
variable "budget" { type = number }
variable "hours" { default = 1 }
variable "greeting" { default = "hello" }
data "ioneth_caas_hardware" "test" { name = var.hardware }
data "ioneth_caas_available_replicas" "test" { hardware_id = one(data.ioneth_caas_hardware.test.hardware[*].hardware_id) }
resource "ioneth_caas_deployment" "test" {
  resource_private_name = var.name
  duration_hours        = var.hours
  max_cost_usdc         = var.budget
  hardware_id           = data.ioneth_caas_available_replicas.test.hardware_id
  location_ids          = data.ioneth_caas_available_replicas.test.locations[*].id
  container_config = {
    replica_count = 1
    entrypoint    = ["python", "-m", "http.server", "8000", "--directory", "/srv"]
    traffic_port  = 8000
    env_variables = { GREETING = var.greeting }
  }
  registry_config = { image_url = "docker.io/library/python:3.13" }
  lifecycle { ignore_changes = [hardware_id, location_ids] }
}
data "ioneth_caas_deployment" "test" { deployment_id = ioneth_caas_deployment.test.deployment_id }
output "deployment" {
  value = merge({ for k, v in ioneth_caas_deployment.test : k => v if contains(["deployment_id", "started_at", "amount_paid_usdc", "containers"], k) }, {
    served = data.ioneth_caas_deployment.test.compute_minutes_served, remaining = data.ioneth_caas_deployment.test.compute_minutes_remaining
  })
}
`

// liveDeployment is the output of liveConfig.
type liveDeployment struct {
	ID         string  `json:"deployment_id"`
	StartedAt  string  `json:"started_at"`
	AmountPaid float64 `json:"amount_paid_usdc"`
	Served     float64 `json:"served"`
	Remaining  float64 `json:"remaining"`
	Containers []struct {
		ID  string `json:"container_id"`
		URL string `json:"public_url"`
	} `json:"containers"`
}

// checkLive creates, reads, changes and renames a deployment, and always destroys
// it. It reports what it finds out; only a failing Terraform fails it. With extend it
// buys a second hour.
func checkLive(t *testing.T, tf *acctest.Terraform, budget, hardware string, extend bool) {
	t.Helper()
	name := fmt.Sprintf("terraform-live-%d", time.Now().Unix())
	tf.Env = append(tf.Env, "TF_VAR_name="+name, "TF_VAR_hardware="+hardware, "TF_VAR_budget="+budget)
	tf.Write("main.tf", liveConfig)
	fact := func(format string, arguments ...any) { t.Logf("FACT "+format, arguments...) }
	apply := func(arguments ...string) liveDeployment {
		tf.Run(append([]string{"apply", "-auto-approve"}, arguments...)...)
		tf.Run(append([]string{"plan", "-detailed-exitcode"}, arguments...)...)
		var state struct {
			Outputs struct {
				Deployment struct{ Value liveDeployment }
			}
		}
		if err := json.Unmarshal([]byte(tf.Read("terraform.tfstate")), &state); err != nil {
			t.Fatal(err)
		}
		return state.Outputs.Deployment.Value
	}
	last := liveDeployment{}
	defer func() { // also after a failure, and before the test's context ends
		for range 3 {
			out, code := tf.Try("destroy", "-auto-approve", "-refresh=false")
			if code == 0 {
				fact("spent: %.2f USDC were paid before the refund of what was not used", last.AmountPaid)
				return
			}
			t.Logf("destroy: %s", out)
		}
		t.Errorf("the deployment %s was NOT destroyed and costs money: destroy it in io.net's web console", name)
	}()

	created := apply()
	last = created
	fact("created %s, %d containers", created.ID, len(created.Containers))
	fact("minutes served and remaining: %.0f and %.0f of an hour that was bought (60 in total is wall time, 480 is GPU time)", created.Served, created.Remaining)
	for _, c := range created.Containers {
		fact("GET of the public URL: %s", getStatus(t, c.URL))
	}

	changed := apply("-var=greeting=changed")
	last = changed
	fact("a change in place set started_at again: %t", changed.StartedAt != created.StartedAt)
	if len(changed.Containers) > 0 && len(created.Containers) > 0 {
		fact("a change in place replaced the container: %t", changed.Containers[0].ID != created.Containers[0].ID)
	}
	arguments := []string{"-var=greeting=changed", "-var=name=" + name + "-renamed"}
	last = apply(arguments...)
	fact("the rename was applied")
	if extend {
		last = apply(append(arguments, "-var=hours=2")...)
		fact("after an extension by an hour the minutes are %.0f and %.0f", last.Served, last.Remaining)
	}
}

// getStatus returns the status of a GET, or its error.
func getStatus(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	_ = response.Body.Close()
	return response.Status
}
