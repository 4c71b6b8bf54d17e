package provider_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const extendAction = "ioneth_caas_deployment_extend"

// running is a deployment that has run for an hour of four.
func (env *testEnv) running() string {
	return env.API.Add(caastest.Deployment{
		Name: "vllm", DurationHours: 4, Replicas: 2, LocationIDs: []int{2, 1},
		Created: start.Add(-time.Hour), Started: start.Add(-time.Hour),
	})
}

func extension(id string, hours int) string {
	return fmt.Sprintf(`{"deployment_id": %q, "hours": %d}`, id, hours)
}

// extensions returns the bodies of the extensions that the API received.
func (env *testEnv) extensions() string {
	var hours []string
	for _, r := range env.API.Requests("POST", "/deployment/{}/extend") {
		hours = append(hours, string(r.Body))
	}
	return strings.Join(hours, " ")
}

func TestExtend(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.running()
	p := env.Server(t)
	i := p.Invoke(t.Context(), extendAction, extension(id, 5))
	i.WantDiagnostics(t)
	i.WantProgress(t,
		`Buying 5 more hours for "vllm": 199.20 USDC, 39.84 an hour.`,
		`Bought 5 more hours for "vllm". 9 hours are paid for in total, until 2030-01-02T11:04:00Z.`)
	if got := env.extensions(); got != `{"duration_hours":5}` {
		t.Errorf("the API received %s", got)
	}
	price := env.API.Requests("GET", "/price")[0].Query
	for name, want := range map[string]string{
		"location_ids": "[1,2]", "hardware_id": "203", "duration_hours": "5", "gpus_per_container": "8", "replica_count": "2",
	} {
		if price.Get(name) != want {
			t.Errorf("priced %s = %q, want %q", name, price.Get(name), want)
		}
	}

	// Each time that it is invoked it buys.
	p.Invoke(t.Context(), extendAction, extension(id, 1)).WantProgress(t, "Buying 1 more hour", "10 hours are paid for in total")
	env.paidFor(t, 10)
}

// Prepaid time that has not started has no end.
func TestExtend_notRunningYet(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.API.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusRequested, DurationHours: 4})
	env.Server(t).Invoke(t.Context(), extendAction, extension(id, 2)).WantProgress(t,
		"39.84 USDC", "6 hours are paid for in total.")
}

func TestExtend_refused(t *testing.T) {
	t.Parallel()
	const unknown = "00000000-0000-4000-8000-000000000000"
	for name, c := range map[string]struct {
		deployment caastest.Deployment
		id         string
		fault      caastest.Fault
		want       string
	}{
		"unknown":     {id: unknown, want: `ERROR AttributeName("deployment_id") Deployment not found: The account has no deployment with the ID "` + unknown},
		"completed":   {deployment: caastest.Deployment{Status: "completed"}, want: `ERROR AttributeName("deployment_id") Deployment cannot be extended: The deployment ID has the status "completed" since 2030-01-02T03:04:05Z, so it cannot be extended. Nothing was bought.`},
		"failed":      {deployment: caastest.Deployment{Status: "failed"}, want: "The deployment ID has failed. Nothing was bought."},
		"destroyed":   {deployment: caastest.Deployment{Status: "destroyed"}, want: `The deployment ID has the status "destroyed"`},
		"terminating": {deployment: caastest.Deployment{Status: "termination requested"}, want: `The deployment ID has the status "termination requested"`},
		"unauthorised": {
			fault: caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Status: 401, Body: `{"detail": "expired"}`},
			want:  "ERROR  Error reading deployment: The API returned: expired",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			c.deployment.Name = "vllm"
			id := env.API.Add(c.deployment)
			if c.id == "" {
				c.id, c.want = id, strings.ReplaceAll(c.want, "ID", id)
			}
			if c.fault.Status != 0 {
				env.API.Inject(c.fault)
			}
			i := env.Server(t).Invoke(t.Context(), extendAction, extension(c.id, 2))
			i.WantProgress(t)
			i.WantDiagnostics(t, c.want)
			if got := env.extensions(); got != "" {
				t.Errorf("the API received %s", got)
			}
		})
	}
}

// Whatever happens to the answer, one extension is sent, and the message about it
// is true.
func TestExtend_neverTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault caastest.Fault
		hours int    // paid for afterwards
		want  string // "" for success
	}{
		"reset after the work":  {fault: caastest.Fault{Reset: true, AfterWork: true}, hours: 9},
		"an empty success":      {fault: caastest.Fault{EmptyBody: true}, hours: 9},
		"429, then a success":   {fault: caastest.Fault{Status: 429}, hours: 9},
		"503 before the work":   {fault: caastest.Fault{Status: 503, Body: "{}"}, hours: 4, want: "2 minutes later the API returns 4 prepaid hours in total, not 9."},
		"refused for the hours": {fault: caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many", "type": "x"}]}`}, hours: 4, want: `ERROR AttributeName("hours") Error extending deployment: The API rejected the value: duration_hours: too many. Nothing was bought.`},
		"no credits":            {fault: caastest.Fault{Status: 200, Body: `{"status": "payment_required"}`}, hours: 4, want: "ERROR  Not enough credits to extend the deployment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			env.API.AllowViolations() // the contract has no empty success
			id := env.running()
			c.fault.Method, c.fault.Path = "POST", "/deployment/{}/extend"
			env.API.Inject(c.fault)
			i := env.Server(t).Invoke(t.Context(), extendAction, extension(id, 5))
			if c.want == "" {
				i.WantDiagnostics(t)
				i.WantProgress(t, "Buying 5 more hours", "9 hours are paid for in total")
			} else {
				i.WantDiagnostics(t, c.want)
				i.WantProgress(t, "Buying 5 more hours")
			}
			env.paidFor(t, c.hours)
			if got, want := env.extensions(), `{"duration_hours":5}`; got != want && (c.fault.Status != 429 || got != want+" "+want) {
				t.Errorf("the API received %s", got)
			}
		})
	}
}

