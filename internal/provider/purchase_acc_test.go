package provider_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// warnings returns the summaries of the warnings among diagnostics.
func warnings(diagnostics []string) []string {
	var found []string
	for _, d := range diagnostics {
		if match := regexp.MustCompile(`^WARNING .*? ((?:Purchase|Replacement) of [^:]*(?:: \d+ GPUs[^:]*)?|[^:]*): `).FindStringSubmatch(d); match != nil {
			found = append(found, match[1])
		}
	}
	slices.Sort(found)
	return found
}

// A plan reports what matters before money is spent when there is a reason, and
// nothing else.
func TestDeployment_planDiagnostics(t *testing.T) {
	t.Parallel()
	const (
		buys     = `Purchase of "vllm": 8 GPUs for 24 hours, 478.08 USDC`
		buysTwo  = `Purchase of "vllm": 16 GPUs for 24 hours, 956.16 USDC`
		replaces = `Replacement of the deployment "vllm"`
	)
	taken := func(name string) func(*testEnv) {
		return func(env *testEnv) { env.API.Add(caastest.Deployment{Name: name}) }
	}
	scarce := func(env *testEnv) { env.API.SetReplicas(203, 1, 1); env.API.SetReplicas(203, 3, 0) }
	down := func(path string) func(*testEnv) {
		return func(env *testEnv) { env.API.Inject(caastest.Fault{Path: path, Times: -1, Status: 500}) }
	}
	for name, c := range map[string]struct {
		before   bool // whether the base configuration is applied first
		prepare  func(*testEnv)
		settings string // of the provider
		change   attributes
		warns    []string
		output   []string
		fails    bool
	}{
		"a new deployment": {
			warns:  []string{buys},
			output: []string{"It costs 478.08 USDC, paid in advance, which is 19.92 an hour, for 1 container of 8 GPUs on hardware 203. To cap the cost, set max_cost_usdc = 478.08."},
		},
		"within the budget": {change: attributes{"max_cost_usdc": "478.08"}, warns: []string{buys}, output: []string{"max_cost_usdc = 478.08 allows it."}},
		"above the budget": {
			change: attributes{"max_cost_usdc": "400"}, fails: true,
			output: []string{`Purchase of "vllm": 8 GPUs for 24 hours. The price is 478.08 USDC, and max_cost_usdc allows 400.00. Nothing was bought.`, "Increase max_cost_usdc to 478.08 or more"},
		},
		"an extension": {before: true, change: attributes{"duration_hours": "30"}, warns: []string{`Purchase of 6 more hours for "vllm", 119.52 USDC`}},
		"an extension above the budget": {
			before: true, change: attributes{"duration_hours": "30", "max_cost_usdc": "100"}, fails: true,
			output: []string{`Purchase of 6 more hours for "vllm". The price is 119.52 USDC, and max_cost_usdc allows 100.00.`},
		},
		"a replacement": {
			before: true, change: attributes{"hardware_id": "204"},
			warns:  []string{`Purchase of "vllm": 8 GPUs for 24 hours, 574.08 USDC`, replaces},
			output: []string{"The first hour is not refunded; other unused time is refunded by the minute. The service is down until the replacement is running. create_before_destroy, on this resource or one that depends on it, requires resource_private_name_prefix."},
		},
		"a taken name": {prepare: taken("vllm"), fails: true, output: []string{"import { to = ioneth_caas_deployment.NAME id = "}},
		"insufficient capacity": {
			prepare: scarce, change: attributes{"container_config.replica_count": "2"}, warns: []string{"Insufficient capacity", buysTwo},
			output: []string{
				`"vllm" requires capacity for 2 containers on hardware 203. The chosen locations have capacity for: 1 container in location 1 (US,`, "Other locations have enough capacity: 16 containers in location 2 (DE,",
				"Add one to location_ids, or apply when there is capacity.",
			},
		},
		"replacement without capacity": {
			before: true, prepare: scarce, change: attributes{"container_config.replica_count": "3"}, fails: true,
			output: []string{"Insufficient capacity", "The replacement frees capacity for 1 more container, which does not suffice. The deployment", "set plan_checks = false"},
		},
		"replacement with the capacity that it frees": {
			before: true, prepare: scarce, change: attributes{"container_config.replica_count": "2"}, warns: []string{buysTwo, replaces},
		},
		"replacement without capacity, no plan checks": {
			before: true, prepare: scarce, settings: "plan_checks = false", change: attributes{"container_config.replica_count": "3"},
		},
		"unescaped dollars": {
			change: attributes{
				"container_config.args":                            `["--key", "$hunter2", "$$fine", "$hunter2"]`,
				"container_config.env_variables":                   `{ A = "hunter2$${B}", FINE = "$$${B}", Z = "hunter2$" }`,
				"container_config.secret_env_variables_wo":         `{ S = "hunter2$" }`,
				"container_config.secret_env_variables_wo_version": `1`,
			},
			warns: []string{buys, "Unescaped $ in container_config.args", "Unescaped $ in container_config.env_variables", "Unescaped $ in container_config.secret_env_variables_wo"},
			output: []string{
				"Index 1, 3 of container_config.args: io.net interprets a $ as the start of a variable", "Write $$ for a literal $, or use provider::ioneth::escape.",
				`Key "A", "Z" of container_config.env_variables:`, `Key "S" of container_config.secret_env_variables_wo:`,
			},
		},
		"no image": {
			change: attributes{"registry_config.image_url": ""}, warns: []string{buys, "Deployment without an image"},
			output: []string{`set the full path of an image, such as image_url = "ghcr.io/org/image:tag"`},
		},
		"private AWS image": {
			change: attributes{"registry_config.image_url": `"123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"`}, warns: []string{buys, "Private AWS ECR image"},
		},
		"hardware that is not offered": {
			change: attributes{"hardware_id": "999"}, fails: true,
			output: []string{"Hardware or location is not offered", "unknown hardware 999", "Use the data sources ioneth_caas_hardware and ioneth_caas_locations to look up IDs."},
		},
		"a wrong token": {
			prepare: func(env *testEnv) {
				env.API.Inject(caastest.Fault{Times: -1, Status: 401, Body: `{"detail": "token expired"}`})
			},
			fails: true, output: []string{"Error checking deployment name", "token expired", "Check token and api_key in the provider block"},
		},
		"a change in place":  {before: true, change: attributes{"container_config.traffic_port": "9000"}},
		"no plan checks":     {prepare: taken("vllm"), settings: "plan_checks = false", change: attributes{"container_config.args": `["$KEY"]`}},
		"price service down": {prepare: down("/price"), warns: []string{"Error reading price"}},
		"more hours on hardware that is not offered": {before: true, change: attributes{"duration_hours": "30"}, warns: []string{"Error reading price"}, prepare: func(env *testEnv) {
			env.API.Inject(caastest.Fault{Path: "/price", Times: -1, Status: 422, Body: `{"detail": [{"loc": ["query", "hardware_id"], "msg": "not offered"}]}`})
		}},
		"price service down, and a budget": {prepare: down("/price"), change: attributes{"max_cost_usdc": "500"}, fails: true, output: []string{"Cannot verify the budget"}},
		"capacity service down":            {prepare: down("/available-replicas"), warns: []string{"Error checking capacity", buys}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			terraform := env.core(t)
			if c.before {
				terraform.apply(base)
			}
			if c.prepare != nil {
				c.prepare(env)
			}
			terraform.Settings = "max_retries = 0\n" + c.settings
			env.API.ResetJournal()
			p := terraform.Plan(base.with(c.change).String())
			if (p.Action == "") != c.fails {
				t.Fatalf("the plan has the action %q and the diagnostics %q", p.Action, p.Diagnostics)
			}
			if got := warnings(p.Diagnostics); !slices.Equal(got, slices.Sorted(slices.Values(c.warns))) && !c.fails {
				t.Errorf("the plan warns\n%q\nwant\n%q", got, c.warns)
			}
			for _, words := range c.output {
				terraform.wantWords(p.Diagnostics, words)
			}
			if strings.Contains(strings.Join(p.Diagnostics, "\n"), "hunter2") {
				t.Errorf("the plan prints a value: %q", p.Diagnostics)
			}
			if sent := requested(env.API); name == "no plan checks" && len(sent) > 0 {
				t.Errorf("the plan sent %q", sent)
			}
			terraform.sent()
		})
	}
}

