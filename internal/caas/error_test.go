package caas_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestError_reason shows the reason for each form of a rejection.
func TestError_reason(t *testing.T) {
	const none = "no error message"
	for body, want := range map[string]string{
		// A list of problems.
		`{"detail":[{"loc":["body","gpus_per_container"],"msg":"Input should be 8","type":"literal_error"},
			{"loc":["body","container_config","args",0],"msg":"too short"}]}`: "gpus_per_container: Input should be 8; container_config.args.0: too short",
		`{"detail":[{"loc":["query","page"],"msg":"bad","type":"x"}]}`:                            "page: bad",
		`{"detail":[{"loc":["body","args"],"type":"extra_forbidden"}]}`:                           "args: extra_forbidden",
		`{"detail":[{"loc":{"x":1},"msg":"bad"},{"loc":["body",null,"args"],"msg":"worse"}]}`:     "bad; args: worse",
		`{"detail":[{"loc":["body"],"msg":"bad"},{"msg":"worse"},{"msg":7},null,"and a string"]}`: "bad; worse; and a string",
		`{"data":null,"detail":[{"loc":["body","args"],"msg":"bad"}]}`:                            "args: bad",
		`{"detail":[]}`: none,
		// A string, at whatever level it is.
		`{"detail":"Deployment is over"}`:                           "Deployment is over",
		`{"data":{"detail":"Deployment is over"}}`:                  "Deployment is over",
		`{"data":null,"detail":"Deployment is over"}`:               "Deployment is over",
		`{"data":{"id":"x"},"message":"Deployment is over"}`:        "Deployment is over",
		`{"detail":null,"message":"second","error":"not the last"}`: "second",
		`{"detail":{"message":"No such thing","code":7}}`:           "No such thing",
		`{"detail":{"msg":"No such thing"}}`:                        "No such thing",
		`{"error":"no route"}`:                                      "no route",
		`{"error":{"message":"no route"}}`:                          "no route",
		`{"detail":7}`:                                              "7",
		// Neither.
		"<html><body>" + strings.Repeat("Bad Gateway ", 100) + "</body></html>": "an HTML page of 1226 bytes from a gateway, instead of the API's JSON",
		"no":     "2 bytes that are not a JSON object",
		`["no"]`: "6 bytes that are not a JSON object",
		"null":   none, "": none, " \r\n": none, `{"detail":{"x":[1]}}`: none,
	} {
		h := newHarness(t, respond(422, body))
		e := apiError(t, h.client.Destroy(t.Context(), someID))
		if e.Reason() != want || e.Error() != want+" (DELETE "+prefix+"/deployment/"+someID+": 422 Unprocessable Entity)" {
			t.Errorf("%s:\ngot  %q\nwant %q", body, e.Error(), want)
		}
		h.wantSent(1, 0)
	}
	e := apiError(t, newHarness(t, respond(401, `{"detail":"Invalid token"}`)).client.Destroy(t.Context(), someID))
	contains(t, e.Reason(), "Invalid token; the token or API key is missing, wrong or expired", "21 days", "a project other than IO Cloud", "no credits")
}

// TestError_problems keep their place, which puts a 422 on an attribute, and leave
// out what the API repeats of the request.
func TestError_problems(t *testing.T) {
	h := newHarness(t, respond(422, `{"detail":[{"loc":["body","container_config","args",0],"msg":"m","type":"t","input":"never shown","ctx":{}},
		{"loc":null,"msg":"n","type":"u"}]}`))
	want := []caas.Problem{{Loc: []string{"body", "container_config", "args", "0"}, Msg: "m", Type: "t"}, {Msg: "n", Type: "u"}}
	if e := apiError(t, h.client.Destroy(t.Context(), someID)); !reflect.DeepEqual(e.Problems, want) || strings.Contains(e.Error(), "never shown") {
		t.Errorf("got %+v, want %+v: %v", e.Problems, want, e)
	}
}

// TestError_where names the escaped path, and the status where there is one.
func TestError_where(t *testing.T) {
	for want, step := range map[string]http.HandlerFunc{
		"404 Not Found": respond(404, ``), "499": respond(499, ``), "no complete response": reset,
	} {
		e := apiError(t, newHarness(t, step, withRetries(0)).client.Destroy(t.Context(), "a/b"))
		if want := "DELETE " + prefix + "/deployment/a%2Fb: " + want; e.Where() != want {
			t.Errorf("got %q, want %q", e.Where(), want)
		}
	}
}

// TestError_ofDeployment: a response without an ID or a status would be taken for
// drift. It is not repeated, but a later one may have them.
func TestError_ofDeployment(t *testing.T) {
	for body, reason := range map[string]string{
		`{"data":[]}`: "unexpected structure", `{}`: "it has no id or no status", `{"id":"x","status":" "}`: "it has no id or no status",
		`{"status":"running"}`: "it has no id or no status", `{"data":null,"detail":"not yet known"}`: "not yet known; ",
	} {
		h := newHarness(t, respond(200, body))
		d, err := h.client.Deployment(t.Context(), someID)
		if d != nil || predicates(err) != (holds{accepted: true, transient: true}) {
			t.Errorf("%s: got %+v, %v", body, d, err)
		}
		contains(t, err.Error(), reason)
		h.wantSent(1, 0)
	}
}
