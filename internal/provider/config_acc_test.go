package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const locationsConfig = `
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

// The provider sends each credential in its header and rejects a configuration that
// cannot work.
func TestAccProvider_configuration(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	for name, c := range map[string]struct {
		block   string
		env     []string // on top of an environment with the endpoint only
		fails   string   // "" for success
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
		"key in the block, token in the environment": {
			block: `api_key = "test-key"`, env: []string{"IONETH_TOKEN=test-token"}, headers: map[string]string{"Authorization": "", "X-Api-Key": "test-key"},
		},
		"both in the block": {
			block: "api_key = \"test-key\"\n token = \"test-token\"", headers: map[string]string{"Authorization": "Bearer test-token", "X-Api-Key": "test-key"},
		},
		"none": {
			fails: "Set token or api_key in the provider block, or one of the environment variables IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY.",
		},
		"a line break from a file": {
			block: `token = "test-token\n"`, fails: `write token = trimspace(file("..."))`,
		},
		"http elsewhere": {
			block: "token = \"test-token\"\n endpoint = \"http://api.example.test\"", fails: `endpoint must start with https://`,
		},
		"http elsewhere, in the environment": {
			block: `token = "test-token"`, env: []string{"IONETH_ENDPOINT=http://api.example.test"},
			fails: `The environment variable IONETH_ENDPOINT must start with https://`,
		},
		"a password in the endpoint": {
			block: "token = \"test-token\"\n endpoint = \"https://user:password@api.example.test\"", fails: `endpoint contains a user name or a password.`,
		},
		"no time": {
			block: "token = \"test-token\"\n request_timeout = \"0s\"", fails: `request_timeout must be longer than 0, such as "30s", got: 0s`,
		},
		"invalid time": {
			block: "token = \"test-token\"\n request_timeout = \"soon\"", fails: `soon`,
		},
		"negative retries": {
			block: "token = \"test-token\"\n max_retries = -1", fails: `max_retries value must be between 0 and 100, got: -1`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			env.API.ResetJournal()
			tf := env.Terraform(t)
			tf.Env = append(tf.Env, "IONETH_TOKEN=")
			tf.Env = append(tf.Env, c.env...)
			tf.Write("main.tf", "provider \"ioneth\" {\n"+c.block+"\n}\n"+locationsConfig)
			out, code := tf.Try("apply", "-auto-approve")
			if c.fails != "" {
				if code == 0 || !strings.Contains(flat(out), c.fails) {
					t.Errorf("exit %d, want an error with %q:\n%s", code, c.fails, out)
				}
				if calls := env.API.Requests("", ""); len(calls) > 0 {
					t.Errorf("the API received %s %s", calls[0].Method, calls[0].Path)
				}
				return
			}
			if code != 0 {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			wantHeaders(t, env.API.Requests("POST", "/deploy")[0].Header, c.headers)
			tf.Run("destroy", "-auto-approve")
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
	if agent := got.Get("User-Agent"); agent != "terraform-provider-ioneth/"+tfcli.Version {
		t.Errorf("User-Agent = %q", agent)
	}
}

// A credential that is unknown at plan is not an error.
func TestAccProvider_credentialFromAnotherResource(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Env = append(tf.Env, "IONETH_TOKEN=")
	config := `
resource "terraform_data" "token" {
  input = "test-token"
}
provider "ioneth" {
  token = terraform_data.token.output
}
` + locationsConfig
	tf.Write("main.tf", config)
	tf.Run("plan")
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the plan sent %s %s without a credential", calls[0].Method, calls[0].Path)
	}
	tf.Run("apply", "-auto-approve")
	if n := len(env.API.Deployments()); n != 1 {
		t.Errorf("the API has %d deployments, want 1", n)
	}

	// A new credential is unknown again, and now there is a state.
	env.API.ResetJournal()
	tf.Write("main.tf", strings.ReplaceAll(config, "\"test-token\"", "\"other-token\""))
	tf.Run("plan")
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the plan sent %s %s without a credential", calls[0].Method, calls[0].Path)
	}
}

// An import whose deployment cannot be read is an error: Terraform would plan to
// replace the deployment.
func TestAccProvider_importWithoutCredential(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	id := env.API.Add(caastest.Deployment{Name: "vllm"})
	tf.Env = append(tf.Env, "IONETH_TOKEN=")
	for _, by := range []string{id, "vllm"} {
		tf.Write("main.tf", `
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
`+locationsConfig)
		out, code := tf.Try("plan")
		if code == 0 || !strings.Contains(flat(out), "Provider configuration is not known at plan") {
			t.Errorf("by %s: exit %d\n%s", by, code, out)
		}
	}
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the plan sent %s %s without a credential", calls[0].Method, calls[0].Path)
	}
}
