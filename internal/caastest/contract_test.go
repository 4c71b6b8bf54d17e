package caastest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// send sends a request with the right credential and returns the status.
func send(t *testing.T, s *Server, method, path, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test-token")
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

func TestContract_namesTheCallsThatAreServed(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for call := range new(Server).calls() {
		served[call] = true
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			call := method + " " + path
			if !served[call] {
				t.Errorf("not served: %s", call)
			}
			delete(served, call)
		}
	}
	for call := range served {
		t.Errorf("not in the contract: %s", call)
	}
}

func TestContract_findsBadRequests(t *testing.T) {
	const config = `"container_config":{"replica_count":1,"entrypoint":["x"],"traffic_port":1}`
	const rest = `"hardware_id":203,"location_ids":[1],"registry_config":{}`
	good := `{"resource_private_name":"app","duration_hours":1,"gpus_per_container":8,` + config + `,` + rest + `}`
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		violation          string // empty: none
	}{
		"good":           {"POST", Prefix + "/deploy", good, 200, ""},
		"gpus":           {"POST", Prefix + "/deploy", strings.Replace(good, ":8,", ":4,", 1), 422, "gpus_per_container"},
		"all of them":    {"POST", Prefix + "/deploy", `{"gpus_per_container":4}`, 422, `"container_config" is missing`},
		"unknown member": {"POST", Prefix + "/deploy", strings.Replace(good, `"registry_config":{}`, `"registry_config":{"x":1}`, 1), 422, `"x"`},
		"empty args":     {"POST", Prefix + "/deploy", strings.Replace(good, `"traffic_port"`, `"args":[],"traffic_port"`, 1), 422, "args"},
		"path":           {"GET", Prefix + "/deploymentz", "", 404, "no matching operation"},
		"empty id":       {"GET", Prefix + "/deployment//containers", "", 404, "GET " + Prefix + "/deployment//containers"},
		"method":         {"PUT", Prefix + "/deploy", "", 404, "PUT"},
		"parameter":      {"GET", Prefix + "/deployments?limit=5", "", 200, `unknown parameter "limit"`},
		"twice":          {"GET", Prefix + "/deployments?page=0&page=1", "", 200, "2 times"},
		"page size":      {"GET", Prefix + "/deployments?page_size=101", "", 422, "page_size"},
		"body":           {"DELETE", Prefix + "/deployment/x", "{}", 404, "not allowed"},
		"list as text": {
			"GET", Prefix + "/price?hardware_id=203&duration_hours=1&gpus_per_container=8&replica_count=1&location_ids=1,2",
			"", 422, "location_ids",
		},
		"nothing to change": {"PATCH", Prefix + "/deployment/x", "{}", 404, "properties"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Start(t, Options{})
			s.AllowViolations()
			if got := send(t, s, tc.method, tc.path, tc.body); got != tc.status {
				t.Errorf("status %d, want %d", got, tc.status)
			}
			found := strings.Join(s.Violations(), "\n")
			if found == "" != (tc.violation == "") || !strings.Contains(found, tc.violation) {
				t.Errorf("violations: %q, want one with %q", found, tc.violation)
			}
		})
	}
}

func TestContract_findsBadReplies(t *testing.T) {
	s := Start(t, Options{})
	s.AllowViolations()
	for name, a := range map[string]answer{
		"member":  reply(200, map[string]any{"status": "running", "deployment_id": "x", "more": 1}),
		"status":  reply(418, map[string]any{"detail": "short and stout"}),
		"no data": reply(200, map[string]any{"data": nil}),
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL()+Prefix+"/deployment/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		before := len(s.Violations())
		s.judge(req, nil).answer(t.Context(), a)
		if len(s.Violations()) != before+1 {
			t.Errorf("%s: not found", name)
		}
	}
}

// recorder is a test that may fail without failing this one.
type recorder struct {
	testing.TB
	cleanups []func()
	failed   bool
}

func (r *recorder) Helper()                  {}
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(string, ...any)    { r.failed = true }
func (r *recorder) Context() context.Context { return r.TB.Context() }

func TestStart_failsATestThatBreaksTheContract(t *testing.T) {
	for _, tc := range []struct {
		path   string
		allow  bool
		absent bool
		want   bool
	}{
		{path: "/nowhere", want: true},
		{path: "/nowhere", allow: true},
		{path: "/nowhere", absent: true},
		{path: Prefix + "/deployments"},
	} {
		r := &recorder{TB: t}
		s := Start(r, Options{AbsentContract: tc.absent})
		if tc.allow {
			s.AllowViolations()
		}
		send(t, s, "GET", tc.path, "")
		for _, f := range r.cleanups {
			f()
		}
		if r.failed != tc.want {
			t.Errorf("%+v: failed: %v", tc, r.failed)
		}
	}
}

func TestNew_refusesAnAddressItCannotListenOn(t *testing.T) {
	if s, err := New(Options{Addr: "256.0.0.1:0"}); err == nil {
		s.Close()
		t.Error("listening")
	}
}
