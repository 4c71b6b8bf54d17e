package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// address is the deployment of the configurations in these tests.
const address = "ioneth_caas_deployment.test"

// start is the initial time of the tests' clocks.
var start = acctest.Start

// testEnv is the environment of a test, with checks that this package needs.
type testEnv struct{ *acctest.Env }

func newEnv(t *testing.T, o caastest.Options) *testEnv {
	t.Helper()
	return &testEnv{acctest.New(t, o)}
}

func TestMain(m *testing.M) { acctest.Main(m) }

// attributes are a deployment's configuration: expressions by attribute, those of
// the two objects under "container_config.…" and "registry_config.…", and those of
// the lifecycle block under "lifecycle.…".
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
	objects := map[string]*strings.Builder{"": {}, "container_config": {}, "registry_config": {}, "lifecycle": {}}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		object, attribute, nested := strings.Cut(name, ".")
		if !nested {
			object, attribute = "", name
		}
		fmt.Fprintf(objects[object], "  %s = %s\n", attribute, a[name])
	}
	return fmt.Sprintf("resource \"ioneth_caas_deployment\" \"test\" {\n%s  container_config = {\n%s  }\n  registry_config = {\n%s  }\n  lifecycle {\n%s  }\n}\n",
		objects[""], objects["container_config"], objects["registry_config"], objects["lifecycle"])
}

// config is a configuration as text.
type config string

func (c config) String() string { return string(c) }

// destroyed is the empty configuration.
const destroyed = config("")

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

// deployed is the request that creates the base deployment.
const deployed = `POST /deploy {"container_config":{"entrypoint":["vllm","serve"],"replica_count":1,"traffic_port":8000},"duration_hours":24,"gpus_per_container":8,` +
	`"hardware_id":203,"location_ids":[1],"registry_config":{"image_url":"ghcr.io/org/image:1"},"resource_private_name":"vllm"}`

// deployedWith returns deployed with text replaced, in pairs of old and new.
func deployedWith(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(deployed) }

// patch returns the request of a change to the container definition.
func patch(body string) []string { return []string{"PATCH /deployment/ID " + body} }

// replacement returns the requests of a replacement, whose second one creates.
func replacement(create string) []string { return []string{"DELETE /deployment/ID", create} }
