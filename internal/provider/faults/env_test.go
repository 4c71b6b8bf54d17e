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
	*acctest.Core
	t         testing.TB
	env       *acctest.Env
	interrupt func()          // Ctrl-C
	output    strings.Builder // all diagnostics
	log       lockedBuffer    // at TRACE
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
	e := &testEnv{Server: env.API, Core: env.Core(t), t: t, env: env}
	e.Token, e.Settings = fmt.Sprintf("%q", secretToken), fmt.Sprintf("api_key = %q", secretAPIKey)
	e.Context = tfsdklogtest.RootLogger(tflogtest.RootLogger(context.Background(), &e.log), &e.log)
	if o.before != (config{}) {
		if !e.apply(e.plan(o.before)) {
			t.Fatalf("the apply before fails: %s", e.output.String())
		}
		env.Clock.Advance(time.Hour)
	}
	return e
}

// plan plans, and prints the diagnostics.
func (e *testEnv) plan(c config) *acctest.Plan {
	p := e.Plan(c.hcl())
	e.print(p.Diagnostics)
	return p
}

// apply applies a plan, and prints the diagnostics. It returns false after an error.
func (e *testEnv) apply(p *acctest.Plan) bool {
	diagnostics, ok := e.Apply(p)
	e.print(diagnostics)
	return ok
}

// applyReadiness creates the readiness resource of the newest deployment, as
// terraform apply does after the deployment. It returns false after an error.
func (e *testEnv) applyReadiness() bool {
	readiness := e.env.Core(e.t)
	readiness.Type, readiness.Token, readiness.Settings, readiness.Context = "ioneth_caas_deployment_readiness", e.Token, e.Settings, e.Context
	block := fmt.Sprintf("resource %q \"test\" {\n  deployment_id = %q\n  path = \"/health\"\n}\n", readiness.Type, e.newest())
	diagnostics, ok := readiness.Apply(readiness.Plan(block))
	e.print(diagnostics)
	return ok
}

func (e *testEnv) print(diagnostics []string) {
	for _, text := range diagnostics {
		fmt.Fprintf(&e.output, "%s\n\n", text)
	}
}

// id returns the ID of the deployment in the state, "" when there is none.
func (e *testEnv) id() string {
	id, _ := e.State()["deployment_id"].(string)
	return id
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
