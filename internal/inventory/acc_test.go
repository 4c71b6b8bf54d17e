package inventory_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// oddities are all that the API has been seen to do to an answer.
var oddities = caastest.Dialect{
	UpperStatus: true, Zoneless: true, Nanoseconds: true, NumberStrings: true, FloatIntegers: true,
	NullLists: true, ShuffleLocations: true, DoubleWrap: true, ExtraMembers: true, RegionalRows: true,
}

// world is a mock of the API and the provider that talks to it, on one clock on
// which waiting takes no time.
type world struct {
	*caastest.Server
	clock *caastest.FakeClock
	token string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	for _, name := range []string{"IONETH_TOKEN", "IONETH_API_KEY", "IOCLOUD_API_KEY", "IONETH_ENDPOINT", "TF_CLI_CONFIG_FILE"} {
		t.Setenv(name, "")
	}
	clock := caastest.NewFakeClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	return &world{Server: caastest.Start(t, caastest.Options{Clock: clock}), clock: clock, token: `"test-token"`}
}

// test runs the steps; their configurations are what follows the provider block.
func (w *world) test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	for i := range steps {
		steps[i].Config = fmt.Sprintf("provider \"ioneth\" {\n  endpoint = %q\n  token    = %s\n}\n", w.URL(), w.token) + steps[i].Config
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"ioneth": func() (tfprotov6.ProviderServer, error) {
				return provider.NewServer("test", w.clock)(), nil
			},
		},
		Steps: steps,
	})
}

// shows is a step after which the checks hold.
func shows(config string, checks ...statecheck.StateCheck) resource.TestStep {
	return resource.TestStep{Config: config, ConfigStateChecks: checks}
}

// fails is a step that Terraform refuses, with these words in this order.
func fails(config string, words ...string) resource.TestStep {
	for i := range words {
		words[i] = strings.Join(strings.Fields(regexp.QuoteMeta(words[i])), `\s+`) // lines are wrapped
	}
	return resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`(?s)` + strings.Join(words, `.*`))}
}

// asked fails the test unless every call to the path had this query, and there
// was one.
func (w *world) asked(t *testing.T, path string, want url.Values) {
	t.Helper()
	calls := w.Calls("GET", path)
	if len(calls) == 0 {
		t.Fatalf("GET %s was never asked", path)
	}
	for _, call := range calls {
		if call.Query.Encode() != want.Encode() {
			t.Errorf("GET %s was asked with %q, want %q", path, call.Query.Encode(), want.Encode())
		}
	}
}
