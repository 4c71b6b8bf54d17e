package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// attributes are a deployment's configuration: expressions by attribute, those
// of the two objects under "container_config.…" and "registry_config.…".
type attributes map[string]string

// base is the configuration that most tests start from.
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

// with returns the configuration with some attributes changed; "" removes one.
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

// String returns the configuration as HCL.
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

// changes returns the requests that could have changed something, as "METHOD path
// body", with the members of the body in order and each ID as "ID".
func (env *testEnv) changes() []string {
	var sent []string
	for _, r := range env.API.Requests("", "") {
		if r.Method == "GET" {
			continue
		}
		line := r.Method + " " + strings.TrimPrefix(r.Path, caastest.Prefix)
		if body := r.JSON(); body != nil {
			ordered, err := json.Marshal(body)
			if err != nil {
				panic(err) // it was decoded from JSON
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

// sent checks that the API received exactly these changes since the last such
// check.
func (env *testEnv) sent(want ...string) plancheck.PlanCheck {
	return planCheck(func(plancheck.CheckPlanRequest) error {
		got := env.changes()
		env.API.ResetJournal()
		if !slices.Equal(got, want) {
			return fmt.Errorf("the API received\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
		}
		return nil
	})
}

// unknownAfterPlan checks which attributes an update that leaves the container
// definition as it is makes unknown: those that an extension changes, no others.
func unknownAfterPlan(requests []string) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		for _, change := range req.Plan.ResourceChanges {
			patched := slices.ContainsFunc(requests, func(request string) bool { return strings.HasPrefix(request, "PATCH") })
			if change.Address != address || !change.Change.Actions.Update() || patched {
				continue
			}
			var want []string
			before, after := change.Change.Before.(map[string]any), change.Change.After.(map[string]any)
			if before["duration_hours"] != after["duration_hours"] {
				want = []string{"amount_paid_usdc", "ends_at", "paid_hours"}
			}
			unknown := change.Change.AfterUnknown.(map[string]any)
			got := slices.DeleteFunc(slices.Sorted(maps.Keys(unknown)), func(name string) bool { return unknown[name] != true })
			if !slices.Equal(got, want) {
				return fmt.Errorf("the plan makes %q unknown, want %q", got, want)
			}
		}
		return nil
	})
}

// becomes returns a step that applies a configuration: the plan has the action, the
// API receives these requests, and the next plan is empty.
func (env *testEnv) becomes(config fmt.Stringer, action plancheck.ResourceActionType, requests ...string) resource.TestStep {
	return resource.TestStep{
		Config: env.Config(config.String()),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action), unknownAfterPlan(requests)},
			PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), env.sent(requests...)},
		},
	}
}

const (
	noop    = plancheck.ResourceActionNoop
	update  = plancheck.ResourceActionUpdate
	replace = plancheck.ResourceActionReplace
)

// patch returns the request of a change to the container definition.
func patch(body string) []string { return []string{"PATCH /deployment/ID " + body} }

// replacement returns the requests of a replacement.
func replacement(body string) []string {
	return []string{"DELETE /deployment/ID", "POST /deploy " + body}
}

// baseJSON returns the base configuration, paid for so many hours, for tests that
// call the provider without Terraform.
func baseJSON(hours int) string {
	return fmt.Sprintf(`{"resource_private_name": "vllm", "duration_hours": %d, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
		"container_config": {"replica_count": 1, "entrypoint": ["vllm", "serve"], "traffic_port": 8000, "env_variables": {}},
		"registry_config": {"image_url": "ghcr.io/org/image:1"}, "wait_for_running": true, "recreate_when_ended": false}`, hours)
}
