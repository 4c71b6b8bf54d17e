package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// address is the deployment of the configurations in these tests.
const address = "ioneth_caas_deployment.test"

// start is the initial time of the tests' clocks.
var start = acctest.Start

// testEnv is the environment of a test, with checks that this package needs.
type testEnv struct{ *acctest.Env }

func newEnv(t *testing.T, o caastest.Options) *testEnv {
	t.Helper()
	return &testEnv{acctest.New(t, o)}
}

func TestMain(m *testing.M) { acctest.Main(m) }
