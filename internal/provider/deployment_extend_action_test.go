package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const extendAction = "ioneth_caas_deployment_extend"

// prepaid returns a deployment of four hours. It has run for an hour when its
// status is "".
func prepaid(status string) caastest.Deployment {
	d := caastest.Deployment{Name: "vllm", Status: status, DurationHours: 4, Replicas: 2, LocationIDs: []int{2, 1}}
	if status == "" {
		d.Created = start.Add(-time.Hour)
		d.Started = d.Created
	}
	return d
}

func extension(id, more string) string {
	return fmt.Sprintf(`{"deployment_id": %q, "hours": 5%s}`, id, more)
}

// The plan shows what the extension costs and whether it is possible. The invocation
// buys at most once, whatever happens to the answer, and its message is true.
func TestExtend(t *testing.T) {
	t.Parallel()
	const (
		post     = "/deployment/{}/extend"
		purchase = `WARNING  Purchase of 5 more hours for "vllm", 199.20 USDC: It costs 199.20 USDC, paid in advance, which is 39.84 an hour, ` +
			`for the deployment ID. To cap the cost, set max_cost_usdc = 199.20.`
		buying     = `Buying 5 more hours for "vllm": 199.20 USDC, 39.84 an hour.`
		bought     = `Bought 5 more hours for "vllm". 9 hours are paid for in total`
		impossible = `ERROR AttributeName("deployment_id") Deployment cannot be extended: The deployment ID has `
	)
	for name, c := range map[string]struct {
		status        string
		more          string // of the configuration
		fault         caastest.Fault
		plan, invoked string // the only diagnostic, "" for none
		progress      []string
		requests      int // that extend
		paid          int // hours in total, afterwards
	}{
		"running": {plan: purchase, progress: []string{buying, bought + ", until 2030-01-02T11:04:00Z."}, requests: 1, paid: 9},
		// Prepaid time that has not started has no end.
		"not started yet": {status: caastest.StatusRequested, plan: purchase, progress: []string{buying, bought + "."}, requests: 1, paid: 9},
		"completed": {status: caastest.StatusCompleted, plan: impossible,
			invoked: impossible + `the status "completed" since 2030-01-02T03:04:05Z, so it cannot be extended. Nothing was bought.` + "\n\nTo run it again", paid: 4},
		"being terminated": {status: caastest.StatusTerminating, plan: impossible,
			invoked: impossible + `the status "termination requested", so it cannot be extended. Nothing was bought.` + "\n\nTo run it again, and pay for it again, keep its resource", paid: 4},
		"failed": {status: caastest.StatusFailed, plan: impossible, invoked: impossible + "failed. Nothing was bought.", paid: 4},
		"unreadable": {
			fault:   caastest.Fault{Path: "/deployment/{}", Times: -1, Status: 403, Body: `{"detail": "no"}`},
			plan:    "WARNING  Error reading deployment: The API returned: no. The token or API key is missing",
			invoked: "ERROR  Error reading deployment: The API returned: no. The token or API key is missing", paid: 4,
		},
		"within max_cost_usdc": {more: `, "max_cost_usdc": 199.20`, plan: "WARNING  Purchase of 5 more hours", progress: []string{buying, bought}, requests: 1, paid: 9},
		"above max_cost_usdc":  {more: `, "max_cost_usdc": 199.19`, plan: "Price exceeds max_cost_usdc", invoked: "Price exceeds max_cost_usdc", paid: 4},
		// Without a budget, hours are bought even when their price can't be read.
		"unknown price": {
			fault:    caastest.Fault{Path: "/price", Times: -1, Status: 404, Body: `{"detail": "no such price"}`},
			plan:     "WARNING  Error reading price: The API returned: no such price. It is not known what the extension costs.",
			invoked:  "WARNING  Error reading price: The API returned: no such price. No budget is set, so this invocation tries to buy the hours at any price.",
			progress: []string{"The price could not be read.", bought}, requests: 1, paid: 9,
		},
		"request lost": {
			fault: caastest.Fault{Path: post, Reset: true}, plan: purchase, progress: []string{buying}, requests: 1, paid: 4,
			invoked: "ERROR  Extension could not be confirmed: ",
		},
		"rejected hours": {
			fault: caastest.Fault{Path: post, Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many", "type": "x"}]}`},
			plan:  purchase, progress: []string{buying}, requests: 1, paid: 4,
			invoked: `ERROR AttributeName("hours") Error extending deployment: The API rejected the value: duration_hours: too many. Nothing was bought.` +
				"\n\nCorrect the configuration and invoke the action again.",
		},
		"no credits": {
			fault: caastest.Fault{Path: post, Status: 200, Body: `{"status": "payment_required"}`}, plan: purchase, progress: []string{buying}, requests: 1, paid: 4,
			invoked: "ERROR  Not enough credits to extend the deployment",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{})
			id := env.API.Add(prepaid(c.status))
			if c.fault.Path != "" {
				env.API.Inject(c.fault)
			}
			p := env.Server(t)
			inID := func(text string) string { return strings.Replace(text, "deployment ID", "deployment "+id, 1) }
			if got := p.PlanDiagnostics(extendAction, extension(id, c.more)); len(got) != 1 || !strings.Contains(got[0], inID(c.plan)) {
				t.Errorf("the plan has %q, want %q", got, c.plan)
			}
			if sent := env.changes(); len(sent) > 0 {
				t.Errorf("the plan sent %q", sent)
			}
			i := p.Invoke(t.Context(), extendAction, extension(id, c.more))
			i.WantProgress(t, c.progress...)
			if c.invoked == "" {
				i.WantDiagnostics(t)
			} else {
				i.WantDiagnostics(t, inID(c.invoked))
			}
			if sent := env.changes(); !slices.Equal(sent, slices.Repeat([]string{extendedBy(5)}, c.requests)) {
				t.Errorf("the API received %q, want %d extensions by 5 hours", sent, c.requests)
			}
			for _, r := range env.API.Requests("GET", "/price") {
				if got := r.Query.Get("location_ids") + r.Query.Get("hardware_id") + r.Query.Get("duration_hours") + r.Query.Get("replica_count"); got != "[1,2]20352" {
					t.Errorf("the price was read of %s", r.Query.Encode())
				}
			}
			env.paidFor(t, c.paid)
		})
	}
}

func TestExtend_unknownDeployment(t *testing.T) {
	t.Parallel()
	p := newEnv(t, caastest.Options{}).Server(t)
	const want = `ERROR AttributeName("deployment_id") Deployment not found: The account has no deployment with the ID "x".`
	if got := p.PlanDiagnostics(extendAction, extension("x", "")); len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("the plan has %q", got)
	}
	p.Invoke(t.Context(), extendAction, extension("x", "")).WantDiagnostics(t, want)
}

// An interruption before the purchase buys nothing. Each further invocation buys.
func TestExtend_interrupted(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.API.Add(prepaid(""))
	p := env.Server(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	env.API.Inject(caastest.Fault{Path: "/price", Do: func() { cancel(errors.New("ctrl-c")) }})
	p.Invoke(ctx, extendAction, extension(id, "")).WantDiagnostics(t, "Nothing was bought")
	for _, total := range []int{9, 14} {
		env.paidFor(t, total-5)
		p.Invoke(t.Context(), extendAction, extension(id, "")).WantProgress(t, "Buying 5 more hours", fmt.Sprintf("%d hours are paid for in total", total))
	}
	env.paidFor(t, 14)
}
