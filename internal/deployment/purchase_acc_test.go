package deployment_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// warnings are the summaries of the warnings in an output, but for Terraform's
// own.
func warnings(out string) []string {
	var found []string
	for _, match := range regexp.MustCompile(`(?m)^Warning: (.*)$`).FindAllStringSubmatch(out, -1) {
		if !strings.HasPrefix(match[1], "Provider development overrides") {
			found = append(found, match[1])
		}
	}
	slices.Sort(found)
	return found
}

// TestAccDeployment_planSays shows each thing that a plan has to say before money
// is spent, on the plan that has the reason for it, and nothing else there.
func TestAccDeployment_planSays(t *testing.T) {
	t.Parallel()
	const buys = `Purchase of "vllm": 8 GPUs for 24 hours, 478.08 USDC`
	for name, c := range map[string]struct {
		before  attributes // applied first, if any
		prepare func(*world)
		config  attributes
		warns   []string
		says    []string
		fails   bool
	}{
		"a new deployment": {
			config: base, warns: []string{buys},
			says: []string{"The apply pays 478.08 USDC up front, 19.92 an hour, for 1 container of 8 GPUs on hardware 203. To hold it to a price, write max_cost_usdc = 478.08."},
		},
		"within the budget": {
			config: base.with(attributes{"max_cost_usdc": "478.08"}), warns: []string{buys}, says: []string{"max_cost_usdc = 478.08 allows it."},
		},
		"above the budget": {
			config: base.with(attributes{"max_cost_usdc": "400"}), fails: true,
			says: []string{`"vllm": 8 GPUs for 24 hours costs 478.08 USDC, and max_cost_usdc allows 400.00. Nothing was bought.`, "max_cost_usdc = 400"},
		},
		"an extension": {
			before: base, config: base.with(attributes{"duration_hours": "30"}),
			warns: []string{`Purchase of 6 hours more for "vllm", 119.52 USDC`},
		},
		"an extension above the budget": {
			before: base, config: base.with(attributes{"duration_hours": "30", "max_cost_usdc": "100"}), fails: true,
			says: []string{`6 hours more for "vllm" costs 119.52 USDC, and max_cost_usdc allows 100.00.`},
		},
		"an extension that was bought elsewhere": {
			before: base, config: base.with(attributes{"duration_hours": "30"}),
			prepare: func(w *world) {
				w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.DurationHours = 40 })
			},
		},
		"a replacement": {
			before: base, config: base.with(attributes{"hardware_id": "204"}),
			warns: []string{`Purchase of "vllm": 8 GPUs for 24 hours, 574.08 USDC`, `Replaces the running deployment "vllm"`},
			says:  []string{"its first hour is forfeited, the rest of the unused time is refunded to the minute"},
		},
		"a taken name": {
			prepare: func(w *world) { w.Add(caastest.Deployment{Name: "vllm"}) }, config: base, warns: []string{buys}, fails: true,
			says: []string{"import { to = ioneth_caas_deployment.NAME id = "},
		},
		"a rename to a taken name": {
			before: base, prepare: func(w *world) { w.Add(caastest.Deployment{Name: "other"}) },
			config: base.with(attributes{"resource_private_name": `"other"`}), fails: true,
			says: []string{`The name "other" is held by the deployment`, "or rename or destroy that one first."},
		},
		"insufficient capacity": {
			prepare: func(w *world) { w.SetReplicas(203, 1, 1); w.SetReplicas(203, 3, 0) },
			config:  base.with(attributes{"container_config.replica_count": "2"}),
			warns:   []string{"Insufficient capacity", `Purchase of "vllm": 16 GPUs for 24 hours, 956.16 USDC`},
			says: []string{`"vllm" requires capacity for 2 containers on hardware 203, and its locations have: 1 (US,`, "1 container. Locations with enough capacity: 2 (DE,",
				"Add one of them to location_ids, or apply later, when there is capacity again."},
		},
		"capacity in two locations together": {
			prepare: func(w *world) { w.SetReplicas(203, 1, 1); w.SetReplicas(203, 3, 1) },
			config:  base.with(attributes{"container_config.replica_count": "2", "location_ids": "[1, 3]"}),
			warns:   []string{`Purchase of "vllm": 16 GPUs for 24 hours, 956.16 USDC`},
		},
		"a bare dollar": {
			config: base.with(attributes{
				"container_config.args":          `["--key", "$KEY", "$$fine"]`,
				"container_config.env_variables": `{ A = "a$${B}", FINE = "$$${B}" }`,
			}),
			warns: []string{buys, "Bare $ in container_config.args[1]", `Bare $ in container_config.env_variables["A"]`},
			says:  []string{`For a literal $, write "$$KEY", or use provider::ioneth::escape.`, `For a literal $, write "a$$${B}"`},
		},
		"no image": {
			config: base.with(attributes{"registry_config.image_url": ""}), warns: []string{buys, "Deployment without an image"},
			says: []string{`write the full path of an image, such as image_url = "ghcr.io/org/image:tag"`},
		},
		"hardware that is not on offer": {
			config: base.with(attributes{"hardware_id": "999"}), fails: true,
			says: []string{"Not on offer", "hardware_id = 999", "Look the ids up in the data sources ioneth_caas_hardware"},
		},
		"a wrong token": {
			prepare: func(w *world) { w.Inject(caastest.Fault{Times: -1, Status: 401, Body: `{"detail": "token expired"}`}) },
			config:  base, fails: true, says: []string{"Error: Credential refused", "Check token and api_key of the provider"},
		},
		"a change in place": {before: base, config: base.with(attributes{"container_config.traffic_port": "9000"})},
		"nothing to change": {before: base, config: base},
		"checks switched off": {
			prepare: func(w *world) { w.Add(caastest.Deployment{Name: "vllm"}) }, config: base.with(attributes{"plan_checks": "false", "container_config.args": `["$KEY"]`}),
		},
		"price service down": {
			prepare: func(w *world) { w.Inject(caastest.Fault{Path: "/price", Times: -1, Status: 500}) }, config: base, warns: []string{"Price not known"},
		},
		"price service down, and a budget": {
			prepare: func(w *world) { w.Inject(caastest.Fault{Path: "/price", Times: -1, Status: 500}) },
			config:  base.with(attributes{"max_cost_usdc": "500"}), fails: true, says: []string{"Price not known, and there is a budget"},
		},
		"capacity service down": {
			prepare: func(w *world) { w.Inject(caastest.Fault{Path: "/available-replicas", Times: -1, Status: 500}) }, config: base,
			warns: []string{"Capacity not known", buys},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: instant})
			f := w.folder(t)
			f.provider(w, "max_retries = 0")
			if c.before != nil {
				f.Write("main.tf", c.before.String())
				f.Run("apply", "-auto-approve")
			}
			if c.prepare != nil {
				c.prepare(w)
			}
			if c.config["plan_checks"] != "" {
				f.provider(w, "plan_checks = false")
				c.config = c.config.with(attributes{"plan_checks": ""})
			}
			f.Write("main.tf", c.config.String())
			w.ResetJournal()
			out, code := f.Try("plan")
			if (code != 0) != c.fails {
				t.Fatalf("terraform plan: exit %d\n%s", code, out)
			}
			if got := warnings(out); !slices.Equal(got, slices.Sorted(slices.Values(c.warns))) && !c.fails {
				t.Errorf("the plan warns\n%q\nwant\n%q", got, c.warns)
			}
			for _, words := range c.says {
				f.says(out, words)
			}
			if changes := w.changes(); len(changes) > 0 {
				t.Errorf("the plan sent %q", changes)
			}
			if name == "checks switched off" && len(w.Requests()) > 0 {
				t.Errorf("the plan asked %s", w.Requests()[0].Path)
			}
		})
	}
}