// A change to a deployment that ends within the hour warns of it, unless the change
// buys more time.
func TestDeployment_endsSoon(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	brief := base.with(attributes{"duration_hours": "1"})
	terraform := env.created(t, brief)
	env.Clock.Advance(10 * time.Minute)
	p := terraform.plan(brief.with(attributes{"container_config.traffic_port": "9000"}))
	if got := warnings(p.Diagnostics); !slices.Equal(got, []string{"Deployment ends within the hour"}) {
		t.Errorf("the plan warns %q", got)
	}
	terraform.wantWords(p.Diagnostics, "To extend the deployment along with this change, set duration_hours to more than 1, the number of hours already paid for.")
	p = terraform.plan(base.with(attributes{"duration_hours": "2", "container_config.traffic_port": "9000"}))
	if got := warnings(p.Diagnostics); !slices.Equal(got, []string{`Purchase of 1 more hour for "vllm", 19.92 USDC`}) {
		t.Errorf("a plan that buys time warns %q", got)
	}
	env.API.Fail(env.newest())
	terraform.Read()
	if got := warnings(terraform.plan(brief.with(attributes{"container_config.traffic_port": "9000"})).Diagnostics); len(got) > 0 {
		t.Errorf("a plan that fixes a failed deployment warns %q", got)
	}
}

