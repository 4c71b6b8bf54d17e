package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const extendAction = "ioneth_caas_deployment_extend"

// running is a deployment that has run for an hour of four.
func (w *world) running() string {
	return w.Add(caastest.Deployment{
		Name: "vllm", DurationHours: 4, Replicas: 2, LocationIDs: []int{2, 1},
		Created: start.Add(-time.Hour), Started: start.Add(-time.Hour),
	})
}

func extension(id string, hours int) string {
	return fmt.Sprintf(`{"deployment_id": %q, "hours": %d}`, id, hours)
}

// extended are the extensions that the API received, as their hours.
func (w *world) extensions() string {
	var hours []string
	for _, r := range w.Calls("POST", "/deployment/{}/extend") {
		hours = append(hours, string(r.Body))
	}
	return strings.Join(hours, " ")
}

func TestExtend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.running()
	p := w.protocol(t)
	i := p.invoke(t.Context(), extendAction, extension(id, 5))
	i.says(t)
	i.tells(t,
		"Buying 5 hours more for the deployment "+id+": 199.20 USDC, 39.84 an hour. Its time, 4 hours in all, is up at 2030-01-02T06:04:05Z so far.",
		"Bought 5 hours more for the deployment "+id+". It now ends at 2030-01-02T11:04:05Z: 9 hours are paid for in all.")
	if got := w.extensions(); got != `{"duration_hours":5}` {
		t.Errorf("the API received %s", got)
	}
	price := w.Calls("GET", "/price")[0].Query
	for name, want := range map[string]string{
		"location_ids": "[1,2]", "hardware_id": "203", "duration_hours": "5", "gpus_per_container": "8", "replica_count": "2",
	} {
		if price.Get(name) != want {
			t.Errorf("priced %s = %q, want %q", name, price.Get(name), want)
		}
	}

	// Each time that it is invoked it buys.
	p.invoke(t.Context(), extendAction, extension(id, 1)).tells(t, "Buying 1 hour more", "10 hours are paid for in all")
	w.paidFor(t, 10)
}

// TestExtend_notRunningYet shows that time which has not begun has no end.
func TestExtend_notRunningYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusRequested, DurationHours: 4})
	w.protocol(t).invoke(t.Context(), extendAction, extension(id, 2)).tells(t,
		"39.84 USDC", "6 hours are paid for in all; they begin when it runs")
}

func TestExtend_refused(t *testing.T) {
	t.Parallel()
	const unknown = "00000000-0000-4000-8000-000000000000"
	for name, c := range map[string]struct {
		deployment caastest.Deployment
		id         string
		fault      caastest.Fault
		says       string
	}{
		"unknown":     {id: unknown, says: `ERROR AttributeName("deployment_id") No such deployment: The account has no deployment with the id "` + unknown},
		"completed":   {deployment: caastest.Deployment{Status: "completed"}, says: `ERROR AttributeName("deployment_id") Deployment has ended and can't be extended: The deployment ID is completed since 2030-01-02T03:04:05Z. Nothing was bought.`},
		"failed":      {deployment: caastest.Deployment{Status: "failed"}, says: "The deployment ID is failed"},
		"destroyed":   {deployment: caastest.Deployment{Status: "destroyed"}, says: "The deployment ID is destroyed"},
		"terminating": {deployment: caastest.Deployment{Status: "termination requested"}, says: "The deployment ID is termination requested"},
		"unauthorised": {
			fault: caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Status: 401, Body: `{"detail": "expired"}`},
			says:  "ERROR  Deployment to extend not read: The API refused the credential: expired. Nothing was bought.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			c.deployment.Name = "vllm"
			id := w.Add(c.deployment)
			if c.id == "" {
				c.id, c.says = id, strings.ReplaceAll(c.says, "ID", id)
			}
			if c.fault.Status != 0 {
				w.Inject(c.fault)
			}
			i := w.protocol(t).invoke(t.Context(), extendAction, extension(c.id, 2))
			i.tells(t)
			i.says(t, c.says)
			if got := w.extensions(); got != "" {
				t.Errorf("the API received %s", got)
			}
		})
	}
}

