package faults

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The secrets that are given to the provider, none of which may appear anywhere.
const (
	secretToken    = "secret-token-T0k3n"
	secretAPIKey   = "secret-key-K3y"
	secretVariable = `secret variable "V4r"`
	secretRegistry = "secret-registry-R3g"
)

var secrets = []string{secretToken, secretAPIKey, secretVariable, "V4r", secretRegistry}

// testEnv is a mock API on a fake clock, and one Terraform resource.
type testEnv struct {
	*caastest.Server
	t         testing.TB
	clock     *caastest.FakeClock
	ctx       context.Context
	interrupt func()          // Ctrl-C
	state     *resourceState  // nil: not in the state
	shown     strings.Builder // the diagnostics
	log       *lockedBuffer   // at TRACE
	// applyOutput is what the applies with faults have shown, without the plans, which name every purchase.
	applyOutput string
	listDelay   time.Duration // how long a new deployment is missing from the list
	unrelated   int           // how many deployments of the account are not the resource's

	// violations are the invariants found violated, by invariant.
	violations map[string]string
	// hiddenHours of the first deployment are bought and not yet returned by the API, see delayTotal.
	hiddenHours int
	hiddenUntil time.Time
}

func newTestEnv(t testing.TB, listDelay time.Duration) *testEnv {
	t.Helper()
	clock := caastest.NewFakeClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	timings := caastest.Timings{Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second, List: listDelay}
	mock := caastest.Start(t, caastest.Options{Clock: clock, Token: secretToken, APIKey: secretAPIKey, Timings: timings})
	log := &lockedBuffer{}
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(context.Background(), log), log)
	return &testEnv{Server: mock, t: t, clock: clock, ctx: ctx, log: log, listDelay: listDelay, violations: map[string]string{}}
}

// violate records that an invariant is violated.
func (e *testEnv) violate(invariant, format string, args ...any) {
	e.violations[invariant] += fmt.Sprintf(format, args...) + "\n"
}

// show records diagnostics as shown to the user. It returns false when there is
// an error among them.
func (e *testEnv) show(diags []*tfprotov6.Diagnostic) bool {
	for _, d := range diags {
		fmt.Fprintf(&e.shown, "%s: %s\n%s\n\n", d.Severity, d.Summary, d.Detail)
	}
	return len(errorsIn(diags)) == 0
}

// output returns all diagnostics shown so far.
func (e *testEnv) output() string { return e.shown.String() }

// deployments returns the deployments of the resource, ended ones included.
func (e *testEnv) deployments() []caastest.Deployment { return e.Deployments()[e.unrelated:] }

// live returns the deployments of the resource that have not ended.
func (e *testEnv) live() []caastest.Deployment {
	return slices.DeleteFunc(e.deployments(), func(d caastest.Deployment) bool { return d.Ended() })
}

// newest returns the id of the resource's last deployment, "" when there is none.
func (e *testEnv) newest() string {
	if all := e.deployments(); len(all) > 0 {
		return all[len(all)-1].ID
	}
	return ""
}

// baseline is a running deployment and its state, bought once for all tests that
// start with one.
type baseline struct {
	deployment caastest.Deployment
	state      resourceState
}

func newBaseline(t testing.TB) baseline {
	t.Helper()
	e := newTestEnv(t, 0)
	for range 9 { // the ids of a mock are a sequence: skip those that the tests will use
		e.Add(caastest.Deployment{})
	}
	if !e.apply(e.plan(baseConfig)) {
		t.Fatalf("failed to create the deployment: %s", e.output())
	}
	return baseline{e.Deployments()[9], *e.state}
}

// restore starts the test one hour after the deployment has started.
func (e *testEnv) restore(b baseline) {
	e.clock.Advance(b.deployment.Started.Sub(e.clock.Now()) + time.Hour)
	e.Add(b.deployment)
	e.state = &b.state
}

// request is the API calls that a fault affects: those of a method and a path, in
// which {} stands for any segment, after the first skip ones.
type request struct {
	method, path string
	skip         int
}

// refusal reports whether the connection of a request is refused.
type refusal func(*http.Request) bool

// refusals holds the refusal of each mock by its host. A server
// can't refuse a connection, so the proxy function of the default transport does,
// which the provider's client copies.
var refusals sync.Map

func init() {
	http.DefaultTransport.(*http.Transport).Proxy = func(r *http.Request) (*url.URL, error) {
		if refuses, ok := refusals.Load(r.URL.Host); ok && refuses.(refusal)(r) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
		return nil, nil
	}
}

// refuseConnections refuses the connections of so many requests; a negative
// number is all of them.
func (e *testEnv) refuseConnections(at request, times int) {
	var mu sync.Mutex
	refusals.Store(strings.TrimPrefix(e.URL(), "http://"), refusal(func(r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		pattern := caastest.Prefix + strings.ReplaceAll(at.path, "{}", "*")
		if matches, _ := path.Match(pattern, r.URL.Path); times == 0 || r.Method != at.method || !matches {
			return false
		}
		if at.skip > 0 {
			at.skip--
			return false
		}
		times--
		return true
	}))
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
