package caas_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestError_reason pins the reason for each form of rejection.
func TestError_reason(t *testing.T) {
	page := "<html><body>" + strings.Repeat("Bad Gateway ", 100) + "</body></html>"
	for name, test := range map[string]struct {
		status int
		body   string
		reason string
	}{
		"422 list": {422, `{"detail":[{"loc":["body","gpus_per_container"],"msg":"Input should be 8","type":"literal_error"},
			{"loc":["body","container_config","args",0],"msg":"too short","type":"x"}]}`,
			"gpus_per_container: Input should be 8; container_config.args.0: too short"},
		"422 list of another place":  {422, `{"detail":[{"loc":["query","page"],"msg":"bad","type":"x"}]}`, "query.page: bad"},
		"422 without a message":      {422, `{"detail":[{"loc":["body","args"],"type":"extra_forbidden"}]}`, "args: extra_forbidden"},
		"422 with a strange loc":     {422, `{"detail":[{"loc":{"x":1},"msg":"bad"},{"loc":["body","args"],"msg":"worse"}]}`, "bad; args: worse"},
		"422 list of texts":          {422, `{"detail":["first","second"]}`, "first; second"},
		"422 list with null":         {422, `{"detail":[null,{"msg":"bad"}]}`, "bad"},
		"422 empty list":             {422, `{"detail":[]}`, "no error message"},
		"4xx text":                   {409, `{"detail":"Deployment is over"}`, "Deployment is over"},
		"4xx text, wrapped":          {409, `{"data":{"detail":"Deployment is over"}}`, "Deployment is over"},
		"4xx object":                 {400, `{"detail":{"message":"No such thing","code":7}}`, "No such thing"},
		"4xx object with msg":        {400, `{"detail":{"msg":"No such thing"}}`, "No such thing"},
		"message of a gateway":       {404, `{"message":"Forbidden"}`, "Forbidden"},
		"beside a null data":         {409, `{"data":null,"detail":"Deployment is over"}`, "Deployment is over"},
		"422 beside a null data":     {422, `{"data":null,"detail":[{"loc":["body","args"],"msg":"bad"}]}`, "args: bad"},
		"above the data":             {409, `{"data":{"id":"x"},"message":"Deployment is over"}`, "Deployment is over"},
		"error of a gateway":         {404, `{"error":"no route"}`, "no route"},
		"error object of a gateway":  {404, `{"error":{"message":"no route"}}`, "no route"},
		"HTML page":                  {404, page, "a gateway returned an HTML page of 1226 bytes instead of the API's JSON"},
		"plain text":                 {404, "no", "the response is 2 bytes that are not a JSON object"},
		"JSON but no object":         {404, `["no"]`, "the response is 6 bytes that are not a JSON object"},
		"null":                       {404, "null", "no error message"},
		"nothing at all":             {404, "", "no error message"},
		"blanks":                     {404, " \r\n", "no error message"},
		"a detail of a strange kind": {404, `{"detail":{"x":[1]}}`, "no error message"},
		"a number for a string":      {404, `{"detail":7}`, "7"},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, reply(test.status, test.body))
			_, err := r.client.Deployment(t.Context(), someID)
			e := apiError(t, err)
			if e.Reason() != test.reason {
				t.Errorf("got  %q\nwant %q", e.Reason(), test.reason)
			}
			contains(t, err.Error(), test.reason, "GET "+prefix+"/deployment/"+someID)
			r.wantSent(1)
		})
	}
}

// TestError_credential: the likely causes follow what the API returned, and the
// status stays what it was.
func TestError_credential(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		begins string
	}{
		"401":          {401, `{"detail":"Invalid token"}`, "Invalid token; the token or API key is missing, wrong or expired"},
		"403":          {403, ``, "the token or API key is missing, wrong or expired"},
		"400":          {400, `{"key_set":true}`, "the token or API key is missing, wrong or expired"},
		"400, wrapped": {400, `{"data":{"key_set":true}}`, "the token or API key is missing, wrong or expired"},
	} {
		err := onScript(t, reply(test.status, test.body)).client.Destroy(t.Context(), someID)
		e := apiError(t, err)
		if e.Status != test.status || !caas.IsUnauthorized(err) || !caas.IsRejected(err) || !strings.HasPrefix(e.Reason(), test.begins) {
			t.Errorf("%s: %#v", name, e)
		}
		contains(t, e.Reason(), "21 days", "another project than IO Cloud", "no credits")
	}
	if err := onScript(t, reply(400, `{"detail":"x"}`)).client.Destroy(t.Context(), someID); caas.IsUnauthorized(err) {
		t.Errorf("any 400 is about the credential: %v", err)
	}
}

