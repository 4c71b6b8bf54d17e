package faults

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The secrets that are given to the provider, none of which may appear anywhere.
const (
	secretToken    = "secret-token-T0k3n"
	secretAPIKey   = "secret-key-K3y"
	secretVariable = `secret variable "V4r"`
	secretRegistry = "secret-registry-R3g"
)

// testEnv is a mock API on a fake clock, and one deployment resource.
type testEnv struct {
	*caastest.Server
	t         testing.TB
	clock     *caastest.Clock
	ctx       context.Context
	interrupt func()          // Ctrl-C
	state     *resourceState  // nil: not in the state
	output    strings.Builder // all diagnostics
	log       *lockedBuffer   // at TRACE
}

// newTestEnv starts a mock and applies what the operation starts from.
func newTestEnv(t testing.TB, o operation) *testEnv {
	env := acctest.New(t, caastest.Options{
		Token: secretToken, APIKey: secretAPIKey, Format: o.format, SkipContract: true, ServePublicURLs: o.readiness,
		Timings: caastest.Timings{
			Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second,
			Ready: 90 * time.Minute, List: o.late, ShowExtended: o.late,
		},
	})
	log := &lockedBuffer{}
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(context.Background(), log), log)
	e := &testEnv{Server: env.API, t: t, clock: env.Clock, ctx: ctx, log: log}
	if o.before != nil {
		if !e.apply(e.plan(o.before)) {
			t.Fatalf("the apply before fails: %s", e.output.String())
		}
		e.clock.Advance(time.Hour)
	}
	return e
}

// violate fails the test because an invariant is violated.
func (e *testEnv) violate(invariant, format string, args ...any) {
	e.t.Helper()
	e.t.Errorf("violated: %s: %s\nTerraform output:\n%s", invariant, fmt.Sprintf(format, args...), e.output.String())
}

// print adds diagnostics to the output. It returns false after an error.
func (e *testEnv) print(diags []*tfprotov6.Diagnostic) bool {
	for _, d := range diags {
		fmt.Fprintf(&e.output, "%s: %s\n%s\n\n", d.Severity, d.Summary, d.Detail)
	}
	return len(errorsIn(diags)) == 0
}

// live returns the deployments that have not ended.
func (e *testEnv) live() []caastest.Deployment {
	return slices.DeleteFunc(e.Deployments(), func(d caastest.Deployment) bool { return d.Ended() })
}

// newest returns the ID of the last deployment, "" when there is none.
func (e *testEnv) newest() (id string) {
	for _, d := range e.Deployments() {
		id = d.ID
	}
	return id
}

// lockedBuffer is a buffer that several goroutines write to.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}
