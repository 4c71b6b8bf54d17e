package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestTranscript(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ said, shown string }{
		"blank lines":      {"\n\na\n\n\nb\n\n", "a\n\nb\n"},
		"no line end":      {"a\nb", "a\nb\n"},
		"Windows":          {"a\r\nb\r\n", "a\nb\n"},
		"legend of a plan": {"Terraform used the selected providers to\n  + create\nTerraform will perform the following actions:\n\n  # x will be created\n", "  # x will be created\n"},
		"unknown values":   {"      + a = (known after apply)\n      + b = 1\n  + out = (known after apply)\n", "      + b = 1\n  + out = (known after apply)\n"},
		"what is destroyed": {
			"  # x will be destroyed\n  - resource \"x\" \"x\" {\n      - a = {\n        } -> null\n    }\n\nPlan: 0 to add\n",
			"  # x will be destroyed\n\nPlan: 0 to add\n",
		},
		"lock file":  {"Terraform has created a lock file\nWarning: Incomplete\nTerraform has been successfully initialized!\n\nYou may now begin working\nmore\n", "Terraform has been successfully initialized!\n"},
		"next steps": {"Plan: 1 to add\n───────\nSaved the plan to: tfplan\n", "Plan: 1 to add\n"},
		"warnings":   {"Plan: 1 to add\n\nWarning: Price\n\n  with x\n", "Plan: 1 to add\n\nWarning: Price\n\n  with x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 7, len(c.said)} {
				seen := &audience{}
				tr := &transcript{show: newPrinter(seen, false)}
				for piece := range slices.Chunk([]byte(c.said), size) {
					if n, err := tr.Write(piece); n != len(piece) || err != nil {
						t.Fatal(n, err)
					}
				}
				tr.end()
				want := ""
				for line := range strings.Lines(c.shown + "\n") {
					want += strings.TrimRight("   "+line, " \n") + "\n"
				}
				if seen.String() != want {
					t.Errorf("in pieces of %d: got %q, want %q", size, seen, want)
				}
				if tr.all.String() != c.said {
					t.Errorf("kept %q of %q", tr.all.String(), c.said)
				}
			}
		})
	}
}

func TestWithValue(t *testing.T) {
	t.Parallel()
	const hcl = "a = 1\n  bb   = [2]\nc = 3\nc = 4\n"
	got, err := withValue(hcl, "bb", "[]")
	if want := (edited{"a = 1\n  bb   = []\nc = 3\nc = 4\n", 2}); err != nil || got != want {
		t.Errorf("got %+v %v, want %+v", got, err, want)
	}
	for _, attribute := range []string{"c", "b", "none"} {
		if _, err := withValue(hcl, attribute, "0"); err == nil {
			t.Errorf("%s: no error", attribute)
		}
	}
}

func TestSays(t *testing.T) {
	t.Parallel()
	const output = "Error: x\n\n  it must be\n  8, not 4\n"
	if err := says(output, "it must be 8, not 4"); err != nil {
		t.Error(err)
	}
	if err := says(output, "it must be 9"); err == nil {
		t.Error("no error")
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	get := caastest.Request{Method: "GET", Path: caastest.Prefix + "/deployment/9e724537-5ca5-4f8a-9b35-0ce51ec51753"}
	post := caastest.Request{Method: "POST", Path: caastest.Prefix + "/deploy"}
	if got, want := summary([]caastest.Request{post, get, get}), "2 × GET /deployment/{id}, POST /deploy"; !strings.EqualFold(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := summary(nil); got != "none" {
		t.Errorf("got %q", got)
	}
}

func TestCheckDeploy(t *testing.T) {
	t.Parallel()
	const good = `{"resource_private_name": "demo-llm-1a2b3c4d", "duration_hours": 24, "gpus_per_container": 8,
		"container_config": {"replica_count": 1, "traffic_port": 8000, "secret_env_variables": {"HF_TOKEN": "made-up-hugging-face-token"}},
		"registry_config": {"image_url": "docker.io/vllm/vllm-openai:latest"}}`
	for name, c := range map[string]struct {
		body   string
		status int
		want   string // in the error; empty: none
	}{
		"good":          {good, 200, ""},
		"refused":       {good, 422, "422"},
		"four GPUs":     {strings.Replace(good, `"gpus_per_container": 8`, `"gpus_per_container": 4`, 1), 200, "gpus_per_container should be 8, and is 4"},
		"no secret":     {strings.Replace(good, "HF_TOKEN", "OTHER", 1), 200, "HF_TOKEN"},
		"not an object": {"[]", 200, "resource_private_name"},
	} {
		err := checkDeploy(caastest.Request{Status: c.status, Body: []byte(c.body)})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPrinterBody(t *testing.T) {
	t.Parallel()
	seen := &audience{}
	show := newPrinter(seen, false)
	if err := show.body([]byte(`{"a":["x","y"],"b":[1],"c":{"k":"geheim"}}`), "geheim"); err != nil {
		t.Fatal(err)
	}
	want := "     {\n       \"a\": [\"x\", \"y\"],\n       \"b\": [1],\n       \"c\": {\n         \"k\": \"(hidden)\"\n       }\n     }\n"
	if seen.String() != want {
		t.Errorf("got\n%s\nwant\n%s", seen, want)
	}
	if err := show.body([]byte("{")); err == nil {
		t.Error("no error")
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"/tmp/a b": "'/tmp/a b'", "it's $HOME": `'it'\''s $HOME'`, "": "''"} {
		if got := quoted(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}
