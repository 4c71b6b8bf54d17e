package faults

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// operation is one call of one operation, to go wrong in every way.
type operation struct {
	name string
	// about says what the call is for.
	about string
	// before is applied first, and goes well; nil for nothing.
	before settings
	// after is what the operation applies; nil destroys.
	after settings
	at    target
	// from is when faults begin: at the plan, at the apply, or in reads, which
	// plan nothing.
	from phase
	// also goes wrong too, for calls that are made only then.
	also func(*trial)
	// reads is the read, for a phase of reading.
	reads func(*trial) []*tfprotov6.Diagnostic
	// shows is what of the deployment the operation is about.
	shows func(caastest.Deployment) string
	// perhaps is what may be said besides of the calls made at the same time.
	perhaps []string
	// either is, by the name of a fault that hits all calls, what is said: of these
	// one or more, as the calls made at the same time fall.
	either map[string][]string
	// races are the words of what a fault that lasts leads to, where it is one
	// thing or the other.
	races map[string]string
	// state is what of the state it is about.
	state func(*held) string
}

type phase int

const (
	applying phase = iota
	planning
	reading
)

// plain is the deployment that the matrix buys. Its secrets are write-only, so
// none may be found anywhere.
func plain(changes settings) settings {
	container := settings{
		"replica_count": 1, "entrypoint": []any{"vllm", "serve"}, "traffic_port": 8000,
		"env_variables":           settings{"A": "1"},
		"secret_env_variables_wo": settings{"HF_TOKEN": plantedVariable}, "secret_env_variables_wo_version": 1,
	}
	registry := settings{
		"image_url": "ghcr.io/org/image:1", "registry_username": "robot",
		"registry_secret_wo": plantedRegistry, "registry_secret_wo_version": 1,
	}
	config := settings{
		"resource_private_name": "vllm", "duration_hours": 24, "hardware_id": 203, "location_ids": []any{1},
		"container_config": container, "registry_config": registry,
	}
	for name, value := range changes {
		switch name {
		case "image_url":
			registry[name] = value
		case "traffic_port":
			container[name] = value
		default:
			config[name] = value
		}
	}
	return config
}

const (
	noName  = "Name of the deployment not checked"
	noRoom  = "Capacity not known"
	noPrice = "Price not known"
	noTitle = "Name of the deployment not read"
	// bothEnd: the list has as long as the refresh that it is for.
	bothEnd = "warning: Name of the deployment not read, or **Deployment not read** where that took all the time there is"
)

var (
	base24   = plain(nil)
	patched  = plain(settings{"image_url": "ghcr.io/org/image:2", "traffic_port": 9000})
	renamed  = plain(settings{"resource_private_name": "sglang"})
	extended = plain(settings{"duration_hours": 30})
	budgeted = plain(settings{"max_cost_usdc": 1000.0})
	moved    = plain(settings{"hardware_id": 204})
)

func hours(d caastest.Deployment) string { return fmt.Sprintf("%d h", d.DurationHours) }

func image(d caastest.Deployment) string {
	return fmt.Sprintf("%s, port %d", d.ImageURL[strings.LastIndex(d.ImageURL, "/")+1:], d.TrafficPort)
}

func name(d caastest.Deployment) string { return fmt.Sprintf("%q", d.Name) }

func hoursHeld(h *held) string { return fmt.Sprintf("%v h", h.at("duration_hours")) }

func imageHeld(h *held) string {
	url, _ := h.at("registry_config", "image_url").(string)
	return fmt.Sprintf("%s, port %v", url[strings.LastIndex(url, "/")+1:], h.at("container_config", "traffic_port"))
}

func nameHeld(h *held) string { return fmt.Sprintf("%q", h.at("resource_private_name")) }

const (
	onDeployment = "/deployment/{}"
	onContainers = "/deployment/{}/containers"
	onList       = "/deployments"
	onExtend     = "/deployment/{}/extend"
	onDeploy     = "/deploy"
	onName       = "/clusters/check_cluster_name_availability"
	onRename     = "/clusters/{}/update-name"
	onPrice      = "/price"
	onRoom       = "/available-replicas"
)

func get(path string) target     { return target{http.MethodGet, path, 0} }
func second(path string) target  { return target{http.MethodGet, path, 1} }
func post(path string) target    { return target{http.MethodPost, path, 0} }
func destroy(path string) target { return target{http.MethodDelete, path, 0} }

// refusedToAll is a plan whose credential is refused to one question after the
// other.
func refusedToAll(alone string) map[string][]string {
	return map[string][]string{"401 to all from here on": {"**Credential refused**", alone}}
}

// lost is an answer that gets lost after the work was done.
func lost(path string) func(*trial) {
	return func(c *trial) {
		c.w.Inject(caastest.Fault{Method: http.MethodPost, Path: path, Status: 502, AfterWork: true, Body: page, ContentType: html})
	}
}

// source is a data source; config may need the deployment's id.
func source(of, about, path string, config func(id string) settings) operation {
	return operation{
		name: "data source " + of, about: about, before: base24, after: base24, at: get(path), from: reading,
		reads: func(c *trial) []*tfprotov6.Diagnostic { return c.driver.reads("ioneth_caas_"+of, config(c.newest())) },
	}
}

func none(string) settings { return settings{} }

