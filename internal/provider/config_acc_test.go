package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const minimal = `
resource "ioneth_caas_deployment" "test" {
  resource_private_name = "vllm"
  duration_hours        = 24
  hardware_id           = 203
  location_ids          = [1]
  container_config = {
    replica_count = 1
    entrypoint    = ["vllm", "serve"]
    traffic_port  = 8000
  }
  registry_config = {
    image_url = "ghcr.io/org/image:tag"
  }
}
`

// TestAccProvider_configuration shows which credential goes where, and what is
// said about a configuration that can't work.
func TestAccProvider_configuration(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	for name, c := range map[string]struct {
		block   string
		env     []string // on top of an environment with the endpoint only
		says    string   // "" for success
		headers map[string]string
	}{
		"token in the block": {
			block: `token = "test-token"`, headers: map[string]string{"Authorization": "Bearer test-token", "X-Api-Key": ""},
		},
		"token in the environment": {
			env: []string{"IONETH_TOKEN=test-token"}, headers: map[string]string{"Authorization": "Bearer test-token", "X-Api-Key": ""},
		},
		"the block before the environment": {
			block: `token = "test-token"`, env: []string{"IONETH_TOKEN=other"}, headers: map[string]string{"Authorization": "Bearer test-token"},
		},
		"an empty attribute leaves it to the environment": {
			block: `token = ""`, env: []string{"IONETH_TOKEN=test-token"}, headers: map[string]string{"Authorization": "Bearer test-token"},
		},
		"key in our variable": {
			env: []string{"IONETH_API_KEY=test-key", "IOCLOUD_API_KEY=other"}, headers: map[string]string{"Authorization": "", "X-Api-Key": "test-key"},
		},
		"key in the vendor's variable": {
			env: []string{"IOCLOUD_API_KEY=test-key"}, headers: map[string]string{"X-Api-Key": "test-key"},
		},
		"both": {
			block: `api_key = "test-key"`, env: []string{"IONETH_TOKEN=test-token"},
			headers: map[string]string{"Authorization": "Bearer test-token", "X-Api-Key": "test-key"},
		},
		"none": {
			says: "Set token or api_key in the provider block, or one of the environment variables IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY.",
		},
		"a line break from a file": {
			block: `token = "test-token\n"`, says: `write token = trimspace(file("..."))`,
		},
		"http elsewhere": {
			block: "token = \"test-token\"\n endpoint = \"http://api.example.test\"", says: `endpoint must begin with https://`,
		},
		"http elsewhere, in the environment": {
			block: `token = "test-token"`, env: []string{"IONETH_ENDPOINT=http://api.example.test"},
			says: `The environment variable IONETH_ENDPOINT must begin with https://`,
		},
		"a password in the endpoint": {
			block: "token = \"test-token\"\n endpoint = \"https://user:password@api.example.test\"", says: `belong into token or api_key`,
		},
		"no time": {
			block: "token = \"test-token\"\n request_timeout = \"0s\"", says: `request_timeout must be longer than 0, such as "30s", got: 0s`,
		},
		"bad time": {
			block: "token = \"test-token\"\n request_timeout = \"soon\"", says: `soon`,
		},
		"negative retries": {
			block: "token = \"test-token\"\n max_retries = -1", says: `max_retries value must be between 0 and 100, got: -1`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			server.ResetJournal()
			f := newFolder(t, server)
			f.Env = append(f.Env, "IONETH_TOKEN=", "IONETH_API_KEY=")
			f.Env = append(f.Env, c.env...)
			f.Write("main.tf", acctest.Required+"provider \"ioneth\" {\n"+c.block+"\n}\n"+minimal)
			out, code := f.Try("apply", "-auto-approve")
			if c.says != "" {
				if code == 0 || !strings.Contains(flat(out), c.says) {
					t.Errorf("exit %d, want an error with %q:\n%s", code, c.says, out)
				}
				if calls := server.Requests(); len(calls) > 0 {
					t.Errorf("a request left: %s %s", calls[0].Method, calls[0].Path)
				}
				return
			}
			if code != 0 {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			wantHeaders(t, server.Calls("POST", "/deploy")[0].Header, c.headers)
			f.Run("destroy", "-auto-approve")
		})
	}
}

func wantHeaders(t *testing.T, got http.Header, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("%s = %q, want %q", name, got.Get(name), value)
		}
	}
	if agent := got.Get("User-Agent"); agent != "terraform-provider-ioneth/"+acctest.Version {
		t.Errorf("User-Agent = %q", agent)
	}
}

// TestAccProvider_credentialFromAnotherResource shows that a credential which is
// not known at plan is no error.
func TestAccProvider_credentialFromAnotherResource(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := newFolder(t, server)
	f.Env = append(f.Env, "IONETH_TOKEN=", "IONETH_API_KEY=")
	config := acctest.Required + `
resource "terraform_data" "token" {
  input = "test-token"
}
provider "ioneth" {
  token = terraform_data.token.output
}
` + minimal
	f.Write("main.tf", config)
	f.Run("plan")
	if calls := server.Requests(); len(calls) > 0 {
		t.Errorf("the plan asked %s %s without a credential", calls[0].Method, calls[0].Path)
	}
	f.Run("apply", "-auto-approve")
	if n := len(server.Deployments()); n != 1 {
		t.Errorf("the mock holds %d deployments, want 1", n)
	}

	// A credential that is made anew is unknown once more, and now there is a state.
	server.ResetJournal()
	f.Write("main.tf", strings.ReplaceAll(config, "\"test-token\"", "\"other-token\""))
	f.Run("plan")
	if calls := server.Requests(); len(calls) > 0 {
		t.Errorf("the plan asked %s %s without a credential", calls[0].Method, calls[0].Path)
	}
}

// TestAccProvider_importWithoutCredential shows that an import is refused where
// the API can't be asked: what was not read would be planned to be replaced.
func TestAccProvider_importWithoutCredential(t *testing.T) {
	server := caastest.Start(t, caastest.Options{Timings: quick})
	f := newFolder(t, server)
	id := server.Add(caastest.Deployment{Name: "vllm"})
	f.Env = append(f.Env, "IONETH_TOKEN=", "IONETH_API_KEY=")
	for _, by := range []string{id, "vllm"} {
		f.Write("main.tf", acctest.Required+`
resource "terraform_data" "token" {
  input = "test-token"
}
provider "ioneth" {
  token = terraform_data.token.output
}
import {
  to = ioneth_caas_deployment.test
  id = "`+by+`"
}
`+minimal)
		out, code := f.Try("plan")
		if code == 0 || !strings.Contains(flat(out), "Provider configuration not known yet") {
			t.Errorf("by %s: exit %d\n%s", by, code, out)
		}
	}
	if calls := server.Requests(); len(calls) > 0 {
		t.Errorf("the plan asked %s %s without a credential", calls[0].Method, calls[0].Path)
	}
}
