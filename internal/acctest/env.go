// Package acctest is the harness of the acceptance tests, the demo and the
// benchmark: a mock of the API, a fake clock, the provider, and Terraform.
//
// [New] makes an [Env], which runs the provider in four ways:
//
//   - Steps of terraform-plugin-testing run Terraform against the provider in
//     the test's process, on the fake clock ([Env.ProtoV6ProviderFactories]).
//   - [Env.Terraform] runs Terraform with the built provider in a working folder,
//     for what terraform-plugin-testing doesn't show: warnings, files, logs, exit
//     codes, interrupts.
//   - [Env.Core] imitates Terraform in the test's process, in milliseconds.
//   - [Env.Server] calls the provider's protocol without Terraform, for identities,
//     lists and actions, which need Terraform 1.12 and 1.14.
package acctest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// Start is the initial time of an Env's clock.
var Start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// Instant makes every phase of a deployment take no time. [Env.Terraform] needs
// it: the built provider is on real time, while the clock of the mock stands.
var Instant = caastest.Timings{Terminate: -1}

// Env is a mock of the API and the provider that calls it, on one fake clock.
type Env struct {
	API   *caastest.Server
	Clock *caastest.Clock
	// ProtoV6ProviderFactories start the provider, each time as if in a new
	// process.
	ProtoV6ProviderFactories map[string]func() (tfprotov6.ProviderServer, error)
	// Provider is a provider block with the mock's endpoint and token.
	Provider string
}

// New starts the mock, which the end of the test stops. It is on Env.Clock unless
// Options.Clock is set, which is for tests of the built provider that depend on
// real time.
func New(t testing.TB, o caastest.Options) *Env {
	t.Helper()
	clock := caastest.NewClock(Start)
	if o.Clock == nil {
		o.Clock = clock
	}
	api := caastest.Start(t, o)
	return &Env{
		API: api, Clock: clock,
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"ioneth": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test", clock)(), nil },
		},
		Provider: fmt.Sprintf("provider \"ioneth\" {\n  endpoint = %q\n  token    = \"test-token\"\n}\n", api.URL()),
	}
}

// Config returns a configuration with the provider block.
func (e *Env) Config(body string) string { return e.Provider + body }

// Test runs steps, whose configurations get the provider block.
func (e *Env) Test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	for i := range steps {
		steps[i].Config = e.Config(steps[i].Config)
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: e.ProtoV6ProviderFactories, Steps: steps})
}

// Main runs the tests of a package, without the caller's settings of Terraform
// and the provider, and removes the built provider afterwards.
func Main(m *testing.M) {
	for _, name := range []string{"IONETH_TOKEN", "IONETH_API_KEY", "IOCLOUD_API_KEY", "IONETH_ENDPOINT", "TF_CLI_CONFIG_FILE"} {
		must(os.Unsetenv(name))
	}
	// Tests start many short processes: these need less garbage collection, and no
	// log lines of the framework, which it formats even when they are not read.
	for name, value := range map[string]string{"GOGC": "400", "TF_LOG_SDK": "OFF", "TF_LOG_SDK_FRAMEWORK": "OFF", "TF_LOG_SDK_PROTO": "OFF"} {
		if os.Getenv(name) == "" && os.Getenv("TF_LOG") == "" {
			must(os.Setenv(name, value))
		}
	}
	code := m.Run()
	must(os.RemoveAll(buildFolder)) // without one it removes nothing
	os.Exit(code)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
