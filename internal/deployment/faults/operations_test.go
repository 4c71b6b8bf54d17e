package faults

import (
	"net/http"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// operation is one API call of one Terraform operation, the one that faults affect.
type operation struct {
	name string
	// config is applied; nil destroys.
	config settings
	at     request
	// exists starts with the deployment of baseConfig instead of nothing.
	exists bool
	// planning injects the fault before the plan and applies nothing; otherwise it is injected between plan and apply.
	planning bool
	// importKey imports the deployment instead: by this, or by its id.
	importKey string
	// afterLost is a call whose reply is lost before the affected call is made.
	afterLost request
	// delay is how long a new deployment is missing from the list, or an extension from the total.
	delay time.Duration
	// dialect is how the API replies.
	dialect caastest.Dialect
	// predecessor is the status of an ended deployment with the same name.
	predecessor string
}

const (
	pathDeployment = "/deployment/{}"
	pathContainers = "/deployment/{}/containers"
	pathList       = "/deployments"
	pathName       = "/clusters/check_cluster_name_availability"
	pathPrice      = "/price"
)

func get(path string, skip int) request { return request{http.MethodGet, path, skip} }

var (
	deploy    = request{http.MethodPost, "/deploy", 0}
	extend    = request{http.MethodPost, pathDeployment + "/extend", 0}
	patch     = request{http.MethodPatch, pathDeployment, 0}
	rename    = request{http.MethodPut, "/clusters/{}/update-name", 0}
	terminate = request{http.MethodDelete, pathDeployment, 0}
)

// newConfig returns a configuration of 24 hours with changes by attribute; a dot
// leads into an object. One secret is stored in the state, one is write-only.
func newConfig(changes settings) settings {
	config := settings{
		"resource_private_name": "vllm", "duration_hours": 24, "hardware_id": 203, "location_ids": []int{1},
		"container_config": settings{
			"replica_count": 1, "entrypoint": []string{"vllm", "serve"}, "traffic_port": 8000,
			"env_variables": settings{"A": "1"}, "secret_env_variables": settings{"HF_TOKEN": secretVariable},
		},
		"registry_config": settings{
			"image_url": "ghcr.io/org/image:1", "registry_username": "robot",
			"registry_secret_wo": secretRegistry, "registry_secret_wo_version": 1,
		},
	}
	for attribute, value := range changes {
		object := config
		if parent, name, nested := strings.Cut(attribute, "."); nested {
			object, attribute = config[parent].(settings), name
		}
		object[attribute] = value
	}
	return config
}

var (
	baseConfig   = newConfig(nil)
	budgetConfig = newConfig(settings{"max_cost_usdc": 1000.0})
	patchConfig  = newConfig(settings{"registry_config.image_url": "ghcr.io/org/image:2", "container_config.traffic_port": 9000})
	nameConfig   = newConfig(settings{"resource_private_name": "sglang"})
	hoursConfig  = newConfig(settings{"duration_hours": 30})
	bothConfig   = newConfig(settings{"duration_hours": 30, "max_cost_usdc": 1000.0})
	moveConfig   = newConfig(settings{"hardware_id": 204})
)

var operations = []operation{
	{name: "plan: check name", config: baseConfig, at: get(pathName, 0), planning: true},
	{name: "plan: check capacity", config: baseConfig, at: get("/available-replicas", 0), planning: true},
	{name: "plan: read price", config: baseConfig, at: get(pathPrice, 0), planning: true},
	{name: "plan with budget: read price", config: budgetConfig, at: get(pathPrice, 0), planning: true},

	{name: "create: check name", config: baseConfig, at: get(pathName, 0)},
	{name: "create with budget: read price", config: budgetConfig, at: get(pathPrice, 1)},
	{name: "create: deploy", config: baseConfig, at: deploy},
	{name: "create: deploy, listed 20 s later", config: baseConfig, at: deploy, delay: 20 * time.Second},
	{name: "create: deploy, listed 10 min later", config: baseConfig, at: deploy, delay: 10 * time.Minute},
	{name: "create: deploy without an id, listed 2 min later", config: baseConfig, at: deploy, delay: 2 * time.Minute, dialect: caastest.Dialect{EmptyDeployReply: true}},
	{name: "create: deploy after one of that name was destroyed", config: baseConfig, at: deploy, delay: 20 * time.Second, predecessor: caastest.StatusDestroyed},
	{name: "create: find after a lost reply", config: baseConfig, at: get(pathList, 0), afterLost: deploy},
	{name: "create: first read", config: baseConfig, at: get(pathDeployment, 0)},
	{name: "create: wait", config: baseConfig, at: get(pathDeployment, 5)},
	{name: "create: read containers", config: baseConfig, at: get(pathContainers, 0)},

	{name: "refresh: read deployment", exists: true, config: baseConfig, at: get(pathDeployment, 0), planning: true},
	{name: "refresh: read containers", exists: true, config: baseConfig, at: get(pathContainers, 0), planning: true},
	{name: "refresh: list", exists: true, config: baseConfig, at: get(pathList, 0), planning: true},

	{name: "update: patch", exists: true, config: patchConfig, at: patch},
	{name: "update: read back", exists: true, config: patchConfig, at: get(pathDeployment, 0)},
	{name: "update: read containers", exists: true, config: patchConfig, at: get(pathContainers, 0)},

	{name: "rename: rename", exists: true, config: nameConfig, at: rename},
	{name: "rename: list", exists: true, config: nameConfig, at: get(pathList, 0)},
	{name: "rename: read back", exists: true, config: nameConfig, at: get(pathDeployment, 0)},

	{name: "extend: read total", exists: true, config: hoursConfig, at: get(pathDeployment, 0)},
	{name: "extend with budget: read price", exists: true, config: bothConfig, at: get(pathPrice, 1)},
	{name: "extend: buy", exists: true, config: hoursConfig, at: extend},
	{name: "extend: buy, shown 20 s later", exists: true, config: hoursConfig, at: extend, delay: 20 * time.Second},
	{name: "extend: buy, shown 80 s later", exists: true, config: hoursConfig, at: extend, delay: 80 * time.Second},
	{name: "extend: find after a lost reply", exists: true, config: hoursConfig, at: get(pathDeployment, 1), afterLost: extend},
	{name: "extend: read back", exists: true, config: hoursConfig, at: get(pathDeployment, 1)},

	{name: "delete: read", exists: true, at: get(pathDeployment, 0)},
	{name: "delete: terminate", exists: true, at: terminate},
	{name: "delete: wait", exists: true, at: get(pathDeployment, 2)},

	{name: "replace: terminate", exists: true, config: moveConfig, at: terminate},
	{name: "replace: check name", exists: true, config: moveConfig, at: get(pathName, 1)},
	{name: "replace: deploy", exists: true, config: moveConfig, at: deploy},

	{name: "import by id: read", exists: true, config: baseConfig, at: get(pathDeployment, 0), importKey: "id"},
	{name: "import by name: list", exists: true, config: baseConfig, at: get(pathList, 0), importKey: "vllm"},
}

// delayTotal makes the API return the old total until some time after the first
// read that follows an extension.
func (e *testEnv) delayTotal(o operation) {
	if o.delay == 0 || !o.exists {
		return
	}
	first := e.deployments()[0].ID
	e.Inject(caastest.Fault{Method: http.MethodGet, Path: pathDeployment, Times: always, Do: func() {
		e.Edit(first, func(d *caastest.Deployment) {
			switch now := e.clock.Now(); {
			case d.DurationHours > 24 && e.hiddenUntil.IsZero():
				e.hiddenHours, e.hiddenUntil = d.DurationHours-24, now.Add(o.delay)
				d.DurationHours = 24
			case e.hiddenHours > 0 && now.After(e.hiddenUntil):
				d.DurationHours, e.hiddenHours = d.DurationHours+e.hiddenHours, 0
			}
		})
	}})
}
