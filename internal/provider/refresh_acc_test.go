package provider_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// formats are the forms in which the API may return the same values.
var formats = map[string]caastest.Format{
	"upper-case statuses":             {UpperStatus: true},
	"times without a zone":            {Zoneless: true},
	"times with nine fractions":       {Nanoseconds: true},
	"locations in another order":      {ShuffleLocations: true},
	"numbers as strings":              {NumberStrings: true},
	"integers with a fraction":        {FloatIntegers: true},
	"null for empty lists":            {NullLists: true},
	"a wrapper fewer or more":         {Bare: true},
	"two wrappers":                    {DoubleWrap: true},
	"unknown members":                 {ExtraMembers: true},
	"pages from one":                  {PagesFromOne: true},
	"page 0 is page 1":                {PageIgnored: true},
	"an empty reply to a deploy call": {EmptyDeployReply: true},
	"canonical images":                {CanonicalImages: true},
	"one of the locations":            {LocationSubset: true},
	"all at once": {
		UpperStatus: true, Zoneless: true, Nanoseconds: true, ShuffleLocations: true, NumberStrings: true, FloatIntegers: true,
		NullLists: true, Bare: true, DoubleWrap: true, ExtraMembers: true, PagesFromOne: true, EmptyDeployReply: true,
		CanonicalImages: true, LocationSubset: true,
	},
}

// rich is a configuration with every kind of value, and with an empty list.
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

// The deploy request has every attribute that is set. Whatever the form of the API's
// replies, the deployment is as configured, and changes are applied.
func TestDeployment_formats(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.SetFormat(formats["all at once"])
	config := rich.with(attributes{"registry_config.image_url": `"nginx"`})
	terraform := env.core(t)
	terraform.apply(config)
	terraform.sent(`POST /deploy {"container_config":{"args":["--port","8000"],"entrypoint":[],"env_variables":{"A":"1","B":""},"replica_count":3,` +
		`"secret_env_variables":{"S":"a secret value"},"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,"hardware_id":203,"location_ids":[1,2,3],` +
		`"registry_config":{"image_url":"nginx","registry_secret":"another secret value","registry_username":"robot"},"resource_private_name":"vllm"}`)
	terraform.has("secret_env_keys", "[S]")
	for _, list := range []string{"containers", "public_urls"} {
		if n := len(terraform.State()[list].([]any)); n != 3 {
			t.Errorf("%d %s, want 3", n, list)
		}
	}
	terraform.empty(config)
	terraform.becomes(config.with(attributes{
		"container_config.traffic_port": `9000`, "duration_hours": `30`, "registry_config.image_url": `"docker.io/library/nginx:latest"`,
	}), "update", patch(`{"traffic_port":9000}`)[0], extendedBy(6))
}

// The refresh of an unchanged deployment does not change the state, whatever the
// time and the form of the API's replies.
func TestDeployment_refreshChangesNothing(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.created(t, rich.with(attributes{"duration_hours": `240`, "registry_config.image_url": `"nginx"`}))
	terraform.Read()
	before := terraform.State()
	for name, format := range formats {
		env.Clock.Advance(97 * time.Minute)
		env.API.SetFormat(format)
		env.API.ResetJournal()
		diagnostics := terraform.Read()
		if after := terraform.State(); !reflect.DeepEqual(before, after) || len(diagnostics) > 0 {
			t.Errorf("%s: the refresh changed the state from %v to %v: %q", name, before, after, diagnostics)
		}
		for _, path := range []string{"/deployment/{}", "/deployment/{}/containers", "/deployments"} {
			if env.API.Count("GET", path) == 0 {
				t.Errorf("%s: the refresh did not read %s", name, path)
			}
		}
	}
}
