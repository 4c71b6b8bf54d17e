package faults

import (
	"fmt"
	"net/http"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// request is the API calls that a fault affects: those of a method and a path, in
// which {} stands for any segment, after the first skip ones.
type request struct {
	method, path string
	skip         int
}

// operation is one API call of one Terraform operation, the one that faults affect.
type operation struct {
	name string
	// config is applied; without one the deployment is destroyed.
	config config
	at     request
	before config // applied an hour before, without a fault
	// planning injects the fault before the plan and applies nothing; otherwise it is injected between plan and apply.
	planning bool
	// readiness creates the readiness resource of the deployment instead.
	readiness bool
	// afterLost is a call whose reply is lost before the affected call is made.
	afterLost request
	// late is how long a new deployment is missing from the list, and an extension from the details.
	late time.Duration
	// format is how the API replies.
	format caastest.Format
}

const (
	pathDeployment = "/deployment/{}"
	pathContainers = "/deployment/{}/containers"
	pathName       = "/clusters/check_cluster_name_availability"
)

func get(path string, skip int) request { return request{http.MethodGet, path, skip} }

var (
	deploy    = request{http.MethodPost, "/deploy", 0}
	extend    = request{http.MethodPost, pathDeployment + "/extend", 0}
	patch     = request{http.MethodPatch, pathDeployment, 0}
	rename    = request{http.MethodPut, "/clusters/{}/update-name", 0}
	terminate = request{http.MethodDelete, pathDeployment, 0}
)

// config is what the configurations differ in. The zero config is one without the
// resource.
type config struct {
	name, image     string // without a name there is a prefix
	hours, hardware int
	renewal         int // hours that are bought once
	budget          bool
}

var (
	baseConfig   = config{name: "vllm", image: "ghcr.io/org/image:1", hours: 24, hardware: 203}
	budgetConfig = baseConfig.with(func(c *config) { c.budget = true })
	prefixConfig = baseConfig.with(func(c *config) { c.name = "" })
	imageConfig  = baseConfig.with(func(c *config) { c.image = "ghcr.io/org/image:2" })
	nameConfig   = baseConfig.with(func(c *config) { c.name = "sglang" })
	hoursConfig  = baseConfig.with(func(c *config) { c.hours = 30 })
	bothConfig   = hoursConfig.with(func(c *config) { c.budget = true })
	renewConfig  = baseConfig.with(func(c *config) { c.renewal = 12 })
	moveConfig   = baseConfig.with(func(c *config) { c.hardware = 204 })
)

func (c config) with(change func(*config)) config {
	change(&c)
	return c
}

// hcl returns the resource block. One secret is stored in the state, one is
// write-only.
func (c config) hcl() string {
	if c == (config{}) {
		return ""
	}
	optional := fmt.Sprintf("resource_private_name = %q\n", c.name)
	if c.name == "" {
		optional = "resource_private_name_prefix = \"vllm-\"\n"
	}
	if c.budget {
		optional += "max_cost_usdc = 1000\n"
	}
	if c.renewal > 0 {
		optional += fmt.Sprintf("renewal = { early_renewal_hours = 24, hours = %d }\n", c.renewal)
	}
	return fmt.Sprintf(`resource "ioneth_caas_deployment" "test" {
		duration_hours = %d
		hardware_id    = %d
		location_ids   = [1]
		container_config = {
			replica_count        = 1
			entrypoint           = ["vllm", "serve"]
			traffic_port         = 8000
			env_variables        = { A = "1" }
			secret_env_variables = { HF_TOKEN = %q }
		}
		registry_config = {
			image_url                  = %q
			registry_username          = "robot"
			registry_secret_wo         = %q
			registry_secret_wo_version = 1
		}
		%s}`, c.hours, c.hardware, secretVariable, c.image, secretRegistry, optional)
}

var operations = []operation{
	{name: "plan with budget: read price", config: budgetConfig, at: get("/price", 0), planning: true},
	{name: "create with budget: read price", config: budgetConfig, at: get("/price", 1)},
	{name: "create: deploy", config: baseConfig, at: deploy},
	{name: "create: deploy without an ID, listed 20 s later", config: baseConfig, at: deploy, late: 20 * time.Second, format: caastest.Format{EmptyDeployReply: true}},
	{name: "create with prefix: deploy, listed 2 min later", config: prefixConfig, at: deploy, late: 2 * time.Minute},
	{name: "create: find after a lost reply", config: baseConfig, at: get("/deployments", 0), afterLost: deploy},
	{name: "create: wait", config: baseConfig, at: get(pathDeployment, 5)},
	{name: "create: read containers", config: baseConfig, at: get(pathContainers, 0)},
	{name: "refresh: read deployment", before: baseConfig, config: baseConfig, at: get(pathDeployment, 0), planning: true},
	{name: "refresh: read containers", before: baseConfig, config: baseConfig, at: get(pathContainers, 0), planning: true},
	{name: "update: patch", before: baseConfig, config: imageConfig, at: patch},
	{name: "update: read back", before: baseConfig, config: imageConfig, at: get(pathDeployment, 0)},
	{name: "rename: rename", before: baseConfig, config: nameConfig, at: rename},
	{name: "extend with budget: read price", before: baseConfig, config: bothConfig, at: get("/price", 1)},
	{name: "extend: buy, visible 80 s later", before: baseConfig, config: hoursConfig, at: extend, late: 80 * time.Second},
	{name: "extend: find after a lost reply", before: baseConfig, config: hoursConfig, at: get(pathDeployment, 1), afterLost: extend},
	{name: "renew: buy, visible 80 s later", before: renewConfig, config: renewConfig, at: extend, late: 80 * time.Second},
	{name: "delete: terminate", before: baseConfig, at: terminate},
	{name: "delete: wait", before: baseConfig, at: get(pathDeployment, 2)},
	{name: "replace: check name", before: baseConfig, config: moveConfig, at: get(pathName, 1)},
	{name: "replace: deploy", before: baseConfig, config: moveConfig, at: deploy},
	{name: "readiness: read deployment", before: baseConfig, config: baseConfig, at: get(pathDeployment, 1), readiness: true},
	{name: "readiness: read containers", before: baseConfig, config: baseConfig, at: get(pathContainers, 1), readiness: true},
}
