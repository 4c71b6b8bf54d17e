package caastest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// get sends a request and returns the status.
func get(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test-token")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

func TestContract_everyOperationHasAHandler(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	var documented []string
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			documented = append(documented, operation.OperationID)
		}
	}
	slices.Sort(documented)
	if handled := slices.Sorted(maps.Keys(new(Server).operations())); !slices.Equal(documented, handled) {
		t.Errorf("documented %v\nhandled    %v", documented, handled)
	}
}

func TestContract_findsInvalidRepliesOfTheMock(t *testing.T) {
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+Prefix+"/deployment/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, reply := range map[string]response{
		"member": data(object{"id": "x", "more": 1}),
		"status": reject(418, "short and stout"),
		"null":   data(nil),
	} {
		if v := c.match(req, nil).validateResponse(t.Context(), reply); len(v) != 1 || !strings.Contains(v[0], ": reply: ") {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// fakeTest is a test that may fail without failing the real one.
type fakeTest struct {
	testing.TB
	cleanups []func()
	failed   bool
}

func (f *fakeTest) Helper()               {}
func (f *fakeTest) Cleanup(c func())      { f.cleanups = append(f.cleanups, c) }
func (f *fakeTest) Errorf(string, ...any) { f.failed = true }

func TestStart_failsTheTestOnAViolation(t *testing.T) {
	for _, tc := range []struct {
		path              string
		allow, skip, want bool
	}{
		{path: "/nowhere", want: true},
		{path: "/nowhere", allow: true},
		{path: "/nowhere", skip: true},
		{path: Prefix + "/deployments"},
	} {
		fake := &fakeTest{TB: t}
		s := Start(fake, Options{SkipContract: tc.skip})
		if tc.allow {
			s.AllowViolations()
		}
		get(t, s.URL()+tc.path)
		for _, cleanup := range fake.cleanups {
			cleanup()
		}
		if fake.failed != tc.want {
			t.Errorf("%+v: failed: %v", tc, fake.failed)
		}
	}
}

func TestNew_invalidAddress(t *testing.T) {
	if s, err := New(Options{Addr: "256.0.0.1:0"}); err == nil {
		s.Close()
		t.Error("listening")
	}
}
