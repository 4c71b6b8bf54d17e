package faults

import (
	"cmp"
	"maps"
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
	// config is applied; nil destroys.
	config settings
	at     request
	before settings // applied an hour before, without a fault
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

// newConfig returns a configuration of 24 hours with changes by attribute, "image"
// being that of the registry. One secret is stored in the state, one is write-only.
func newConfig(changes settings) settings {
	config := settings{
		"resource_private_name": "vllm", "duration_hours": 24, "hardware_id": 203, "location_ids": []int{1},
		"container_config": settings{
			"replica_count": 1, "entrypoint": []string{"vllm", "serve"}, "traffic_port": 8000,
			"env_variables": settings{"A": "1"}, "secret_env_variables": settings{"HF_TOKEN": secretVariable},
		},
		"registry_config": settings{
			"image_url": cmp.Or(changes["image"], "ghcr.io/org/image:1"), "registry_username": "robot",
			"registry_secret_wo": secretRegistry, "registry_secret_wo_version": 1,
		},
	}
	maps.Copy(config, changes)
	delete(config, "image")
	return config
}

var (
	baseConfig   = newConfig(nil)
	budgetConfig = newConfig(settings{"max_cost_usdc": 1000.0})
	prefixConfig = newConfig(settings{"resource_private_name": nil, "resource_private_name_prefix": "vllm-"})
	patchConfig  = newConfig(settings{"image": "ghcr.io/org/image:2"})
	nameConfig   = newConfig(settings{"resource_private_name": "sglang"})
	hoursConfig  = newConfig(settings{"duration_hours": 30})
	bothConfig   = newConfig(settings{"duration_hours": 30, "max_cost_usdc": 1000.0})
	renewConfig  = newConfig(settings{"renewal": settings{"early_renewal_hours": 24, "hours": 12}})
	moveConfig   = newConfig(settings{"hardware_id": 204})
)

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
	{name: "update: patch", before: baseConfig, config: patchConfig, at: patch},
	{name: "update: read back", before: baseConfig, config: patchConfig, at: get(pathDeployment, 0)},
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
