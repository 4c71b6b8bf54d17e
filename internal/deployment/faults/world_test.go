package faults

import (
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// start is when the tests' clock begins: in no test does real time matter.
var start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// world is a mock of the API on a clock on which waiting takes no time.
type world struct {
	*caastest.Server
	clock *caastest.FakeClock
}

func newWorld(t testing.TB, o caastest.Options) *world {
	t.Helper()
	clock := caastest.NewFakeClock(start)
	o.Clock, o.Token, o.APIKey = clock, plantedToken, plantedKey
	return &world{Server: caastest.Start(t, o), clock: clock}
}