// TestAccDeployment_planAsksOnce shows that a hundred deployments of one shape
// ask for their price and for room once, and for each name at most once.
func TestAccDeployment_planAsksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	hundred := base.with(attributes{"count": "100", "resource_private_name": `"vllm-${count.index}"`})
	f.Write("main.tf", hundred.String())
	f.Run("plan")
	for path, want := range map[string]int{"/price": 1, "/available-replicas": 1, "/clusters/check_cluster_name_availability": 100, "": 102} {
		if got := len(w.Calls("", path)); got != want {
			t.Errorf("%d requests for %q, want %d", got, path, want)
		}
	}
	names := map[string]int{}
	for _, r := range w.Calls("GET", "/clusters/check_cluster_name_availability") {
		names[r.Query.Get("cluster_name")]++
	}
	if len(names) != 100 {
		t.Errorf("%d names were asked for, want 100", len(names))
	}
}

// TestAccDeployment_priceMoves shows that the apply is held to the budget by the
// price of the moment, and that a price which moves within it disturbs nothing.
func TestAccDeployment_priceMoves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		perHour float64
		checks  string
		fails   bool
	}{
		"above":                     {perHour: 4, fails: true},
		"above, without any checks": {perHour: 4, checks: "plan_checks = false", fails: true},
		"within":                    {perHour: 2.50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: instant})
			f := w.folder(t)
			f.provider(w, c.checks)
			f.Write("main.tf", base.with(attributes{"max_cost_usdc": "500"}).String())
			f.Run("plan", "-out=tfplan")
			w.SetPrice(203, c.perHour)
			out, code := f.Try("apply", "tfplan")
			if (code != 0) != c.fails {
				t.Fatalf("terraform apply: exit %d\n%s", code, out)
			}
			if !c.fails {
				w.deploymentsAre(t, "running")
				return
			}
			f.says(out, "costs 768.00 USDC, and max_cost_usdc allows 500.00. Nothing was bought.")
			w.deploymentsAre(t)
		})
	}
}

