package faults

import (
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// hostile is a text for every place where a text goes.
var hostile = []string{
	"", " ", "vllm", "../../x", "..", "%2e%2e", "a/b?c#d", "\x00", "\x1b[31m", "\u202e", "%s%d%n", "${VAR}", "$$", "$", "é", "\xff",
	"84C64352-07EB-4A26-B109-8901072EED2A", "84c64352-07eb-4a26-b109-8901072eed2a", "84c64352-07eb-4a26-b109-8901072eed2a/../x",
	"30m", "-1s", "0", "1e9h", "9223372036854775807h", strings.Repeat("x", 300),
}

// printed checks that diagnostics are fit for a terminal.
func printed(t *testing.T, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diags {
		if strings.HasPrefix(d.Summary, "Invalid Attribute Value") {
			continue // HashiCorp's validators repeat the user's own text as it is
		}
		for _, r := range d.Summary + d.Detail {
			if r != '\n' && unicode.IsControl(r) {
				t.Errorf("a diagnostic holds %U:\n%q", r, words(diags))
				return
			}
		}
	}
}

// FuzzImportKey shows that whatever a deployment is imported by, only its own
// paths are asked, and what is imported exists.
func FuzzImportKey(f *testing.F) {
	for _, key := range hostile {
		f.Add(key)
	}
	w := newWorld(f, caastest.Options{})
	w.AllowViolations() // an id that is no UUID
	id := w.Add(caastest.Deployment{Name: "vllm"})
	f.Fuzz(func(t *testing.T, key string) {
		d := newDriver(t, w)
		w.ResetJournal()
		diags := d.imports(key)
		printed(t, diags)
		// An id that nobody has is no error here: Terraform itself says so.
		if d.held != nil && d.held.id() != id {
			t.Errorf("%q imported %q", key, d.held.id())
		}
		for _, r := range w.Requests() {
			path := strings.TrimPrefix(r.Path, caastest.Prefix)
			if r.Method != "GET" || path != "/deployments" && !strings.HasPrefix(path, "/deployment/") || strings.Contains(path, "..") {
				t.Errorf("%q asked %s %s", key, r.Method, r.Path)
			}
		}
	})
}

// FuzzConfiguration shows that no configuration brings the validators or the plan
// down, that what the validators pass can be planned, and that what is said of it
// is fit for a terminal.
func FuzzConfiguration(f *testing.F) {
	for i, text := range hostile {
		f.Add(text, hostile[len(hostile)-1-i], int64(i-3), int64(8000*i))
	}
	f.Add("vllm", "value", int64(24), int64(8000))
	w := newWorld(f, caastest.Options{})
	w.AllowViolations() // hardware that nobody has
	f.Fuzz(func(t *testing.T, text, other string, number, port int64) {
		d := newDriver(t, w)
		config := plain(settings{"resource_private_name": text, "duration_hours": number, "hardware_id": number, "image_url": other, "traffic_port": port})
		config["timeouts"] = settings{"create": other}
		container := config["container_config"].(settings)
		container["entrypoint"], container["args"] = []any{text, other}, []any{other}
		container["env_variables"] = settings{text: other}
		container["secret_env_variables_wo"] = settings{other: text}
		plan := d.plan(config)
		printed(t, plan.diags)
		if plan.action != "" && plan.action != "create" {
			t.Errorf("the plan is to %s", plan.action)
		}
	})
}
