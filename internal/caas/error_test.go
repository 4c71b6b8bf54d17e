package caas_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestError_text pins what is said for each form of refusal.
func TestError_text(t *testing.T) {
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
		"422 with loc as text":       {422, `{"detail":[{"loc":"args","msg":"bad"}]}`, "args: bad"},
		"422 with a strange loc":     {422, `{"detail":[{"loc":{"x":1},"msg":"bad"},{"loc":["body","args"],"msg":"worse"}]}`, "bad; args: worse"},
		"422 list of texts":          {422, `{"detail":["first","second"]}`, "first; second"},
		"422 list with null":         {422, `{"detail":[null,{"msg":"bad"}]}`, "bad"},
		"422 empty list":             {422, `{"detail":[]}`, "the API gave no reason"},
		"4xx text":                   {409, `{"detail":"Deployment is over"}`, "Deployment is over"},
		"4xx text, wrapped":          {409, `{"data":{"detail":"Deployment is over"}}`, "Deployment is over"},
		"4xx object":                 {400, `{"detail":{"message":"No such thing","code":7}}`, "No such thing"},
		"4xx object with msg":        {400, `{"detail":{"msg":"No such thing"}}`, "No such thing"},
		"message of a gateway":       {403, `{"message":"Forbidden"}`, "Forbidden"},
		"error of a gateway":         {404, `{"error":"no route"}`, "no route"},
		"error object of a gateway":  {404, `{"error":{"message":"no route"}}`, "no route"},
		"400 key_set":                {400, `{"key_set":true}`, "the API key is not valid (answered as 400)"},
		"400 key_set, wrapped":       {400, `{"data":{"key_set":true}}`, "the API key is not valid (answered as 400)"},
		"HTML page":                  {404, page, "a gateway answered with an HTML page of 1226 bytes instead of the API's JSON"},
		"plain text":                 {404, "no", "the answer is 2 bytes that are no JSON object"},
		"JSON but no object":         {404, `["no"]`, "the answer is 6 bytes that are no JSON object"},
		"null":                       {404, "null", "the API gave no reason"},
		"nothing at all":             {404, "", "the API gave no reason"},
		"blanks":                     {404, " \r\n", "the API gave no reason"},
		"a detail of a strange kind": {404, `{"detail":{"x":[1]}}`, "the API gave no reason"},
		"a number for a text":        {404, `{"detail":7}`, "7"},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, reply(test.status, test.body))
			_, err := r.client.Deployment(t.Context(), someID)
			e := apiError(t, err)
			if e.Reason() != test.reason {
				t.Errorf("got  %q\nwant %q", e.Reason(), test.reason)
			}
			if strings.HasPrefix(name, "400 key_set") != caas.IsUnauthorized(err) && test.status == 400 {
				t.Errorf("IsUnauthorized is %v", caas.IsUnauthorized(err))
			}
			contains(t, err.Error(), test.reason, "GET "+prefix+"/deployment/"+someID)
			r.wantSent(1)
		})
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
	if want := "DELETE " + prefix + "/deployment/x: no answer"; e.Where() != want {
		t.Errorf("got %q, want %q", e.Where(), want)
	}
}

// TestError_predicates pins, for every kind of answer, which predicates hold.
func TestError_predicates(t *testing.T) {
	type holds struct{ refused, notFound, unauthorized, success, payment, noID bool }
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   holds
	}{
		"400":                         {reply(400, `{}`), holds{refused: true}},
		"400 key_set":                 {reply(400, `{"key_set":true}`), holds{refused: true, unauthorized: true}},
		"401":                         {reply(401, `{}`), holds{refused: true, unauthorized: true}},
		"402":                         {reply(402, `{"detail":"no credits"}`), holds{refused: true, payment: true}},
		"403":                         {reply(403, ``), holds{refused: true, unauthorized: true}},
		"404":                         {reply(404, ``), holds{refused: true, notFound: true}},
		"408":                         {reply(408, ``), holds{}},
		"409":                         {reply(409, ``), holds{refused: true}},
		"422":                         {reply(422, `{"detail":[]}`), holds{refused: true}},
		"302":                         {reply(302, ``, "Location", "/x"), holds{}},
		"500":                         {reply(500, ``), holds{}},
		"501":                         {reply(501, ``), holds{}},
		"502":                         {reply(502, `<html>`), holds{}},
		"200 payment_required":        {reply(200, `{"status":"payment_required"}`), holds{payment: true, success: true}},
		"200 Payment_Required, deep":  {reply(200, `{"data":{"status":"Payment_Required","deployment_id":null}}`), holds{payment: true, success: true}},
		"200 without id":              {reply(200, `{"status":"deployment requested"}`), holds{noID: true, success: true}},
		"200 with an empty id":        {reply(200, `{"status":"deployment requested","deployment_id":""}`), holds{noID: true, success: true}},
		"200 empty":                   {reply(200, ``), holds{noID: true, success: true}},
		"200 blank":                   {reply(200, " \n"), holds{noID: true, success: true}},
		"200 null":                    {reply(200, `null`), holds{noID: true, success: true}},
		"204":                         {reply(204, ``), holds{noID: true, success: true}},
		"200 HTML":                    {reply(200, `<html>`), holds{success: true}},
		"200 JSON cut short":          {reply(200, `{"status":"deployment requ`), holds{success: true}},
		"200 of another shape":        {reply(200, `[1]`), holds{success: true}},
		"200 truncated":               {cut(`{"status":"deployment requested"}`), holds{}},
		"reset":                       {reset, holds{}},
		"no answer in time":           {hang(31e9), holds{}},
		"200 too large":               {reply(200, `"`+strings.Repeat("x", 9<<20)+`"`), holds{}},
		"200 id and payment_required": {reply(200, `{"status":"payment_required","deployment_id":"x"}`), holds{}},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, test.answer)
			_, err := r.client.Deploy(t.Context(), smallRequest())
			if name == "200 id and payment_required" {
				if err != nil {
					t.Errorf("a reply with an id is a deployment: %v", err)
				}
				return
			}
			_ = apiError(t, err)
			got := holds{
				caas.IsRefused(err), caas.IsNotFound(err), caas.IsUnauthorized(err), caas.IsSuccess(err),
				errors.Is(err, caas.ErrPaymentRequired), errors.Is(err, caas.ErrNoID),
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v: %v", got, test.want, err)
			}
			r.wantSent(1)
		})
	}
}

