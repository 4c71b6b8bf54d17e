package deployment_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// dialects are the ways in which the API may say the same.
var dialects = map[string]caastest.Dialect{
	"upper-case statuses":         {UpperStatus: true},
	"times without a zone":        {Zoneless: true},
	"times with nine fractions":   {Nanoseconds: true},
	"locations in another order":  {ShuffleLocations: true},
	"numbers as strings":          {NumberStrings: true},
	"integers with a fraction":    {FloatIntegers: true},
	"null for empty lists":        {NullLists: true},
	"a wrapper fewer or more":     {Bare: true},
	"two wrappers":                {DoubleWrap: true},
	"unknown members":             {ExtraMembers: true},
	"pages from one":              {PagesFromOne: true},
	"page 0 is page 1":            {PageIgnored: true},
	"an empty answer to a deploy": {EmptyDeployReply: true},
	"all at once": {
		UpperStatus: true, Zoneless: true, Nanoseconds: true, ShuffleLocations: true, NumberStrings: true, FloatIntegers: true,
		NullLists: true, Bare: true, DoubleWrap: true, ExtraMembers: true, PagesFromOne: true, EmptyDeployReply: true,
	},
}

// rich is a deployment in which each kind of value occurs, and empty lists too.
var rich = base.with(attributes{
	"location_ids":                               `[3, 1, 2]`,
	"container_config.entrypoint":                `[]`,
	"container_config.replica_count":             `3`,
	"container_config.args":                      `["--port", "8000"]`,
	"container_config.env_variables":             `{ A = "1", B = "" }`,
	"container_config.secret_env_variables":      `{ S = "a secret value" }`,
	"registry_config.registry_username":          `"robot"`,
	"registry_config.registry_secret_wo":         `"another secret value"`,
	"registry_config.registry_secret_wo_version": `1`,
})

// TestAccDeployment_dialects shows that however the API spells its answers, a
// deployment made is as configured, and changes arrive.
func TestAccDeployment_dialects(t *testing.T) {
	t.Parallel()
	for name, dialect := range dialects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			w.Speak(dialect)
			changed := w.becomes(rich.with(attributes{"container_config.traffic_port": `9000`, "duration_hours": `30`}), update,
				`PATCH /deployment/ID {"traffic_port":9000}`, extendedBy(6))
			changed.PreConfig = w.ResetJournal
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{
					{
						Config:           w.hcl(rich.String()),
						ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
					},
					changed,
				},
			})
			w.paidFor(t, 30)
			w.deploymentsAre(t, "destroyed")
		})
	}
}

// state is the state file, but for what Terraform 1.11 writes in any order of its
// own (hashicorp/terraform#36465): the paths of the sensitive attributes, and the
// serial, which counts the changes of that order.
func (f *folder) state() string {
	f.t.Helper()
	text := f.Read("terraform.tfstate")
	text = regexp.MustCompile(`"serial": \d+`).ReplaceAllString(text, `"serial": 0`)
	head, paths, ok := strings.Cut(text, `"sensitive_attributes": [`)
	if !ok {
		f.t.Fatalf("the state names no sensitive attribute:\n%s", text)
	}
	lines := strings.Split(paths, "\n")
	slices.Sort(lines)
	return head + strings.Join(lines, "\n")
}

// TestAccDeployment_refreshChangesNoByte shows that a refresh of an untouched
// deployment leaves the state file byte for byte the same, whatever the hour and
// the spelling.
func TestAccDeployment_refreshChangesNoByte(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Write("main.tf", rich.String())
	f.Run("apply", "-auto-approve")
	before := f.state()

	// Without this a state that holds nothing would pass.
	var state struct {
		Resources []struct {
			Instances []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(f.Read("terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	for name, value := range state.Resources[0].Instances[0].Attributes {
		if value == nil && name != "timeouts" && name != "finished_at" && name != "max_cost_usdc" {
			t.Errorf("%s is null in the state", name)
		}
	}

	for name, dialect := range dialects {
		w.clock.Advance(97 * time.Minute)
		w.Speak(dialect)
		w.ResetJournal()
		f.Run("apply", "-refresh-only", "-auto-approve")
		if after := f.state(); after != before {
			t.Fatalf("%s: the refresh made the state\n%s\nof\n%s", name, after, before)
		}
		if len(w.Calls("GET", "/deployment/{}")) == 0 || len(w.Calls("GET", "/deployment/{}/containers")) == 0 || len(w.Calls("GET", "/deployments")) == 0 {
			t.Fatalf("%s: the refresh did not ask for the deployment, its containers and its name", name)
		}
	}
	w.Speak(caastest.Dialect{})
	f.Run("destroy", "-auto-approve")
	w.deploymentsAre(t, "destroyed")
}
