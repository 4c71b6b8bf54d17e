package deployment_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

type (
	secretEnv    = deployment.Secret[map[string]string]
	secretString = deployment.Secret[string]
)

// wantPatch fails the test unless the change is this PATCH, "{}" for none.
func wantPatch(t *testing.T, c deployment.Change, want string) {
	t.Helper()
	got, err := json.Marshal(c.Patch)
	noError(t, err)
	wantEqual(t, "patch", string(got), want)
	wantEqual(t, "patches", c.Patches(), want != "{}")
	wantEqual(t, "empty", c.Empty(), want == "{}" && !c.Rename && !c.Extend && !c.Renew)
}

// TestDiff changes single attributes. null, {} and [] equal an omitted attribute.
func TestDiff(t *testing.T) {
	type spec = deployment.Spec
	for name, test := range map[string]struct {
		had, want func(*spec)
		patch     string
	}{
		"nothing":            {nil, nil, `{}`},
		"entrypoint":         {nil, func(s *spec) { s.Entrypoint = []string{"a", "b"} }, `{"entrypoint":["a","b"]}`},
		"entrypoint emptied": {nil, func(s *spec) { s.Entrypoint = nil }, `{"entrypoint":[]}`},
		"entrypoint empty":   {func(s *spec) { s.Entrypoint = nil }, func(s *spec) { s.Entrypoint = []string{} }, `{}`},
		"args":               {nil, func(s *spec) { s.Args = []string{"x"} }, `{"args":["x"]}`},
		"args removed":       {func(s *spec) { s.Args = []string{"x"} }, nil, `{"args":null}`},
		"args emptied":       {func(s *spec) { s.Args = []string{"x"} }, func(s *spec) { s.Args = []string{} }, `{"args":null}`},
		"args empty":         {nil, func(s *spec) { s.Args = []string{} }, `{}`},
		"traffic port":       {nil, func(s *spec) { s.TrafficPort = 81 }, `{"traffic_port":81}`},
		"env":                {nil, func(s *spec) { s.Env = map[string]string{"A": "1"} }, `{"env_variables":{"A":"1"}}`},
		"env removed":        {func(s *spec) { s.Env = map[string]string{"A": "1"} }, nil, `{"env_variables":{}}`},
		"env empty":          {nil, func(s *spec) { s.Env = map[string]string{} }, `{}`},
		"image":              {nil, func(s *spec) { s.Image = "other" }, `{"image_url":"other"}`},
		"image removed":      {nil, func(s *spec) { s.Image = "" }, `{"image_url":null}`},
		"same image":         {nil, func(s *spec) { s.Image = "docker.io/vllm/vllm-openai:v1" }, `{}`},
		"username":           {nil, func(s *spec) { s.RegistryUsername = "u" }, `{"registry_username":"u"}`},
		"username removed":   {func(s *spec) { s.RegistryUsername = "u" }, nil, `{"registry_username":null}`},
		"never in place":     {nil, func(s *spec) { s.Replicas, s.HardwareID, s.LocationIDs, s.GPUsPerContainer = 2, 204, []int64{2}, 4 }, `{}`},
		"only what changed":  {nil, func(s *spec) { s.TrafficPort, s.Image = 81, "other" }, `{"traffic_port":81,"image_url":"other"}`},
	} {
		t.Run(name, func(t *testing.T) {
			had, want := testSpec(), testSpec()
			if test.had != nil {
				test.had(&had)
			}
			if test.want != nil {
				test.want(&want)
			}
			c := deployment.Diff(had, want)
			wantPatch(t, c, test.patch)
			wantEqual(t, "rename or extension", c.Rename || c.Extend, false)
		})
	}
}

func TestDiff_nameAndHours(t *testing.T) {
	renamed, longer, shorter := testSpec(), testSpec(), testSpec()
	renamed.Name, longer.Hours, shorter.Hours = "other", 25, 23
	wantEqual(t, "another name", deployment.Diff(testSpec(), renamed), deployment.Change{Rename: true})
	wantEqual(t, "more hours", deployment.Diff(testSpec(), longer), deployment.Change{Extend: true})
	wantEqual(t, "fewer hours", deployment.Diff(testSpec(), shorter), deployment.Change{})
	for _, change := range []deployment.Change{{Rename: true}, {Extend: true}, {Renew: true}} {
		wantEqual(t, "empty", change.Empty(), false)
	}
}

