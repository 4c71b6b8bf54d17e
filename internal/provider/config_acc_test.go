package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestProvider_timeoutAndRetries(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	p, _ := env.ServerWithConfig(t, `{"endpoint": "`+env.API.URL()+`", "token": "test-token", "request_timeout": "7s", "max_retries": 2}`)
	env.API.Inject(caastest.Fault{Times: -1, Hang: true, Do: func() { env.Clock.Advance(time.Minute) }})
	_, diagnostics := p.ReadDataSource(locationsType, "{}")
	wantError(t, diagnostics, "request_timeout 7s")
	if n := len(env.API.Requests("", "")); n != 3 {
		t.Errorf("the API received %d requests, want 1 and 2 retries", n)
	}
}

// A configuration that cannot work is an error.
func TestProvider_invalid(t *testing.T) {
	t.Parallel()
	const token = `"token": "test-token", `
	for name, c := range map[string]struct{ config, fails string }{
		"no credential":            {`{}`, "Set token or api_key in the provider block, or one of the environment variables IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY."},
		"a line break from a file": {`{"token": "test-token\n"}`, `write token = trimspace(file("..."))`},
		"http elsewhere":           {`{` + token + `"endpoint": "http://api.example.test"}`, "endpoint must start with https://"},
		"password in the endpoint": {`{` + token + `"endpoint": "https://user:password@api.example.test"}`, "endpoint contains a user name or a password."},
		"query in the endpoint":    {`{` + token + `"endpoint": "https://api.example.test?a=b"}`, "endpoint contains a query or a fragment."},
		"endpoint without a host":  {`{` + token + `"endpoint": "https://"}`, "endpoint is not a URL with a scheme and a host."},
		"no time":                  {`{` + token + `"request_timeout": "0s"}`, `request_timeout must be longer than 0, such as "30s", got: 0s`},
		"invalid time":             {`{` + token + `"request_timeout": "soon"}`, "soon"},
		"half a retry":             {`{` + token + `"max_retries": 1.5}`, "max_retries must be a whole number; got 1.5."},
		"negative retries":         {`{` + token + `"max_retries": -1}`, "max_retries value must be between 0 and 100, got: -1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diagnostics := acctest.New(t, caastest.Options{}).ServerWithConfig(t, c.config)
			if !strings.Contains(strings.Join(diagnostics, "\n"), c.fails) {
				t.Errorf("diagnostics %q, want %q in them", diagnostics, c.fails)
			}
		})
	}
}

// TestAccProvider_environment configures the built provider by the environment.
func TestAccProvider_environment(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Env = append(tf.Env, "IONETH_TOKEN=", "IOCLOUD_API_KEY=test-key")
	tf.Write("main.tf", "data \"ioneth_caas_locations\" \"test\" {}\n")
	tf.Run("apply", "-auto-approve")
	sent := env.API.Requests("", "")[0].Header
	if agent := sent.Get("User-Agent"); agent != "terraform-provider-ioneth/"+tfcli.Version || sent.Get("X-Api-Key") != "test-key" || sent.Get("Authorization") != "" {
		t.Errorf("the API received %q", sent)
	}

	env.API.ResetJournal()
	tf.Env = append(tf.Env, "IONETH_ENDPOINT=http://api.example.test")
	out, code := tf.Try("plan")
	if code == 0 {
		t.Error("http is accepted")
	}
	tf.WantOutput(out, "The environment variable IONETH_ENDPOINT must start with https://")
}

// A credential that is unknown at plan, before and after there is a state, is not an
// error: the plan makes no request, and the apply has the credential. An import is an
// error, because Terraform would plan to replace what could not be read.
func TestProvider_credentialKnownAtApply(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	terraform := env.core(t)
	terraform.Token = "late"
	planSendsNothing := func() *acctest.Plan {
		t.Helper()
		env.API.ResetJournal()
		terraform.late(cty.UnknownVal(cty.String))
		p := terraform.plan(base)
		if sent := requested(env.API); len(sent) > 0 {
			t.Errorf("the plan sent %q without a credential", sent)
		}
		return p
	}
	p := planSendsNothing()
	terraform.late(cty.StringVal("test-token"))
	if diagnostics, ok := terraform.Apply(p); !ok {
		t.Errorf("the apply fails: %q", diagnostics)
	}
	env.deploymentsAre(t, "running")
	planSendsNothing()
	for _, by := range []string{env.newest(), "vllm"} {
		wantError(t, terraform.Import(by), "Provider configuration is not known at plan")
	}
	if sent := requested(env.API); len(sent) > 0 {
		t.Errorf("the imports sent %q without a credential", sent)
	}
}
