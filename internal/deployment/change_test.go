package deployment

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// version makes the version of a write-only value.
func version(n int64) *int64 { return &n }

// had is the deployment that the tables start from; its variables are not nil, as
// in every state.
func had() definition {
	return definition{
		name: "vllm", hours: 24, gpus: 8, hardware: 203, replicas: 1, locations: []int64{1},
		entrypoint: []string{"vllm", "serve"}, port: 8000, env: map[string]string{}, image: "image:1",
	}
}

// TestDefinition_to shows what is sent for each difference between what is and
// what is wanted, and that nothing else is.
func TestDefinition_to(t *testing.T) {
	type d = definition
	type secretVariables = secret[map[string]string]
	type secretText = secret[string]
	one := map[string]string{"S": "1"}
	for name, c := range map[string]struct {
		had, wanted func(*d) // on top of what both are; nil: nothing
		keys        []string
		want        string // the body of the PATCH
		rename      bool
		extend      bool
	}{
		"nothing":                      {want: `{}`},
		"name":                         {wanted: func(d *d) { d.name = "sglang" }, want: `{}`, rename: true},
		"more hours":                   {wanted: func(d *d) { d.hours = 25 }, want: `{}`, extend: true},
		"fewer hours":                  {wanted: func(d *d) { d.hours = 23 }, want: `{}`},
		"entrypoint":                   {wanted: func(d *d) { d.entrypoint = []string{"serve", "vllm"} }, want: `{"entrypoint":["serve","vllm"]}`},
		"entrypoint emptied":           {wanted: func(d *d) { d.entrypoint = nil }, want: `{"entrypoint":[]}`},
		"entrypoint null or empty":     {had: func(d *d) { d.entrypoint = nil }, wanted: func(d *d) { d.entrypoint = []string{} }, want: `{}`},
		"args added":                   {wanted: func(d *d) { d.args = []string{"x"} }, want: `{"args":["x"]}`},
		"args removed":                 {had: func(d *d) { d.args = []string{"x"} }, want: `{"args":null}`},
		"port":                         {wanted: func(d *d) { d.port = 80 }, want: `{"traffic_port":80}`},
		"variables added":              {wanted: func(d *d) { d.env = one }, want: `{"env_variables":{"S":"1"}}`},
		"variables changed":            {had: func(d *d) { d.env = one }, wanted: func(d *d) { d.env = map[string]string{"S": ""} }, want: `{"env_variables":{"S":""}}`},
		"variables removed":            {had: func(d *d) { d.env = one }, want: `{"env_variables":{}}`},
		"variables null or empty":      {had: func(d *d) { d.env = nil }, want: `{}`},
		"variables removed, to null":   {had: func(d *d) { d.env = one }, wanted: func(d *d) { d.env = nil }, want: `{"env_variables":{}}`},
		"image":                        {wanted: func(d *d) { d.image = "image:2" }, want: `{"image_url":"image:2"}`},
		"image removed":                {wanted: func(d *d) { d.image = "" }, want: `{"image_url":null}`},
		"username added":               {wanted: func(d *d) { d.username = "robot" }, want: `{"registry_username":"robot"}`},
		"username removed":             {had: func(d *d) { d.username = "robot" }, want: `{"registry_username":null}`},
		"hardware is not for here":     {wanted: func(d *d) { d.hardware, d.replicas, d.locations = 1, 2, nil }, want: `{}`},
		"secret added":                 {wanted: func(d *d) { d.registry = secretText{value: "s", given: true} }, want: `{"registry_secret":"s"}`},
		"secret changed":               {had: func(d *d) { d.registry = secretText{value: "r", given: true} }, wanted: func(d *d) { d.registry = secretText{value: "s", given: true} }, want: `{"registry_secret":"s"}`},
		"secret removed":               {had: func(d *d) { d.registry = secretText{value: "s", given: true} }, want: `{"registry_secret":null}`},
		"write-only added":             {wanted: func(d *d) { d.registry = secretText{"s", true, version(1)} }, want: `{"registry_secret":"s"}`},
		"write-only, same version":     {had: func(d *d) { d.registry.version = version(1) }, wanted: func(d *d) { d.registry = secretText{"s", true, version(1)} }, want: `{}`},
		"write-only, other version":    {had: func(d *d) { d.registry.version = version(2) }, wanted: func(d *d) { d.registry = secretText{"s", true, version(1)} }, want: `{"registry_secret":"s"}`},
		"write-only removed":           {had: func(d *d) { d.registry.version = version(1) }, want: `{"registry_secret":null}`},
		"write-only made plain":        {had: func(d *d) { d.registry.version = version(1) }, wanted: func(d *d) { d.registry = secretText{value: "s", given: true} }, want: `{"registry_secret":"s"}`},
		"plain made write-only":        {had: func(d *d) { d.registry = secretText{value: "s", given: true} }, wanted: func(d *d) { d.registry = secretText{"s", true, version(0)} }, want: `{"registry_secret":"s"}`},
		"secret variables added":       {wanted: func(d *d) { d.variables = secretVariables{value: one, given: true} }, want: `{"secret_env_variables":{"S":"1"}}`},
		"secret variables given empty": {wanted: func(d *d) { d.variables = secretVariables{value: map[string]string{}, given: true} }, want: `{"secret_env_variables":{}}`},
		"secret variables emptied":     {had: func(d *d) { d.variables = secretVariables{value: one, given: true} }, wanted: func(d *d) { d.variables = secretVariables{value: map[string]string{}, given: true} }, want: `{"secret_env_variables":{}}`},
		"secret variables removed":     {had: func(d *d) { d.variables = secretVariables{value: one, given: true} }, want: `{"secret_env_variables":null}`},
		// Secrets of neither configuration nor state are not managed here.
		"foreign names, none managed": {keys: []string{"X"}, want: `{}`},
		"foreign names, write-only": {
			had:    func(d *d) { d.variables.version = version(1) },
			wanted: func(d *d) { d.variables = secretVariables{one, true, version(1)} },
			keys:   []string{"S", "X"}, want: `{"secret_env_variables":{"S":"1"}}`,
		},
		"the same names, write-only": {
			had:    func(d *d) { d.variables.version = version(1) },
			wanted: func(d *d) { d.variables = secretVariables{one, true, version(1)} },
			keys:   []string{"S", "S"}, want: `{}`,
		},
		"no names, write-only": {
			had:    func(d *d) { d.variables.version = version(1) },
			wanted: func(d *d) { d.variables = secretVariables{one, true, version(1)} },
			keys:   []string{}, want: `{"secret_env_variables":{"S":"1"}}`,
		},
		"names not told yet, write-only": {
			had:    func(d *d) { d.variables.version = version(1) },
			wanted: func(d *d) { d.variables = secretVariables{one, true, version(1)} },
			keys:   nil, want: `{}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			is, wanted := had(), had()
			if c.had != nil {
				c.had(&is)
			}
			if c.wanted != nil {
				c.wanted(&wanted)
			}
			got := is.to(wanted, c.keys)
			body, err := json.Marshal(got.request)
			if err != nil {
				t.Fatal(err)
			}
			if string(body) != c.want || got.rename != c.rename || got.extend != c.extend {
				t.Errorf("sends %s, rename %v, extend %v; want %s, %v, %v", body, got.rename, got.extend, c.want, c.rename, c.extend)
			}
			if patches := c.want != `{}`; got.patches() != patches || got.none() != (!patches && !c.rename && !c.extend) {
				t.Errorf("patches %v, none %v", got.patches(), got.none())
			}
		})
	}
}

// TestChange_ignored shows which changes are seen not to have taken: those that
// the API tells, and of them those that were sent.
func TestChange_ignored(t *testing.T) {
	wanted := definition{
		entrypoint: []string{"x"}, args: []string{"y"}, port: 80, env: map[string]string{"A": "1"}, image: "image:2", username: "robot",
		variables: secret[map[string]string]{value: map[string]string{"S": "1"}, given: true}, registry: secret[string]{value: "s", given: true},
	}
	writeOnly := wanted
	writeOnly.variables.version = version(1)
	taken := caas.DeployedContainer{
		Entrypoint: []caas.Text{"x"}, EnvVariables: map[string]caas.Text{"A": "1"}, TrafficPort: 80, ImageURL: "image:2", SecretEnvKeys: []caas.Text{"S"},
	}
	for name, c := range map[string]struct {
		from, to definition
		api      caas.DeployedContainer
		want     []string
	}{
		"all taken":                {had(), wanted, taken, nil},
		"none taken":               {had(), wanted, caas.DeployedContainer{Entrypoint: []caas.Text{"vllm", "serve"}, TrafficPort: 8000, ImageURL: "image:1"}, []string{"container_config.entrypoint", "container_config.traffic_port", "container_config.env_variables", "registry_config.image_url", "container_config.secret_env_variables"}},
		"none asked for":           {wanted, wanted, caas.DeployedContainer{}, nil},
		"cleared":                  {wanted, definition{}, caas.DeployedContainer{}, nil},
		"not cleared":              {wanted, definition{port: 80}, taken, []string{"container_config.entrypoint", "container_config.env_variables", "registry_config.image_url", "container_config.secret_env_variables"}},
		"write-only, taken":        {had(), writeOnly, taken, nil},
		"write-only, names differ": {definition{entrypoint: []string{"x"}, port: 80, env: map[string]string{"A": "1"}, image: "image:2"}, writeOnly, caas.DeployedContainer{SecretEnvKeys: []caas.Text{"S", "T"}}, []string{"container_config.secret_env_variables_wo"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, at := range c.from.to(c.to, nil).ignored(c.to, c.api) {
				got = append(got, at.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("ignored %q, want %q", got, c.want)
			}
		})
	}
}