// A plan makes only those requests whose inputs are all known. A name that the apply
// generates is not checked.
func TestDeployment_unknownInputsSendNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config attributes
		asked  []string
	}{
		"unknown name":     {base.with(attributes{"resource_private_name": "late"}), []string{"available-replicas", "price"}},
		"prefix":           {prefixed, []string{"available-replicas", "price"}},
		"unknown hours":    {base.with(attributes{"duration_hours": "late"}), []string{"available-replicas", "check_cluster_name_availability"}},
		"unknown hardware": {base.with(attributes{"hardware_id": "late"}), []string{"check_cluster_name_availability"}},
	} {
		env := newEnv(t, caastest.Options{})
		terraform := env.core(t)
		terraform.late(cty.DynamicVal)
		terraform.plan(c.config)
		var got []string
		for _, r := range env.API.Requests("", "") {
			got = append(got, r.Path[strings.LastIndex(r.Path, "/")+1:])
		}
		slices.Sort(got)
		if !slices.Equal(got, c.asked) {
			t.Errorf("%s: the plan requested %q, want %q", name, got, c.asked)
		}
	}
}

// A plan of several deployments without a connection to the API warns once, not
// for the name, the capacity and the price of each.
func TestDeployment_unreachableWarnedOnce(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	// Nothing listens on port 1. Concurrent retries add up on the fake clock, and could
	// exceed a timeout.
	process, _ := env.ServerWithConfig(t, `{"endpoint": "http://127.0.0.1:1", "token": "test-token", "max_retries": 0}`)
	var warned []string
	for _, name := range []string{`"a"`, `"b"`, `"c"`} {
		terraform := env.core(t)
		terraform.Server = process
		warned = append(warned, terraform.plan(base.with(attributes{"resource_private_name": name})).Diagnostics...)
	}
	if len(warned) != 1 || !strings.Contains(strings.ToLower(warned[0]), "failed to connect") {
		t.Errorf("the warnings are %q, want one", warned)
	}
}