// The answer is lost, and the hours can't be compared afterwards.
func TestExtend_unconfirmed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]caastest.Fault{
		"not read": {Method: "GET", Path: "/deployment/{}", Skip: 1, Times: -1, Status: 403, Body: `{"detail": "no"}`},
		"no hours returned": {
			Method: "GET", Path: "/deployment/{}", Times: -1,
			Body: `{"data": {"id": "x", "status": "running", "hardware_id": 203, "gpus_per_container": 8, "total_containers": 1, "locations": [{"id": 1}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			env.API.AllowViolations()
			id := env.running()
			env.API.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Reset: true, AfterWork: true})
			env.API.Inject(fault)
			i := env.Server(t).Invoke(t.Context(), extendAction, extension(id, 5))
			i.WantDiagnostics(t, "ERROR  Extension could not be confirmed: ")
			if text := strings.Join(i.Diagnostics, ""); !strings.Contains(text, "before you invoke the action again: each invocation buys the hours.") {
				t.Errorf("the error is %s", text)
			}
			if got := env.extensions(); got != `{"duration_hours":5}` {
				t.Errorf("the API received %s", got)
			}
		})
	}
}

// Without a budget, hours are bought even when their price can't be read.
func TestExtend_priceUnknown(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.running()
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/price", Times: -1, Status: 404, Body: `{"detail": "no such price"}`})
	p := env.Server(t)
	if got := p.PlanDiagnostics(extendAction, extension(id, 5)); len(got) != 1 || !strings.Contains(got[0], "WARNING  Failed to read the price: The API returned: no such price. It is not known what the extension costs.") {
		t.Errorf("the plan has %q", got)
	}
	i := p.Invoke(t.Context(), extendAction, extension(id, 5))
	i.WantDiagnostics(t, "WARNING  Failed to read the price: The API returned: no such price. The hours are bought at any price.")
	i.WantProgress(t, "The price could not be read.", "9 hours are paid for in total")
}

// A budget is compared with the price at plan and again right before the purchase.
func TestExtend_budget(t *testing.T) {
	t.Parallel()
	for limit, bought := range map[string]bool{"199.20": true, "199.19": false} {
		env := newEnv(t, caastest.Options{})
		id := env.running()
		config := fmt.Sprintf(`{"deployment_id": %q, "hours": 5, "max_cost_usdc": %s}`, id, limit)
		p := env.Server(t)
		plan, invocation := strings.Join(p.PlanDiagnostics(extendAction, config), ""), p.Invoke(t.Context(), extendAction, config)
		for _, text := range []string{plan, strings.Join(invocation.Diagnostics, "")} {
			if strings.Contains(text, "Price exceeds max_cost_usdc") == bought {
				t.Errorf("limit %s: got %q", limit, text)
			}
		}
		if got := env.extensions(); (got != "") != bought {
			t.Errorf("limit %s: the API received %q", limit, got)
		}
	}
}

// The plan warns of the cost, and fails for what the action can't do.
func TestExtend_plan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id, ended := env.running(), env.API.Add(caastest.Deployment{Name: "ended", Status: "completed"})
	p := env.Server(t)
	for config, want := range map[string]string{
		extension(id, 5):    `WARNING  Purchase of 5 more hours for "vllm", 199.20 USDC: It costs 199.20 USDC, paid in advance, which is 39.84 an hour, for the deployment ` + id + `. To cap the cost, set max_cost_usdc = 199.20.`,
		extension(ended, 5): `ERROR AttributeName("deployment_id") Deployment cannot be extended`,
		extension("x", 5):   `ERROR AttributeName("deployment_id") Deployment not found`,
	} {
		if got := p.PlanDiagnostics(extendAction, config); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%s: the plan has %q, want %q", config, got, want)
		}
	}
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Status: 403, Body: `{"detail": "no"}`})
	if got := p.PlanDiagnostics(extendAction, extension(id, 5)); len(got) != 1 || !strings.Contains(got[0], "WARNING  Error reading deployment") {
		t.Errorf("the plan has %q", got)
	}
	if got := env.extensions(); got != "" {
		t.Errorf("the API received %s", got)
	}
}

// An interruption before the purchase buys nothing, and one during it loses
// nothing.
func TestExtend_interrupted(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.running()
	p := env.Server(t)

	ctx, cancel := context.WithCancelCause(t.Context())
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/price", Do: func() { cancel(errors.New("ctrl-c")) }})
	i := p.Invoke(ctx, extendAction, extension(id, 5))
	i.WantDiagnostics(t, "Nothing was bought")
	if got := env.extensions(); got != "" {
		t.Errorf("the API received %s", got)
	}

	ctx, cancel = context.WithCancelCause(t.Context())
	env.API.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", AfterWork: true, Do: func() { cancel(errors.New("ctrl-c")) }})
	i = p.Invoke(ctx, extendAction, extension(id, 5))
	i.WantDiagnostics(t)
	i.WantProgress(t, "Buying 5 more hours")
	env.paidFor(t, 9)
}
