package deployment_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// address is the deployment of the configurations in these tests.
const address = "ioneth_caas_deployment.test"

// start is when the tests' clock begins: in no test does real time matter.
var start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// world is a mock of the API and the provider that talks to it, on one clock on
// which waiting takes no time.
type world struct {
	*caastest.Server
	clock *caastest.FakeClock
}

// TestMain keeps the settings of whoever runs the tests out of them: once for
// all, as tests that run side by side can't set variables.
func TestMain(m *testing.M) {
	for _, name := range []string{"IONETH_TOKEN", "IONETH_API_KEY", "IOCLOUD_API_KEY", "IONETH_ENDPOINT", "TF_CLI_CONFIG_FILE"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	// The processes that the tests start are many and short: they spend less on
	// clearing up, and the framework formats no lines that nobody reads.
	for name, value := range map[string]string{"GOGC": "400", "TF_LOG_SDK": "OFF", "TF_LOG_SDK_FRAMEWORK": "OFF", "TF_LOG_SDK_PROTO": "OFF"} {
		if os.Getenv(name) == "" && os.Getenv("TF_LOG") == "" {
			if err := os.Setenv(name, value); err != nil {
				panic(err)
			}
		}
	}
	acctest.Main(m)
}

func newWorld(t *testing.T, o caastest.Options) *world {
	t.Helper()
	clock := caastest.NewFakeClock(start)
	o.Clock = clock
	return &world{Server: caastest.Start(t, o), clock: clock}
}

// providers are the provider factories of a test case: every start of the
// provider is a new process as far as it can tell.
func (w *world) providers() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"ioneth": func() (tfprotov6.ProviderServer, error) {
			return provider.NewServer("test", w.clock)(), nil
		},
	}
}

// hcl is a configuration of the provider, with the mock's token, and what
// follows.
func (w *world) hcl(body string) string {
	return fmt.Sprintf("provider \"ioneth\" {\n  endpoint = %q\n  token    = \"test-token\"\n}\n", w.URL()) + body
}
