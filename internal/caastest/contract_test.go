package caastest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

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
	if handled := slices.Sorted(maps.Keys(operations)); !slices.Equal(documented, handled) {
		t.Errorf("documented %v\nhandled    %v", documented, handled)
	}
}

func TestContract_findsInvalidRepliesOfTheMock(t *testing.T) {
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	call := match(contract, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Prefix+"/deployment/x", nil), nil)
	for name, reply := range map[string]response{
		"member": data(object{"id": "x", "more": 1}),
		"status": reject(http.StatusTeapot, "short and stout"),
		"null":   data(nil),
	} {
		if call.validateReply(t.Context(), reply) == nil {
			t.Errorf("%s: no violation", name)
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
	for name, tc := range map[string]struct {
		path              string
		allow, skip, want bool
	}{
		"valid":             {path: Prefix + "/deployments"},
		"unknown path":      {path: "/nowhere", want: true},
		"empty id":          {path: Prefix + "/deployment//containers", want: true},
		"unknown parameter": {path: Prefix + "/deployments?limit=5", want: true},
		"invalid parameter": {path: Prefix + "/deployments?page_size=101", want: true},
		"allowed":           {path: "/nowhere", allow: true},
		"not checked":       {path: "/nowhere", skip: true},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &fakeTest{TB: t}
			s := Start(fake, Options{SkipContract: tc.skip})
			if tc.allow {
				s.AllowViolations()
			}
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, tc.path, nil))
			for _, cleanup := range fake.cleanups {
				cleanup()
			}
			if fake.failed != tc.want {
				t.Errorf("failed: %v, want %v", fake.failed, tc.want)
			}
		})
	}
}
