package deployment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// attributes are a deployment's configuration: expressions by attribute, those
// of the two objects under "container_config.…" and "registry_config.…".
type attributes map[string]string

// base is the deployment that the tables of changes start from.
var base = attributes{
	"resource_private_name":          `"vllm"`,
	"duration_hours":                 `24`,
	"hardware_id":                    `203`,
	"location_ids":                   `[1]`,
	"container_config.replica_count": `1`,
	"container_config.entrypoint":    `["vllm", "serve"]`,
	"container_config.traffic_port":  `8000`,
	"registry_config.image_url":      `"ghcr.io/org/image:1"`,
}

// with is the configuration with some attributes changed; "" removes one.
func (a attributes) with(changes attributes) attributes {
	changed := maps.Clone(a)
	for name, expression := range changes {
		changed[name] = expression
		if expression == "" {
			delete(changed, name)
		}
	}
	return changed
}

// String is the configuration as HCL.
func (a attributes) String() string {
	objects := map[string]*strings.Builder{"": {}, "container_config": {}, "registry_config": {}}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		object, attribute, nested := strings.Cut(name, ".")
		if !nested {
			object, attribute = "", name
		}
		fmt.Fprintf(objects[object], "  %s = %s\n", attribute, a[name])
	}
	return fmt.Sprintf("resource \"ioneth_caas_deployment\" \"test\" {\n%s  container_config = {\n%s  }\n  registry_config = {\n%s  }\n}\n",
		objects[""], objects["container_config"], objects["registry_config"])
}

// changes are the requests that could have changed something, as "METHOD path
// body", the members of the body in order and each id as ID.
func (w *world) changes() []string {
	var sent []string
	for _, r := range w.Requests() {
		if r.Method == "GET" {
			continue
		}
		line := r.Method + " " + strings.TrimPrefix(r.Path, caastest.Prefix)
		if body := r.JSON(); body != nil {
			ordered, err := json.Marshal(body)
			if err != nil {
				panic(err) // it was JSON a moment ago
			}
			line += " " + string(ordered)
		}
		sent = append(sent, anyID.ReplaceAllString(line, "ID"))
	}
	return sent
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// planCheck is a plan check in a function.
type planCheck func(plancheck.CheckPlanRequest) error

func (f planCheck) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = f(req)
}

// sent checks that since the last such check the API received these changes and
// no others.
func (w *world) sent(want ...string) plancheck.PlanCheck {
	return planCheck(func(plancheck.CheckPlanRequest) error {
		got := w.changes()
		w.ResetJournal()
		if !slices.Equal(got, want) {
			return fmt.Errorf("the API received\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
		}
		return nil
	})
}

// open checks which attributes of the deployment the plan leaves open where the
// container definition stays: those that an extension moves, and no others.
func open(requests []string) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		for _, change := range req.Plan.ResourceChanges {
			patched := slices.ContainsFunc(requests, func(request string) bool { return strings.HasPrefix(request, "PATCH") })
			if change.Address != address || !change.Change.Actions.Update() || patched {
				continue
			}
			var want []string
			before, after := change.Change.Before.(map[string]any), change.Change.After.(map[string]any)
			if before["duration_hours"] != after["duration_hours"] {
				want = []string{"amount_paid_usdc", "ends_at", "finished_at", "started_at", "status"}
			}
			unknown := change.Change.AfterUnknown.(map[string]any)
			got := slices.DeleteFunc(slices.Sorted(maps.Keys(unknown)), func(name string) bool { return unknown[name] != true })
			if !slices.Equal(got, want) {
				return fmt.Errorf("the plan leaves %q open, want %q", got, want)
			}
		}
		return nil
	})
}

// becomes is a step that applies a configuration to what the step before left:
// the plan has that action and says all that it can, the API receives these
// requests, and the plan after it is empty.
func (w *world) becomes(config fmt.Stringer, action plancheck.ResourceActionType, requests ...string) resource.TestStep {
	return resource.TestStep{
		Config: w.hcl(config.String()),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action), open(requests)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), w.sent(requests...)},
		},
	}
}

// row is one change of a configuration; each starts from what the row before it
// left.
type row struct {
	name     string
	change   attributes
	action   plancheck.ResourceActionType
	requests []string
}