// TestError_problemsKeepTheirPlace is what puts a 422 on an attribute.
func TestError_problemsKeepTheirPlace(t *testing.T) {
	r := onScript(t, reply(422, `{"detail":[{"loc":["body","container_config","args",0],"msg":"m","type":"t","input":"never shown","ctx":{}},
		{"loc":null,"msg":"n","type":"u"}]}`))
	e := apiError(t, r.client.Destroy(t.Context(), someID))
	want := []caas.Problem{
		{Loc: []string{"body", "container_config", "args", "0"}, Msg: "m", Type: "t"},
		{Msg: "n", Type: "u"},
	}
	if !reflect.DeepEqual(e.Problems, want) {
		t.Errorf("got %+v, want %+v", e.Problems, want)
	}
	lacks(t, e.Error(), "never shown")
}

// TestError_where names method, path and status.
func TestError_where(t *testing.T) {
	for status, want := range map[int]string{
		404: "DELETE " + prefix + "/deployment/a%2Fb: 404 Not Found",
		499: "DELETE " + prefix + "/deployment/a%2Fb: 499",
	} {
		e := apiError(t, onScript(t, reply(status, "")).client.Destroy(t.Context(), "a/b"))
		if e.Where() != want {
			t.Errorf("got %q, want %q", e.Where(), want)
		}
	}
	e := apiError(t, onScript(t, reset, withRetries(0)).client.Destroy(t.Context(), "x"))
	if want := "DELETE " + prefix + "/deployment/x: no complete response"; e.Where() != want {
		t.Errorf("got %q, want %q", e.Where(), want)
	}
}

// TestError_predicates pins, for every kind of reply to a purchase, which
// predicates hold.
func TestError_predicates(t *testing.T) {
	type holds struct{ rejected, accepted, transient, notFound, unauthorized, busy, payment bool }
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   holds
	}{
		"400":                           {reply(400, `{}`), holds{rejected: true}},
		"400 key_set":                   {reply(400, `{"key_set":true}`), holds{rejected: true, unauthorized: true}},
		"400 payment_required":          {reply(400, `{"status":"payment_required"}`), holds{rejected: true, payment: true}},
		"401":                           {reply(401, `{}`), holds{rejected: true, unauthorized: true}},
		"402":                           {reply(402, `{"detail":"no credits"}`), holds{rejected: true, payment: true}},
		"403":                           {reply(403, ``), holds{rejected: true, unauthorized: true}},
		"404":                           {reply(404, ``), holds{rejected: true, notFound: true}},
		"408":                           {reply(408, ``), holds{transient: true}},
		"409":                           {reply(409, ``), holds{rejected: true, busy: true}},
		"422":                           {reply(422, `{"detail":[]}`), holds{rejected: true}},
		"423":                           {reply(423, ``), holds{rejected: true, busy: true}},
		"302":                           {reply(302, ``, "Location", "/x"), holds{}},
		"500":                           {reply(500, ``), holds{transient: true}},
		"501":                           {reply(501, ``), holds{}},
		"502":                           {reply(502, `<html>`), holds{transient: true}},
		"200 payment_required":          {reply(200, `{"status":"payment_required"}`), holds{rejected: true, payment: true}},
		"200 Payment_Required, deep":    {reply(200, `{"data":{"status":"Payment_Required","deployment_id":null}}`), holds{rejected: true, payment: true}},
		"200 payment_required, no data": {reply(200, `{"status":"payment_required","data":null}`), holds{rejected: true, payment: true}},
		"200 payment_required, above":   {reply(200, `{"status":"payment_required","data":{"id":null}}`), holds{rejected: true, payment: true}},
		"200 without id":                {reply(200, `{"status":"deployment requested"}`), holds{accepted: true}},
		"200 with an empty id":          {reply(200, `{"status":"deployment requested","deployment_id":""}`), holds{accepted: true}},
		"200 empty":                     {reply(200, ``), holds{accepted: true}},
		"200 blank":                     {reply(200, " \n"), holds{accepted: true}},
		"200 null":                      {reply(200, `null`), holds{accepted: true}},
		"204":                           {reply(204, ``), holds{accepted: true}},
		"200 HTML":                      {reply(200, `<html>`), holds{accepted: true}},
		"200 JSON cut short":            {reply(200, `{"status":"deployment requ`), holds{accepted: true}},
		"200 of another structure":      {reply(200, `[1]`), holds{accepted: true}},
		"200 truncated":                 {cut(`{"status":"deployment requested"}`), holds{transient: true}},
		"reset":                         {reset, holds{transient: true}},
		"no reply in time":              {hang(31e9), holds{transient: true}},
		"200 too large":                 {reply(200, `"`+strings.Repeat("x", 9<<20)+`"`), holds{}},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, test.answer)
			_, err := r.client.Deploy(t.Context(), smallRequest())
			_ = apiError(t, err)
			got := holds{
				caas.IsRejected(err), caas.IsAccepted(err), caas.IsTransient(err), caas.IsNotFound(err), caas.IsUnauthorized(err), caas.IsBusy(err),
				errors.Is(err, caas.ErrPaymentRequired),
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v: %v", got, test.want, err)
			}
			if name == "204" {
				contains(t, err.Error(), "204 No Content")
			}
			r.wantSent(1)
		})
	}
}

