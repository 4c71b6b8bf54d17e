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

// readyAfter returns an environment whose containers are ready some time after
// their public URLs exist.
func readyAfter(t *testing.T, ready time.Duration) *testEnv {
	t.Helper()
	return newEnv(t, caastest.Options{ServePublicURLs: true, Timings: caastest.Timings{
		Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second, Ready: ready,
	}})
}

// A service that does not become ready fails the apply, and taints nothing: the
// next apply waits again and buys nothing. After that only a change of what was
// checked waits again, and the end of the resource changes nothing.
func TestAccReadiness(t *testing.T) {
	t.Parallel()
	env := readyAfter(t, 2*time.Hour)
	deployed := strings.Replace(minimal, "replica_count = 1", "replica_count = 2", 1)
	waits := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
			plancheck.ExpectResourceAction(readinessAddress, action),
		}}
	}
	with := func(trigger, timeout string) string {
		return deployed + strings.NewReplacer("timeouts ", "triggers = { image = \""+trigger+"\" }\n  timeouts ", "20m", timeout).Replace(readiness)
	}
	env.Test(t,
		resource.TestStep{Config: with("1", "20m"), ExpectError: acctest.Words("The last responses of the containers: - container")},
		resource.TestStep{
			PreConfig: func() { env.Clock.Advance(2 * time.Hour) },
			Config:    with("1", "20m"), ConfigPlanChecks: waits(plancheck.ResourceActionCreate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(readinessAddress, tfjsonpath.New("urls"), knownvalue.ListSizeExact(2)),
			},
		},
		resource.TestStep{PreConfig: func() { env.wantReadyWithoutCredential(t) }, Config: with("1", "30m"), ConfigPlanChecks: waits(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: with("2", "30m"), ConfigPlanChecks: waits(plancheck.ResourceActionDestroyBeforeCreate)},
		resource.TestStep{Config: deployed},
	)
	if sent := env.changes(); len(sent) != 2 || !strings.HasPrefix(sent[0], "POST /deploy ") || sent[1] != "DELETE /deployment/ID" {
		t.Errorf("the API received %q, want one purchase and its end", sent)
	}
}

// wantReadyWithoutCredential checks that both containers were polled until they were
// ready, without a credential.
func (env *testEnv) wantReadyWithoutCredential(t *testing.T) {
	t.Helper()
	visits := env.API.PublicRequests()
	ready := map[string]bool{}
	for _, r := range visits {
		container, path, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		if r.Method != http.MethodGet || path != "health" || r.Query.Get("full") != "1" {
			t.Errorf("the container received %s %s?%s", r.Method, r.Path, r.Query.Encode())
		}
		if r.Header.Get("Authorization")+r.Header.Get("X-Api-Key")+r.Header.Get("Cookie") != "" {
			t.Errorf("the container received a credential: %v", r.Header)
		}
		ready[container] = r.Status == http.StatusOK
	}
	if len(ready) != 2 || !ready[env.API.Deployments()[0].Containers[0].ContainerID] {
		t.Errorf("the last answers of the containers are %v, want two that are ready", ready)
	}
	if len(visits) < 4 || len(visits) > 400 {
		t.Errorf("the containers received %d requests", len(visits))
	}
}

// A redirect, such as one to a login page, is not an answer of the service.
func TestAccReadiness_followsNoRedirect(t *testing.T) {
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
	env.Test(t, resource.TestStep{
		Config:      fmt.Sprintf("resource \"ioneth_caas_deployment_readiness\" \"test\" {\n  deployment_id = %q\n  path = \"/health\"\n  timeouts = { create = \"1m\" }\n}\n", id),
		ExpectError: acctest.Words("302 Found"),
	})
}

// replaceable is a deployment that is replaced without downtime.
func replaceable(replicas int) string {
	return strings.NewReplacer(
		"resource_private_name =", "resource_private_name_prefix =", `"vllm"`, `"vllm-"`,
		"replica_count = 1", fmt.Sprintf("replica_count = %d", replicas),
		"  registry_config", "  lifecycle { create_before_destroy = true }\n  registry_config",
	).Replace(minimal) + readiness
}

// A deployment is ready at all times: a replacement that does not become
// ready leaves the old deployment running. The next apply waits again, and buys nothing.
func TestAccReadiness_replacementNotReady(t *testing.T) {
	t.Parallel()
	env := readyAfter(t, 10*time.Minute)
	env.Test(t,
		resource.TestStep{Config: replaceable(1)},
		resource.TestStep{
			PreConfig: func() {
				env.API.ResetJournal()
				env.API.Configure(func(o *caastest.Options) { o.Timings.Ready = 25 * time.Minute })
			},
			Config: replaceable(2), ExpectError: acctest.Words("503 Service Unavailable"),
		},
		resource.TestStep{
			PreConfig: func() {
				if n := env.API.Count("DELETE", ""); n != 0 {
					t.Errorf("the old deployment was destroyed")
				}
			},
			Config: replaceable(2),
		},
	)
	env.wantNoDowntime(t)
}

// wantNoDowntime checks that a second deployment was bought once, and the first
// one destroyed after every container of the second was ready.
func (env *testEnv) wantNoDowntime(t *testing.T) {
	t.Helper()
	if n := env.API.Count("POST", "/deploy"); n != 1 {
		t.Errorf("%d deployments were bought in the place of the first, want 1", n)
	}
	all := env.API.Deployments()
	deletes := env.API.Requests("DELETE", "/deployment/{}")
	if len(all) != 2 || len(deletes) == 0 || !strings.HasSuffix(deletes[0].Path, all[0].ID) {
		t.Fatalf("%d deployments, destroyed: %v", len(all), deletes)
	}
	for _, c := range all[1].Containers {
		ready := false
		for _, r := range env.API.PublicRequests() {
			ready = ready || strings.HasPrefix(r.Path, "/"+c.ContainerID) && r.Status == http.StatusOK && !r.At.After(deletes[0].At)
		}
		if !ready {
			t.Errorf("the old deployment was destroyed before the container %s was ready", c.ContainerID)
		}
	}
}