const (
	noop    = plancheck.ResourceActionNoop
	update  = plancheck.ResourceActionUpdate
	replace = plancheck.ResourceActionReplace
)

// patch is the one request of a change to the container definition.
func patch(body string) []string { return []string{"PATCH /deployment/ID " + body} }

// anew are the requests of a replacement.
func anew(body string) []string { return []string{"DELETE /deployment/ID", "POST /deploy " + body} }

// changed are, for each attribute, what is sent when it is added, changed and
// removed. The rows of one table are steps of one story.
var changed = map[string][]row{
	"entrypoint": {
		{"changed", attributes{"container_config.entrypoint": `["vllm", "serve", "--host", "$$${HOST}"]`}, update, patch(`{"entrypoint":["vllm","serve","--host","$${HOST}"]}`)},
		{"emptied", attributes{"container_config.entrypoint": `[]`}, update, patch(`{"entrypoint":[]}`)},
	},
	"args": {
		{"added", attributes{"container_config.args": `["--model", "a"]`}, update, patch(`{"args":["--model","a"]}`)},
		{"changed", attributes{"container_config.args": `["--model", "b"]`}, update, patch(`{"args":["--model","b"]}`)},
		{"removed", attributes{"container_config.args": ""}, update, patch(`{"args":null}`)},
	},
	"traffic_port": {
		{"changed", attributes{"container_config.traffic_port": `9000`}, update, patch(`{"traffic_port":9000}`)},
	},
	"env_variables": {
		{"added", attributes{"container_config.env_variables": `{ A = "1", B = "2" }`}, update, patch(`{"env_variables":{"A":"1","B":"2"}}`)},
		{"changed", attributes{"container_config.env_variables": `{ A = "1", B = "3" }`}, update, patch(`{"env_variables":{"A":"1","B":"3"}}`)},
		{"one removed", attributes{"container_config.env_variables": `{ A = "1" }`}, update, patch(`{"env_variables":{"A":"1"}}`)},
		{"emptied", attributes{"container_config.env_variables": `{}`}, update, patch(`{"env_variables":{}}`)},
		{"omitted", attributes{"container_config.env_variables": ""}, noop, nil},
		{"added again", attributes{"container_config.env_variables": `{ A = "" }`}, update, patch(`{"env_variables":{"A":""}}`)},
		{"removed", attributes{"container_config.env_variables": ""}, update, patch(`{"env_variables":{}}`)},
	},
	"secret_env_variables": {
		{"added", attributes{"container_config.secret_env_variables": `{ S = "1", T = "2" }`}, update, patch(`{"secret_env_variables":{"S":"1","T":"2"}}`)},
		{"changed", attributes{"container_config.secret_env_variables": `{ S = "1", T = "3" }`}, update, patch(`{"secret_env_variables":{"S":"1","T":"3"}}`)},
		{"one removed", attributes{"container_config.secret_env_variables": `{ S = "1" }`}, update, patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"emptied", attributes{"container_config.secret_env_variables": `{}`}, update, patch(`{"secret_env_variables":{}}`)},
		{"added again", attributes{"container_config.secret_env_variables": `{ S = "1" }`}, update, patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"made write-only", attributes{
			"container_config.secret_env_variables":            "",
			"container_config.secret_env_variables_wo":         `{ S = "1" }`,
			"container_config.secret_env_variables_wo_version": `1`,
		}, update, patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"made plain again", attributes{
			"container_config.secret_env_variables":            `{ S = "1" }`,
			"container_config.secret_env_variables_wo":         "",
			"container_config.secret_env_variables_wo_version": "",
		}, update, patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"removed", attributes{"container_config.secret_env_variables": ""}, update, patch(`{"secret_env_variables":null}`)},
	},
	"secret_env_variables_wo": {
		{"added", attributes{
			"container_config.secret_env_variables_wo":         `{ S = "1" }`,
			"container_config.secret_env_variables_wo_version": `1`,
		}, update, patch(`{"secret_env_variables":{"S":"1"}}`)},
		{"value alone changed", attributes{"container_config.secret_env_variables_wo": `{ S = "2" }`}, noop, nil},
		{"version changed", attributes{"container_config.secret_env_variables_wo_version": `2`}, update, patch(`{"secret_env_variables":{"S":"2"}}`)},
		{"version lowered, a name more", attributes{
			"container_config.secret_env_variables_wo":         `{ S = "2", T = "3" }`,
			"container_config.secret_env_variables_wo_version": `1`,
		}, update, patch(`{"secret_env_variables":{"S":"2","T":"3"}}`)},
		{"emptied", attributes{
			"container_config.secret_env_variables_wo":         `{}`,
			"container_config.secret_env_variables_wo_version": `3`,
		}, update, patch(`{"secret_env_variables":{}}`)},
		{"removed", attributes{
			"container_config.secret_env_variables_wo":         "",
			"container_config.secret_env_variables_wo_version": "",
		}, update, patch(`{"secret_env_variables":null}`)},
	},
	"image_url": {
		{"changed", attributes{"registry_config.image_url": `"ghcr.io/org/image:2"`}, update, patch(`{"image_url":"ghcr.io/org/image:2"}`)},
		{"removed", attributes{"registry_config.image_url": ""}, update, patch(`{"image_url":null}`)},
		{"added", attributes{"registry_config.image_url": `"ghcr.io/org/image:3"`}, update, patch(`{"image_url":"ghcr.io/org/image:3"}`)},
	},
	"registry_username": {
		{"added", attributes{"registry_config.registry_username": `"robot"`}, update, patch(`{"registry_username":"robot"}`)},
		{"changed", attributes{"registry_config.registry_username": `"cyborg"`}, update, patch(`{"registry_username":"cyborg"}`)},
		{"removed", attributes{"registry_config.registry_username": ""}, update, patch(`{"registry_username":null}`)},
	},
	"registry_secret": {
		{"added", attributes{"registry_config.registry_secret": `"one"`}, update, patch(`{"registry_secret":"one"}`)},
		{"changed", attributes{"registry_config.registry_secret": `"two"`}, update, patch(`{"registry_secret":"two"}`)},
		{"made write-only", attributes{
			"registry_config.registry_secret":            "",
			"registry_config.registry_secret_wo":         `"two"`,
			"registry_config.registry_secret_wo_version": `1`,
		}, update, patch(`{"registry_secret":"two"}`)},
		{"value alone changed", attributes{"registry_config.registry_secret_wo": `"three"`}, noop, nil},
		{"version changed", attributes{"registry_config.registry_secret_wo_version": `2`}, update, patch(`{"registry_secret":"three"}`)},
		{"made plain again", attributes{
			"registry_config.registry_secret":            `"four"`,
			"registry_config.registry_secret_wo":         "",
			"registry_config.registry_secret_wo_version": "",
		}, update, patch(`{"registry_secret":"four"}`)},
		{"removed", attributes{"registry_config.registry_secret": ""}, update, patch(`{"registry_secret":null}`)},
		{"write-only added", attributes{
			"registry_config.registry_secret_wo":         `"five"`,
			"registry_config.registry_secret_wo_version": `7`,
		}, update, patch(`{"registry_secret":"five"}`)},
		{"write-only removed", attributes{
			"registry_config.registry_secret_wo":         "",
			"registry_config.registry_secret_wo_version": "",
		}, update, patch(`{"registry_secret":null}`)},
	},
	"resource_private_name": {
		{"changed", attributes{"resource_private_name": `"sglang"`}, update, []string{`PUT /clusters/ID/update-name {"cluster_name":"sglang"}`}},
	},
	"duration_hours": {
		{"raised", attributes{"duration_hours": `30`}, update, []string{`POST /deployment/ID/extend {"duration_hours":6}`}},
	},
	"what the API never hears of": {
		{"gpus_per_container written out", attributes{"gpus_per_container": `8`}, noop, nil},
		{"gpus_per_container removed", attributes{"gpus_per_container": ""}, noop, nil},
		{"wait_for_running changed", attributes{"wait_for_running": `false`}, update, nil},
		{"wait_for_running removed", attributes{"wait_for_running": ""}, update, nil},
		{"wait_for_running written out", attributes{"wait_for_running": `true`}, noop, nil},
		{"recreate_when_ended added", attributes{"recreate_when_ended": `true`}, update, nil},
		{"recreate_when_ended removed", attributes{"recreate_when_ended": ""}, update, nil},
		{"timeouts added", attributes{"timeouts": `{ update = "10m" }`}, update, nil},
		{"timeouts changed", attributes{"timeouts": `{ update = "20m", delete = "1h" }`}, update, nil},
		{"timeouts removed", attributes{"timeouts": ""}, update, nil},
	},
	"several at once": {
		// What costs money comes last.
		{"all in place", attributes{
			"resource_private_name": `"sglang"`, "duration_hours": `25`, "timeouts": `{ update = "10m" }`,
			"container_config.traffic_port": `9000`, "registry_config.image_url": `"ghcr.io/org/image:2"`,
		}, update, []string{
			`PUT /clusters/ID/update-name {"cluster_name":"sglang"}`,
			`PATCH /deployment/ID {"image_url":"ghcr.io/org/image:2","traffic_port":9000}`,
			`POST /deployment/ID/extend {"duration_hours":1}`,
		}},
	},
	"what replaces": {
		{"hardware_id", attributes{"hardware_id": `204`}, replace,
			anew(`{"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
				`"hardware_id":204,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`)},
		{"location_ids changed", attributes{"location_ids": `[2]`}, replace,
			anew(`{"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
				`"hardware_id":204,"location_ids":[2],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`)},
		{"location added", attributes{"location_ids": `[2, 1]`}, replace,
			anew(`{"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
				`"hardware_id":204,"location_ids":[1,2],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`)},
		{"locations in another order", attributes{"location_ids": `[1, 2]`}, noop, nil},
		{"location removed", attributes{"location_ids": `[1]`}, replace,
			anew(`{"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
				`"hardware_id":204,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`)},
		// Fewer hours are no matter in a deployment that is made anew.
		{"replica_count, and all else with it", attributes{
			"container_config.replica_count": `2`, "duration_hours": `12`, "resource_private_name": `"sglang"`,
			"container_config.args": `["--x"]`, "container_config.env_variables": `{ A = "1" }`,
			"container_config.secret_env_variables_wo": `{ S = "s" }`, "container_config.secret_env_variables_wo_version": `1`,
			"registry_config.registry_secret_wo": `"r"`, "registry_config.registry_secret_wo_version": `1`,
		}, replace,
			anew(`{"container_config":{"args":["--x"],"entrypoint":["vllm","serve"],"env_variables":{"A":"1"},"replica_count":2,"secret_env_variables":{"S":"s"},"traffic_port":8000},` +
				`"duration_hours":12,"gpus_per_container":8,"hardware_id":204,"location_ids":[1],` +
				`"registry_config":{"image_url":"ghcr.io/org/image:1","registry_secret":"r"},"resource_private_name":"sglang"}`)},
	},
}

func TestAccDeployment_changed(t *testing.T) {
	for name, rows := range changed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			now := base
			steps := []resource.TestStep{{Config: w.hcl(base.String())}}
			for i, r := range rows {
				now = now.with(r.change)
				step := w.becomes(now, r.action, r.requests...)
				step.PreConfig = func() {
					if i == 0 {
						w.ResetJournal() // of the creation
					}
					t.Log(r.name)
				}
				steps = append(steps, step)
			}
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.providers(), Steps: steps})
		})
	}
}

// TestAccDeployment_changedUnknownAtPlan shows that what is known at apply only
// changes the deployment in place, as what is known does.
func TestAccDeployment_changedUnknownAtPlan(t *testing.T) {
	t.Parallel()
	late := func(value int) string {
		return fmt.Sprintf(`
resource "terraform_data" "late" {
  input = { replica_count = 1, entrypoint = ["vllm", "serve"], traffic_port = 8000, env_variables = { A = "%d" } }
}
`, value)
	}
	inside := base.with(attributes{"container_config.env_variables": `terraform_data.late.output.env_variables`}).String()
	whole := regexp.MustCompile(`(?s)container_config = \{.*?\}\n`).ReplaceAllString(base.String(), "container_config = terraform_data.late.output\n")
	for name, config := range map[string]string{"env_variables": inside, "container_config as a whole": whole} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{
					{Config: w.hcl(late(1) + config)},
					{
						PreConfig: w.ResetJournal,
						Config:    w.hcl(late(2) + config),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, update)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), w.sent(patch(`{"env_variables":{"A":"2"}}`)...)},
						},
					},
				},
			})
		})
	}
}