// TestDiff_secrets shows when secrets are sent. A write-only value is in no state,
// so the planned version decides; under ignore_changes the plan has the state's
// version and no value.
func TestDiff_secrets(t *testing.T) {
	one, two := int64(1), int64(2)
	stored := func(value string) secretEnv { return secretEnv{Value: map[string]string{"K": value}, Set: true} }
	writeOnly := func(version *int64) secretEnv {
		return secretEnv{Value: map[string]string{"K": "v"}, Set: true, Version: version}
	}
	hidden := func(version *int64) secretEnv { return secretEnv{Version: version} }
	emptied := func(version *int64) secretEnv {
		return secretEnv{Value: map[string]string{}, Emptied: true, Version: version}
	}
	none := secretEnv{}
	const set, cleared, unchanged = `{"secret_env_variables":{"K":"v"}}`, `{"secret_env_variables":null}`, `{}`
	for name, test := range map[string]struct {
		had, want secretEnv
		keys      []string // in the state
		patch     string
	}{
		"none":                            {none, none, nil, unchanged},
		"stored, added":                   {none, stored("v"), nil, set},
		"stored, changed":                 {stored("old"), stored("v"), []string{"K"}, set},
		"stored, same":                    {stored("v"), stored("v"), []string{"K"}, unchanged},
		"stored, removed":                 {stored("v"), none, []string{"K"}, cleared},
		"stored, emptied":                 {stored("v"), secretEnv{Value: map[string]string{}, Set: true}, []string{"K"}, `{"secret_env_variables":{}}`},
		"write-only, added":               {none, writeOnly(&one), nil, set},
		"write-only, same version":        {hidden(&one), writeOnly(&one), []string{"K"}, unchanged},
		"write-only, next version":        {hidden(&one), writeOnly(&two), []string{"K"}, set},
		"write-only, names unknown":       {hidden(&one), writeOnly(&one), nil, unchanged},
		"write-only, name missing":        {hidden(&one), writeOnly(&one), []string{}, set},
		"write-only, other names":         {hidden(&one), writeOnly(&one), []string{"K", "L"}, set},
		"write-only, names repeated":      {hidden(&one), writeOnly(&one), []string{"K", "K"}, unchanged},
		"write-only, removed":             {hidden(&one), none, []string{"K"}, cleared},
		"write-only, version, no value":   {none, hidden(&one), nil, unchanged},
		"write-only, next, no value":      {hidden(&one), hidden(&two), []string{"K"}, unchanged},
		"write-only, next, emptied":       {hidden(&one), emptied(&two), []string{"K"}, `{"secret_env_variables":{}}`},
		"write-only, same, emptied":       {hidden(&one), emptied(&one), []string{"K"}, unchanged},
		"write-only, first, emptied":      {none, emptied(&one), []string{"K"}, unchanged},
		"write-only, same, no value":      {hidden(&one), hidden(&one), []string{"K"}, unchanged},
		"not managed, as after an import": {none, none, []string{"K"}, unchanged},
		"stored to write-only":            {stored("v"), writeOnly(&one), []string{"K"}, set},
		"stored to write-only, no value":  {stored("v"), hidden(&one), []string{"K"}, cleared},
		"write-only to stored":            {hidden(&one), stored("v"), []string{"K"}, set},
	} {
		t.Run(name, func(t *testing.T) {
			had, want := testSpec(), testSpec()
			had.SecretEnv, had.SecretEnvKeys, want.SecretEnv = test.had, test.keys, test.want
			wantPatch(t, deployment.Diff(had, want), test.patch)
		})
	}
	for name, test := range map[string]struct {
		had, want secretString
		patch     string
	}{
		"stored, changed":          {secretString{Value: "old", Set: true}, secretString{Value: "v", Set: true}, `{"registry_secret":"v"}`},
		"stored, same":             {secretString{Value: "v", Set: true}, secretString{Value: "v", Set: true}, `{}`},
		"write-only, next version": {secretString{Version: &one}, secretString{Value: "v", Set: true, Version: &two}, `{"registry_secret":"v"}`},
		"write-only, removed":      {secretString{Version: &one}, secretString{}, `{"registry_secret":null}`},
	} {
		t.Run("registry, "+name, func(t *testing.T) {
			had, want := testSpec(), testSpec()
			had.RegistrySecret, want.RegistrySecret = test.had, test.want
			wantPatch(t, deployment.Diff(had, want), test.patch)
		})
	}
}

func TestSameImage(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"nginx", "docker.io/library/nginx:latest", true},
		{"nginx", "index.docker.io/library/nginx", true},
		{"user/app:1", "docker.io/user/app:1", true},
		{"ghcr.io/org/app", "ghcr.io/org/app:latest", true},
		{"ghcr.io/org/app:1" + digest, "ghcr.io/org/app:1" + digest, true},
		{"", "", true},
		{"NOT valid", "NOT valid", true},
		{"nginx:1", "nginx:2", false},
		{"nginx", "", false},
		{"nginx", "ghcr.io/library/nginx", false},
		{"nginx" + digest, "nginx", false},
		{"nginx", "nginx ", false},
	} {
		wantEqual(t, test.a+" and "+test.b, deployment.SameImage(test.a, test.b), test.same)
		wantEqual(t, test.b+" and "+test.a, deployment.SameImage(test.b, test.a), test.same)
	}
}

func TestValidateImage(t *testing.T) {
	for image, want := range map[string]string{
		"nginx": "", "nginx:1.27": "", "localhost:5000/app": "", "ghcr.io/org/app:v1.0_rc.1": "", "registry.example:5000/a/b/c:V1": "",
		"nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef": "",
		"":                           "it is empty",
		"https://ghcr.io/org/app":    "it is a URL",
		"docker://nginx":             "it is a URL",
		"nginx\n":                    "it starts or ends with a space or a line break",
		" nginx":                     "it starts or ends with a space or a line break",
		"docker pull nginx":          "it has a space;",
		"docker run -it https://x/y": "it is a URL",
		"ghcr.io/Org/app":            "upper-case",
		"NGINX":                      "upper-case",
		"nginx:":                     "it is malformed",
		"nginx@sha256:short":         "it is malformed",
		"ghcr.io//app":               "it is malformed",
	} {
		err := deployment.ValidateImage(image)
		if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", image, err, want)
		}
	}
}