// operations are all that the provider does with the API, call by call.
var operations = []operation{
	{name: "plan", about: "is the name free", after: base24, at: get(onName), from: planning, perhaps: []string{noRoom, noPrice}},
	{name: "plan", about: "is there room", after: base24, at: get(onRoom), from: planning, perhaps: []string{noName, noPrice}, either: refusedToAll("warning: " + noRoom)},
	{name: "plan", about: "what does it cost", after: base24, at: get(onPrice), from: planning, perhaps: []string{noName, noRoom}, either: refusedToAll("warning: " + noPrice)},
	{name: "plan with a budget", about: "what does it cost", after: budgeted, at: get(onPrice), from: planning, perhaps: []string{noName, noRoom}, either: refusedToAll("**" + noPrice + ", and there is a budget**")},

	{name: "create", about: "is the name free", after: base24, at: get(onName), shows: hours},
	{name: "create with a budget", about: "what does it cost now", after: budgeted, at: second(onPrice), shows: hours},
	{name: "create", about: "buy it", after: base24, at: post(onDeploy), shows: hours},
	{name: "create", about: "find it after its answer was lost", after: base24, at: get(onList), also: lost(onDeploy), shows: hours},
	{name: "create", about: "first look", after: base24, at: get(onDeployment), shows: hours},
	{name: "create", about: "wait until it runs", after: base24, at: target{http.MethodGet, onDeployment, 5}, shows: hours},
	{name: "create", about: "read its containers", after: base24, at: get(onContainers), shows: hours},

	{name: "refresh", about: "read the deployment", before: base24, after: base24, at: get(onDeployment), from: planning, perhaps: []string{noTitle}},
	{name: "refresh", about: "read its containers", before: base24, after: base24, at: get(onContainers), from: planning, perhaps: []string{noTitle}},
	{name: "refresh", about: "read its name", before: base24, after: base24, at: get(onList), from: planning, races: map[string]string{
		"**Deployment not read**":                  bothEnd,
		"warning: Name of the deployment not read": bothEnd,
	}},

	{name: "update", about: "change the container", before: base24, after: patched, at: target{http.MethodPatch, onDeployment, 0}, shows: image, state: imageHeld},
	{name: "update", about: "read the change back", before: base24, after: patched, at: get(onDeployment), shows: image, state: imageHeld},
	{name: "update", about: "read its containers", before: base24, after: patched, at: get(onContainers), shows: image, state: imageHeld},

	{name: "rename", about: "change the name", before: base24, after: renamed, at: target{http.MethodPut, onRename, 0}, shows: name, state: nameHeld},
	{name: "rename", about: "read the name back", before: base24, after: renamed, at: get(onList), shows: name, state: nameHeld},
	{name: "rename", about: "read the deployment back", before: base24, after: renamed, at: get(onDeployment), shows: name, state: nameHeld},

	{name: "extend", about: "how much is paid for", before: base24, after: extended, at: get(onDeployment), shows: hours, state: hoursHeld},
	{name: "extend with a budget", about: "what does it cost now", before: base24, after: plain(settings{"duration_hours": 30, "max_cost_usdc": 1000.0}), at: second(onPrice), shows: hours, state: hoursHeld},
	{name: "extend", about: "buy the hours", before: base24, after: extended, at: post(onExtend), shows: hours, state: hoursHeld},
	{name: "extend", about: "look for the hours after the answer was lost", before: base24, after: extended, at: second(onDeployment), also: lost(onExtend), shows: hours, state: hoursHeld},
	{name: "extend", about: "read the deployment back", before: base24, after: extended, at: second(onDeployment), shows: hours, state: hoursHeld},

	{name: "delete", about: "look at it", before: base24, at: get(onDeployment)},
	{name: "delete", about: "end it", before: base24, at: destroy(onDeployment)},
	{name: "delete", about: "wait until it has ended", before: base24, at: target{http.MethodGet, onDeployment, 2}},

	{name: "replace", about: "end the old one", before: base24, after: moved, at: destroy(onDeployment), shows: hours},
	{name: "replace", about: "is the name free again", before: base24, after: moved, at: second(onName), shows: hours},
	{name: "replace", about: "buy the new one", before: base24, after: moved, at: post(onDeploy), shows: hours},

	{
		name: "import by id", about: "read the deployment", before: base24, after: base24, at: get(onDeployment), from: reading,
		reads: func(c *trial) []*tfprotov6.Diagnostic { return c.takeOver(c.newest()) },
	},
	{
		name: "import by name", about: "look it up", before: base24, after: base24, at: get(onList), from: reading,
		reads: func(c *trial) []*tfprotov6.Diagnostic { return c.takeOver("vllm") },
	},

	source("hardware", "list the hardware", "/hardware/max-gpus-per-container", none),
	source("locations", "list the locations", "/v1/io-cloud/caas/locations", none),
	source("available_replicas", "ask for room", onRoom, func(string) settings { return settings{"hardware_id": 203} }),
	source("price", "ask the price", onPrice, func(string) settings {
		return settings{"hardware_id": 203, "location_ids": []any{1}, "duration_hours": 24, "replica_count": 1}
	}),
	source("deployment", "read one by its id", onDeployment, func(id string) settings { return settings{"deployment_id": id} }),
	source("deployment", "look one up by its name", onList, func(string) settings { return settings{"name": "vllm"} }),
	source("deployments", "list them", onList, none),
	source("containers", "read them", onContainers, func(id string) settings { return settings{"deployment_id": id} }),
}

// takeOver imports a deployment that is in no state.
func (c *trial) takeOver(id string) []*tfprotov6.Diagnostic {
	c.held = nil
	return c.imports(id)
}