// TestAccDeployment_extensionHeldToBudget shows the same for hours more.
func TestAccDeployment_extensionHeldToBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Write("main.tf", base.String())
	f.Run("apply", "-auto-approve")
	f.Write("main.tf", base.with(attributes{"duration_hours": "30", "max_cost_usdc": "150"}).String())
	f.Run("plan", "-out=tfplan")
	w.SetPrice(203, 4)
	out, code := f.Try("apply", "tfplan")
	if code == 0 {
		t.Fatalf("the apply went on:\n%s", out)
	}
	f.says(out, "costs 192.00 USDC, and max_cost_usdc allows 150.00.")
	if calls := w.Calls("POST", "/deployment/{}/extend"); len(calls) > 0 {
		t.Error("hours were bought above the budget")
	}
}

// TestAccDeployment_createBeforeDestroy shows that a replacement which can't work,
// as both deployments would have one name, is said to be one at plan and at apply.
func TestAccDeployment_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	config := func(hardware string) string {
		text := base.with(attributes{"hardware_id": hardware}).String()
		return strings.Replace(text, "{\n", "{\n  lifecycle {\n    create_before_destroy = true\n  }\n", 1)
	}
	f.Write("main.tf", config("203"))
	f.Run("apply", "-auto-approve")
	f.Write("main.tf", config("204"))
	out, code := f.Try("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the apply went on:\n%s", out)
	}
	f.says(out, "With create_before_destroy this can't work, as both would have the same name.")
	f.says(out, "with create_before_destroy both would have the same name at the same time, so remove create_before_destroy")
	w.deploymentsAre(t, "running")
}

// TestAccDeployment_endsSoon shows that a change to a deployment which hardly
// runs on says so, unless it buys more time.
func TestAccDeployment_endsSoon(t *testing.T) {
	t.Parallel()
	w := &world{Server: caastest.Start(t, caastest.Options{Timings: instant})} // on real time, as the binary is
	f := w.folder(t)
	brief := base.with(attributes{"duration_hours": "1"})
	f.Write("main.tf", brief.String())
	f.Run("apply", "-auto-approve")
	f.Write("main.tf", brief.with(attributes{"container_config.traffic_port": "9000"}).String())
	out := f.Run("plan")
	if got := warnings(out); !slices.Equal(got, []string{`Deployment "vllm" ends within the hour`}) {
		t.Errorf("the plan warns %q", got)
	}
	f.says(out, "To let it run on, raise duration_hours, now 1, above 1 in the same apply.")
	f.Write("main.tf", base.with(attributes{"duration_hours": "2", "container_config.traffic_port": "9000"}).String())
	if got := warnings(f.Run("plan")); !slices.Equal(got, []string{`Purchase of 1 hour more for "vllm", 19.92 USDC`}) {
		t.Errorf("a plan that buys time warns %q", got)
	}
}

// TestAccDeployment_unknownInputsAskNothing shows that a plan asks only what it
// has all inputs for.
func TestAccDeployment_unknownInputsAskNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	const late = "resource \"terraform_data\" \"late\" {\n  input = { name = \"vllm\", hours = 24, hardware = 203 }\n}\n"
	for change, asked := range map[string][]string{
		"resource_private_name": {"available-replicas", "price"},
		"duration_hours":        {"available-replicas", "check_cluster_name_availability"},
		"hardware_id":           {"check_cluster_name_availability"},
	} {
		input := map[string]string{"resource_private_name": "name", "duration_hours": "hours", "hardware_id": "hardware"}[change]
		f.Write("main.tf", late+base.with(attributes{change: "terraform_data.late.output." + input}).String())
		w.ResetJournal()
		f.Run("plan")
		var got []string
		for _, r := range w.Requests() {
			got = append(got, r.Path[strings.LastIndex(r.Path, "/")+1:])
		}
		slices.Sort(got)
		if !slices.Equal(got, asked) {
			t.Errorf("with %s unknown the plan asked %q, want %q", change, got, asked)
		}
	}
}