// TestExtend_neverTwice shows that whatever becomes of the answer, one extension
// is sent, and what is said of it is true.
func TestExtend_neverTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault caastest.Fault
		hours int // paid for afterwards
		tells string
		says  string // "" for success
	}{
		"reset after the work":    {fault: caastest.Fault{Reset: true, AfterWork: true}, hours: 9, tells: "9 hours are paid for in all"},
		"502 after the work":      {fault: caastest.Fault{Status: 502, Body: "<html>", AfterWork: true}, hours: 9, tells: "9 hours are paid for in all"},
		"cut after the work":      {fault: caastest.Fault{Truncate: 5}, hours: 9, tells: "9 hours are paid for in all"},
		"an empty success":        {fault: caastest.Fault{EmptyBody: true}, hours: 9, tells: "9 hours are paid for in all"},
		"429, then a success":     {fault: caastest.Fault{Status: 429}, hours: 9, tells: "9 hours are paid for in all"},
		"reset before the work":   {fault: caastest.Fault{Reset: true}, hours: 4, says: "ERROR  Extension could not be confirmed: "},
		"503 before the work":     {fault: caastest.Fault{Status: 503, Body: "{}"}, hours: 4, says: "and within 2m0s the hours paid for did not increase."},
		"refused":                 {fault: caastest.Fault{Status: 409, Body: `{"detail": "not now"}`}, hours: 4, says: "ERROR  Deployment not extended: The API answered: not now. Nothing was bought"},
		"refused for the hours":   {fault: caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many", "type": "x"}]}`}, hours: 4, says: `ERROR AttributeName("hours") Deployment not extended: The API refused it: duration_hours: too many`},
		"no credits":              {fault: caastest.Fault{Status: 200, Body: `{"status": "payment_required"}`}, hours: 4, says: "ERROR  Not enough credits to extend the deployment"},
		"no credits, by a status": {fault: caastest.Fault{Status: 402, Body: `{}`}, hours: 4, says: "ERROR  Not enough credits to extend the deployment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			w.AllowViolations() // an empty success is none of the contract's
			id := w.running()
			c.fault.Method, c.fault.Path = "POST", "/deployment/{}/extend"
			w.Inject(c.fault)
			i := w.protocol(t).invoke(t.Context(), extendAction, extension(id, 5))
			if c.says == "" {
				i.says(t)
				i.tells(t, "Buying 5 hours more", c.tells)
			} else {
				i.says(t, c.says)
				i.tells(t, "Buying 5 hours more")
			}
			w.paidFor(t, c.hours)
			if got, want := w.extensions(), `{"duration_hours":5}`; got != want && (c.fault.Status != 429 || got != want+" "+want) {
				t.Errorf("the API received %s", got)
			}
		})
	}
}

