package deployment_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// testService is a service on a fake clock whose client calls the mock without a
// network.
type testService struct {
	*deployment.Service
	t       *testing.T
	api     *caastest.Server
	clock   *caastest.Clock
	ctx     context.Context //nolint:containedctx // lives as long as the test
	cancel  context.CancelFunc
	refused func(*http.Request) bool // no connection is made for these requests
}

// newService starts a mock and returns a service that calls it.
func newService(t *testing.T, o caastest.Options) *testService {
	t.Helper()
	s := &testService{t: t, clock: caastest.NewClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}
	o.Clock = s.clock
	s.api = caastest.Start(t, o)
	s.ctx, s.cancel = context.WithCancel(t.Context())
	s.start(nil)
	return s
}

// start makes the service of a new process, whose purchases may cost maxTotal USDC
// together, any amount when it is nil.
func (s *testService) start(maxTotal *float64) {
	s.Service = deployment.NewService(caas.New(caas.Config{
		Endpoint: &url.URL{Scheme: "http", Host: "api.test"}, Token: "test-token",
		RequestTimeout: 30 * time.Second, MaxRetries: 2, Clock: s.clock, Transport: s,
	}), s.clock, maxTotal)
}

// RoundTrip implements http.RoundTripper.
func (s *testService) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.refused != nil && s.refused(req) {
		return nil, errors.New("connection refused")
	}
	return serve(s.api, req)
}

// serve performs a request at a mock without a network.
func serve(api *caastest.Server, req *http.Request) (resp *http.Response, err error) {
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	recorder := httptest.NewRecorder()
	defer func() {
		if recover() == nil {
			return
		}
		// The mock breaks a connection by a panic.
		if err = errors.New("connection reset by peer"); recorder.Body.Len() > 0 {
			resp, err = recorder.Result(), nil
			resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(recorder.Body.Bytes()), errorReader{}))
		}
	}()
	api.ServeHTTP(recorder, req)
	return recorder.Result(), nil
}

// errorReader is the end of a response that is not complete.
type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// testSpec is what most tests deploy.
func testSpec() deployment.Spec {
	return deployment.Spec{
		Name: "vllm", Hours: 24, GPUsPerContainer: 8, HardwareID: 203, Replicas: 1, LocationIDs: []int64{1},
		Entrypoint: []string{"serve"}, TrafficPort: 8000, Image: "vllm/vllm-openai:v1",
	}
}

// add adds a deployment as testSpec asks for it, with a change, and returns its
// ID.
func (s *testService) add(change func(*caastest.Deployment)) string {
	d := caastest.Deployment{
		Name: "vllm", Entrypoint: []string{"serve"}, TrafficPort: 8000, ImageURL: "vllm/vllm-openai:v1",
	}
	if change != nil {
		change(&d)
	}
	return s.api.Add(d)
}

// withStatus is a change for add.
func withStatus(status string) func(*caastest.Deployment) {
	return func(d *caastest.Deployment) { d.Status = status }
}

// edit gives a deployment another status.
func (s *testService) edit(id, status string) {
	s.api.Edit(id, func(d *caastest.Deployment) { d.Status = status })
}

// within returns a context that ends after d.
func (s *testService) within(d time.Duration) context.Context {
	ctx, cancel := s.WithTimeout(s.ctx, d)
	s.t.Cleanup(cancel)
	return ctx
}

// elapsed calls f and returns how long it took on the clock.
func (s *testService) elapsed(f func()) time.Duration {
	start := s.Now()
	f()
	return s.Now().Sub(start)
}

// fail makes all further requests that match fail.
func (s *testService) fail(method, path string, status int) {
	s.api.Inject(caastest.Fault{Method: method, Path: path, Times: -1, Status: status, Body: `{"detail": "fault"}`})
}

// calls returns the requests in their order, as "PATCH /deployment/ID", those with
// the method GET only with reads.
func (s *testService) calls(reads bool) []string {
	var calls []string
	for _, r := range s.api.Requests("", "") {
		if reads || r.Method != http.MethodGet {
			calls = append(calls, r.Method+" "+strings.TrimPrefix(r.Path, caastest.Prefix))
		}
	}
	return calls
}

// wantCalls fails the test unless exactly these changes were requested.
func (s *testService) wantCalls(want ...string) {
	s.t.Helper()
	if got := s.calls(false); !slices.Equal(got, want) {
		s.t.Errorf("requested %q, want %q", got, want)
	}
}

// wantError fails the test unless err wraps want.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got the error %v, want %v", err, want)
	}
}

// wantErrorAs fails the test unless err is an E, and returns it.
func wantErrorAs[E error](t *testing.T, err error) E {
	t.Helper()
	var found E
	if !errors.As(err, &found) {
		t.Fatalf("got the error %v, want a %T", err, found)
	}
	return found
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func wantEqual[V comparable](t *testing.T, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// wantWaited fails the test unless low ≤ got ≤ high.
func wantWaited(t *testing.T, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("waited %s, want %s to %s", got, low, high)
	}
}

func TestService_Redact(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	spec := testSpec()
	spec.SecretEnv = deployment.Secret[map[string]string]{Value: map[string]string{"KEY": "hunter2-secret"}, Set: true}
	spec.RegistrySecret = deployment.Secret[string]{Value: "registry-password", Set: true}
	s.Redact(spec)
	s.api.Fail(id, "cannot start with hunter2-secret and registry-password")
	d, err := s.Read(s.ctx, id)
	noError(t, err)
	events := d.Containers[0].Events
	if message := events[len(events)-1].Message; strings.Contains(message, "hunter2") || strings.Contains(message, "password") {
		t.Errorf("a secret is shown: %q", message)
	}
}

func TestLogs_ofTheAPI(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	d, err := s.Read(s.ctx, id)
	noError(t, err)
	s.api.SetLog(d.Containers[0].ContainerID, "stdout", "one", "two", "three")
	var printed []string
	options := deployment.LogOptions{Streams: deployment.LogStreams, Lines: 2}
	failed := s.Logs(s.ctx, id, d.Containers, options, func(message string) { printed = append(printed, message) })
	prefix := "Container " + d.Containers[0].ContainerID
	wantEqual(t, "errors", len(failed), 0)
	wantEqual(t, "stdout", printed[0], prefix+", stdout, last 2 lines:\ntwo\nthree")
	wantEqual(t, "stderr", printed[1], prefix+", stderr: empty")
	s.fail("GET", "/deployment/{}/log/{}", 404)
	failed = s.Logs(s.ctx, id, d.Containers, options, func(string) {})
	wantEqual(t, "errors", len(failed) == 2 && !failed[0].Opened && caas.IsNotFound(failed[0]), true)
}
