package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const readinessAddress = "ioneth_caas_deployment_readiness.test"

// readiness is the readiness of the deployment of a test.
const readiness = `
resource "ioneth_caas_deployment_readiness" "test" {
  deployment_id = ioneth_caas_deployment.test.deployment_id
  path          = "/health?full=1"
  timeouts      = { create = "20m" }
}
`

// replaceable is a deployment that is replaced without downtime.
func replaceable(replicas int) string {
	return prefixed.with(attributes{"lifecycle.create_before_destroy": "true", "container_config.replica_count": fmt.Sprint(replicas)}).String()
}

// A deployment is ready at all times: a replacement that does not become ready in
// time fails the apply, taints nothing, and leaves the old deployment running. The
// next apply waits again, and buys nothing. After that only a change of what was
// checked waits again, and the end of the resource changes nothing.
func TestAccReadiness(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{ServePublicURLs: true, Timings: caastest.Timings{
		Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second, Ready: 10 * time.Minute,
	}})
	with := func(trigger, timeout string) string {
		return replaceable(2) + strings.NewReplacer("timeouts ", "triggers = { image = \""+trigger+"\" }\n  timeouts ", "20m", timeout).Replace(readiness)
	}
	plans := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(readinessAddress, action)}}
	}
	env.Test(t,
		resource.TestStep{Config: replaceable(1) + readiness},
		resource.TestStep{
			PreConfig: func() {
				env.API.ResetJournal()
				env.API.Configure(func(o *caastest.Options) { o.Timings.Ready = 25 * time.Minute })
			},
			Config: with("1", "20m"), ExpectError: acctest.Words("The last responses of the containers: - container"),
		},
		resource.TestStep{
			PreConfig: func() { env.deploymentsAre(t, "running", "running") },
			Config:    with("1", "20m"), ConfigPlanChecks: plans(plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(readinessAddress, tfjsonpath.New("urls"), knownvalue.ListSizeExact(2)),
			},
		},
		resource.TestStep{Config: with("1", "30m"), ConfigPlanChecks: plans(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: with("2", "30m"), ConfigPlanChecks: plans(plancheck.ResourceActionDestroyBeforeCreate)},
		resource.TestStep{Config: replaceable(2)},
	)
	// The replacement, the end of the old deployment, and that of the test.
	sent := env.changes()
	if len(sent) != 3 || !strings.HasPrefix(sent[0], "POST /deploy ") || sent[1] != "DELETE /deployment/ID" || sent[2] != "DELETE /deployment/ID" {
		t.Fatalf("the API received %q", sent)
	}
	env.wantReadyBeforeDestroy(t)
}

// wantReadyBeforeDestroy checks that the containers were polled without a credential,
// and that the first deployment was destroyed after those of the second were ready.
func (env *testEnv) wantReadyBeforeDestroy(t *testing.T) {
	t.Helper()
	all, destroyed := env.API.Deployments(), env.API.Requests("DELETE", "/deployment/{}")[0]
	if !strings.HasSuffix(destroyed.Path, all[0].ID) {
		t.Errorf("the first DELETE is of %s", destroyed.Path)
	}
	visits, ready := env.API.PublicRequests(), map[string]bool{}
	for _, r := range visits {
		container, path, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		if r.Method != http.MethodGet || path != "health" || r.Query.Get("full") != "1" {
			t.Errorf("the container received %s %s?%s", r.Method, r.Path, r.Query.Encode())
		}
		if r.Header.Get("Authorization")+r.Header.Get("X-Api-Key")+r.Header.Get("Cookie") != "" {
			t.Errorf("the container received a credential: %v", r.Header)
		}
		ready[container] = ready[container] || r.Status == http.StatusOK && !r.At.After(destroyed.At)
	}
	for _, c := range all[1].Containers {
		if !ready[c.ContainerID] {
			t.Errorf("the old deployment was destroyed before the container %s was ready", c.ContainerID)
		}
	}
	if len(visits) > 400 {
		t.Errorf("the containers received %d requests", len(visits))
	}
}

// A redirect, such as one to a login page, is not an answer of the service.
func TestReadiness_followsNoRedirect(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			t.Errorf("the service received %s", r.URL.Path)
		}
		http.Redirect(w, r, "/login", http.StatusFound)
	}))
	defer service.Close()
	id := env.API.Add(caastest.Deployment{Containers: []caastest.Container{{Status: caastest.StatusRunning, PublicURL: service.URL}}})
	terraform := env.core(t)
	terraform.Type = "ioneth_caas_deployment_readiness"
	ready := func(path string) config {
		return config(fmt.Sprintf("resource %q \"test\" {\n  deployment_id = %q\n  path = %q\n}\n", terraform.Type, id, path))
	}
	for _, invalid := range []string{"health", "/a b"} {
		terraform.planFails(ready(invalid), `AttributeName("path") `)
	}
	terraform.fails(ready("/health"), "302 Found")
}

// The error of a deployment that failed says how to fix it, and not to wait longer.
func TestAccReadiness_failedDeployment(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.API.Add(caastest.Deployment{Status: caastest.StatusFailed})
	env.Test(t, resource.TestStep{
		Config:      strings.ReplaceAll(readiness, address+".deployment_id", fmt.Sprintf("%q", id)),
		ExpectError: acctest.Words("Correct the configuration of the deployment and run terraform apply again: a change in place costs nothing."),
	})
}