// TestExtend_unsure shows what is said when it can't be found out whether the
// hours were bought: the answer is lost, and so is the reading afterwards.
func TestExtend_unsure(t *testing.T) {
	t.Parallel()
	const says = "ERROR  Deployment may have been extended: "
	for name, fault := range map[string]caastest.Fault{
		"not read": {Method: "GET", Path: "/deployment/{}", Skip: 1, Times: -1, Status: 403, Body: `{"detail": "no"}`},
		"hours untold": {
			Method: "GET", Path: "/deployment/{}", Times: -1,
			Body: `{"data": {"id": "x", "status": "running", "hardware_id": 203, "gpus_per_container": 8, "total_containers": 1, "locations": [{"id": 1}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			w.AllowViolations()
			id := w.running()
			w.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Reset: true, AfterWork: true})
			w.Inject(fault)
			i := w.protocol(t).invoke(t.Context(), extendAction, extension(id, 5))
			i.says(t, says)
			if text := strings.Join(i.diagnostics, ""); !strings.Contains(text, "before the action is invoked again: each time it buys the hours anew") {
				t.Errorf("said %s", text)
			}
			if got := w.extensions(); got != `{"duration_hours":5}` {
				t.Errorf("the API received %s", got)
			}
		})
	}
}

// TestExtend_endNotShown shows that a purchase the API is slow to show is none
// the less told as one.
func TestExtend_endNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.running()
	w.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Status: 200, Body: `{"data": {"status": "running"}}`})
	w.AllowViolations()
	i := w.protocol(t).invoke(t.Context(), extendAction, extension(id, 5))
	i.says(t)
	i.tells(t, "Buying", "The API does not show the new end yet.")
}

// TestExtend_priceUnknown shows that hours are bought though their price could
// not be asked, and that this is said.
func TestExtend_priceUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.running()
	w.Inject(caastest.Fault{Method: "GET", Path: "/price", Times: -1, Status: 404, Body: `{"detail": "no such price"}`})
	p := w.protocol(t)
	if said := texts(p.planned(extension(id, 5))); len(said) != 1 || !strings.Contains(said[0], "WARNING  Price of the extension not known: The API answered: no such price. What the extension costs is not known.") {
		t.Errorf("the plan said %q", said)
	}
	i := p.invoke(t.Context(), extendAction, extension(id, 5))
	i.says(t, "WARNING  Price of the extension not known: The API answered: no such price. The hours are bought at whatever they cost.")
	i.tells(t, "The price is not known.", "9 hours are paid for in all")
}

// planned is what a plan says of an extension.
func (p *protocol) planned(config string) []*tfprotov6.Diagnostic {
	p.t.Helper()
	resp, err := p.actions().PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{ActionType: extendAction, Config: p.actionConfig(p.t.Context(), extendAction, config)})
	p.ok(err, nil)
	return resp.Diagnostics
}

// TestExtend_plan shows that a plan says what the action will cost, and refuses
// what it can't do.
func TestExtend_plan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id, ended := w.running(), w.Add(caastest.Deployment{Name: "ended", Status: "completed"})
	p := w.protocol(t)
	for config, want := range map[string]string{
		extension(id, 5):    "WARNING  Purchase of 5 hours more for the deployment " + id + ", 199.20 USDC: The action pays 199.20 USDC up front, 39.84 an hour, each time that it is invoked. Its time, 4 hours in all, is up at 2030-01-02T06:04:05Z so far.",
		extension(ended, 5): `ERROR AttributeName("deployment_id") Deployment has ended and can't be extended`,
		extension("x", 5):   `ERROR AttributeName("deployment_id") No such deployment`,
	} {
		if said := texts(p.planned(config)); len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("%s: the plan said %q, want %q", config, said, want)
		}
	}
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}", Times: -1, Status: 403, Body: `{"detail": "no"}`})
	if said := texts(p.planned(extension(id, 5))); len(said) != 1 || !strings.Contains(said[0], "WARNING  Deployment to extend not read") {
		t.Errorf("the plan said %q", said)
	}
	if got := w.extensions(); got != "" {
		t.Errorf("the API received %s", got)
	}
}

// TestExtend_interrupted shows that an interruption before the purchase buys
// nothing, and one during it loses nothing.
func TestExtend_interrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.running()
	p := w.protocol(t)

	ctx, cancel := context.WithCancelCause(t.Context())
	w.Inject(caastest.Fault{Method: "GET", Path: "/price", Do: func() { cancel(errors.New("ctrl-c")) }})
	i := p.invoke(ctx, extendAction, extension(id, 5))
	i.says(t, "Nothing was bought")
	if got := w.extensions(); got != "" {
		t.Errorf("the API received %s", got)
	}

	ctx, cancel = context.WithCancelCause(t.Context())
	w.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", AfterWork: true, Do: func() { cancel(errors.New("ctrl-c")) }})
	i = p.invoke(ctx, extendAction, extension(id, 5))
	i.says(t)
	i.tells(t, "Buying 5 hours more")
	w.paidFor(t, 9)
}