func TestError_predicatesOfOtherErrors(t *testing.T) {
	for _, err := range []error{nil, context.Canceled, errors.New("404")} {
		if caas.IsRefused(err) || caas.IsNotFound(err) || caas.IsUnauthorized(err) || caas.IsSuccess(err) {
			t.Errorf("a predicate holds for %v", err)
		}
	}
}

// TestError_extendWithoutCredits is the other purchase.
func TestError_extendWithoutCredits(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"200": reply(200, `{"data":{"status":"PAYMENT_REQUIRED"}}`), "402": reply(402, `{"detail":"no credits"}`),
	} {
		err := onScript(t, answer).client.Extend(t.Context(), someID, 1)
		if !errors.Is(err, caas.ErrPaymentRequired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"empty": reply(200, ``), "detail": reply(200, `{"data":{"id":"d","status":"running"}}`),
	} {
		if err := onScript(t, answer).client.Extend(t.Context(), someID, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestError_badCredential asks the mock, which answers as the API does.
func TestError_badCredential(t *testing.T) {
	for name, credentials := range map[string][2]string{
		"token": {"wrong", ""}, "key": {"", "wrong"}, "both": {"wrong", "wrong"}, "none": {"", ""},
	} {
		r := onMock(t, caastest.Options{}, withCredentials(credentials[0], credentials[1]))
		r.mock.AllowViolations()
		for _, c := range everyCall {
			if _, err := c.do(t.Context(), r.client); !caas.IsUnauthorized(err) || !caas.IsRefused(err) {
				t.Errorf("%s: %s: %v", name, c.name, err)
			}
		}
	}
}

// TestEveryCall_withoutAnAnswer holds for all calls alike.
func TestEveryCall_withoutAnAnswer(t *testing.T) {
	for _, c := range everyCall {
		for what, answer := range map[string]http.HandlerFunc{
			"HTML page": reply(200, `<html>hello</html>`), "cut short": reply(200, `{"data":{"status":"ru`), "not found": reply(404, `{"detail":"Not Found"}`),
		} {
			r := onScript(t, answer, withRetries(1))
			_, err := c.do(t.Context(), r.client)
			e := apiError(t, err)
			if e.Method != c.method || !strings.HasPrefix(e.Path, prefix) && c.name != "Locations" {
				t.Errorf("%s: %s: the error is of %s %s", c.name, what, e.Method, e.Path)
			}
			if what != "not found" && !caas.IsSuccess(err) || what == "not found" && !caas.IsNotFound(err) {
				t.Errorf("%s: %s: %v", c.name, what, err)
			}
			lacks(t, err.Error(), "hello", "<html>")
		}
	}
}

// TestDeployment_withoutStatus: what says nothing of a deployment is not taken
// for one, which could be written into the state.
func TestDeployment_withoutStatus(t *testing.T) {
	for _, body := range []string{`{}`, `{"data":{}}`, `{"id":"x","status":null}`, `{"data":{"id":"x","status":" "}}`} {
		d, err := onScript(t, reply(200, body)).client.Deployment(t.Context(), someID)
		if d != nil || !caas.IsSuccess(err) {
			t.Errorf("%s: got %+v, %v", body, d, err)
		}
	}
}