// TestError_predicatesOfReads: an unusable reply to a read may be another one at
// the next attempt.
func TestError_predicatesOfReads(t *testing.T) {
	for body, says := range map[string]string{
		`<html>`: "the response is not JSON", ``: "the response is not JSON", `{"data":[]}`: "unexpected structure", `{}`: "it has no id or no status",
		`{"data":null,"detail":"not yet known"}`: "not yet known; ", `{"id":"x","status":" "}`: "it has no id or no status",
	} {
		d, err := onScript(t, reply(200, body), withRetries(1)).client.Deployment(t.Context(), someID)
		if d != nil || !caas.IsAccepted(err) || !caas.IsTransient(err) || caas.IsRejected(err) {
			t.Errorf("%s: got %+v, %v", body, d, err)
		}
		contains(t, err.Error(), says)
	}
	for _, err := range []error{nil, context.Canceled, errors.New("404")} {
		if caas.IsRejected(err) || caas.IsNotFound(err) || caas.IsUnauthorized(err) || caas.IsAccepted(err) || caas.IsTransient(err) || caas.IsBusy(err) {
			t.Errorf("a predicate holds for %v", err)
		}
	}
}

// TestError_extend is the other purchase: any success without payment_required is
// one.
func TestError_extend(t *testing.T) {
	for body, want := range map[string]error{
		`{"data":{"status":"PAYMENT_REQUIRED"}}`: caas.ErrPaymentRequired, `{"status":"payment_required","data":null}`: caas.ErrPaymentRequired,
		``: nil, `{"data":{"id":"d","status":"running"}}`: nil, `{"data":null}`: nil, `[]`: nil,
	} {
		err := onScript(t, reply(200, body)).client.Extend(t.Context(), someID, 1)
		if !errors.Is(err, want) || (err == nil) != (want == nil) || err != nil && !caas.IsRejected(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if err := onScript(t, reply(200, `<html>`)).client.Extend(t.Context(), someID, 1); !caas.IsAccepted(err) || caas.IsRejected(err) {
		t.Errorf("a page: %v", err)
	}
}

// TestError_ofEveryCall names the request.
func TestError_ofEveryCall(t *testing.T) {
	for _, c := range everyCall {
		_, err := c.do(t.Context(), onScript(t, reply(404, `{"detail":"Not Found"}`)).client)
		e := apiError(t, err)
		if e.Method != c.method || !strings.HasPrefix(e.Path, prefix) && c.name != "Locations" || !caas.IsNotFound(err) {
			t.Errorf("%s: the error is of %s %s: %v", c.name, e.Method, e.Path, err)
		}
	}
}
