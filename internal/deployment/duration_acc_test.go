package deployment_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// hours is the base deployment, paid for so long.
func hours(n int) attributes {
	return base.with(attributes{"duration_hours": fmt.Sprint(n)})
}

// extendedBy is the one request that buys hours.
func extendedBy(n int) string {
	return fmt.Sprintf(`POST /deployment/ID/extend {"duration_hours":%d}`, n)
}

// bought adds hours as somebody else does, in the web console say.
func (w *world) bought(n int) {
	w.Edit(w.Deployments()[0].ID, func(d *caastest.Deployment) { d.DurationHours += n })
}

// ends checks that ends_at is that many hours after the start.
func (w *world) ends(after int) statecheck.StateCheck {
	// The mock's default: 90 s from the request to the first paid minute.
	at := start.Add(90*time.Second + time.Duration(after)*time.Hour)
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("ends_at"), knownvalue.StringExact(at.Format(time.RFC3339)))
}

// paidFor checks what was paid for in the end, on the one deployment there was.
func (w *world) paidFor(t *testing.T, hours int) {
	t.Helper()
	if n := len(w.Deployments()); n != 1 {
		t.Fatalf("the mock holds %d deployments, want 1", n)
	}
	if got := w.Deployments()[0].DurationHours; got != hours {
		t.Errorf("%d hours were paid for, want %d", got, hours)
	}
}

func TestAccDeployment_durationRaised(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	raised := func(to, endsAfter int, requests ...string) resource.TestStep {
		step := w.becomes(hours(to), update, requests...)
		step.ConfigStateChecks = []statecheck.StateCheck{
			w.ends(endsAfter),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("duration_hours"), knownvalue.Int64Exact(int64(to))),
		}
		return step
	}
	raisedTo44 := raised(44, 44, extendedBy(4))
	// Another extension of 2 between the plan and the apply: it is counted too.
	raisedTo48 := raised(48, 48, extendedBy(2))
	raisedTo48.ConfigPlanChecks.PreApply = append(raisedTo48.ConfigPlanChecks.PreApply, planCheck(func(plancheck.CheckPlanRequest) error {
		w.bought(2)
		return nil
	}))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(hours(24).String()), ConfigStateChecks: []statecheck.StateCheck{w.ends(24)}},
			{PreConfig: w.ResetJournal, Config: w.hcl(hours(24).String())},
			raised(30, 30, extendedBy(6)),
			// An extension made elsewhere is no difference, and ends_at follows it.
			{
				PreConfig:        func() { w.bought(10) },
				Config:           w.hcl(hours(30).String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{RefreshState: true, Check: resource.TestCheckResourceAttr(address, "ends_at", start.Add(90*time.Second+40*time.Hour).Format(time.RFC3339))},
			raised(36, 40),
			raisedTo44,
			raisedTo48,
		},
	})
	w.paidFor(t, 48)
}

func TestAccDeployment_durationLowered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(hours(24).String())},
			{
				PreConfig:   w.ResetJournal,
				Config:      w.hcl(hours(12).String()),
				ExpectError: said(`duration_hours = 12 24 hours are paid for and duration_hours is lowered to 12: hours are paid up front and can't be given back one by one. Write duration_hours = 24 or more`),
			},
			// More hours than the configuration asks for are no reason to lower them.
			{
				PreConfig:        func() { w.bought(6) },
				Config:           w.hcl(hours(24).String()),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}, PostApplyPostRefresh: []plancheck.PlanCheck{w.sent()}},
			},
		},
	})
	w.paidFor(t, 30)
}

// TestAccDeployment_durationNeverPaidTwice shows an extension whose answer is
// lost: whatever becomes of it, the applies together buy 6 hours.
func TestAccDeployment_durationNeverPaidTwice(t *testing.T) {
	t.Parallel()
	const path = "/deployment/{}/extend"
	for name, c := range map[string]struct {
		fault caastest.Fault
		// blind: the paid time can't be read after the answer was lost either.
		blind bool
		// says are words of the first apply's error, "" when it succeeds.
		says string
		// again is what the second apply sends.
		again []string
	}{
		"502 after the work":       {fault: caastest.Fault{Status: 502, AfterWork: true}},
		"reset after the work":     {fault: caastest.Fault{Reset: true, AfterWork: true}},
		"answer cut off":           {fault: caastest.Fault{Truncate: 9}},
		"empty answer":             {fault: caastest.Fault{EmptyBody: true}},
		"502 before the work":      {fault: caastest.Fault{Status: 502}, says: "and within 2m0s the hours paid for did not increase", again: []string{extendedBy(6)}},
		"reset before the work":    {fault: caastest.Fault{Reset: true}, says: "and within 2m0s the hours paid for did not increase", again: []string{extendedBy(6)}},
		"502 after, and all after": {fault: caastest.Fault{Status: 502, AfterWork: true}, blind: true, says: "Deployment may have been extended"},
		"402":                      {fault: caastest.Fault{Status: 402}, says: "Not enough credits to extend the deployment", again: []string{extendedBy(6)}},
		"payment_required":         {fault: caastest.Fault{Body: `{"status": "payment_required"}`}, says: "Not enough credits to extend the deployment", again: []string{extendedBy(6)}},
		"refused":                  {fault: caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "duration_hours"], "msg": "too many"}]}`}, says: "duration_hours = 30 The API refused it: duration_hours: too many", again: []string{extendedBy(6)}},
		"busy":                     {fault: caastest.Fault{Status: 429, Header: http.Header{"Retry-After": {"60"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			c.fault.Method, c.fault.Path = http.MethodPost, path
			if c.blind {
				c.fault.Do = func() {
					w.Inject(caastest.Fault{Method: http.MethodGet, Path: "/deployment/{}", Status: 503, Times: -1})
				}
			}
			raise := resource.TestStep{PreConfig: func() { w.Inject(c.fault) }, Config: w.hcl(hours(30).String())}
			if c.says != "" {
				raise.ExpectError = said(c.says)
			}
			action := noop
			if c.says != "" {
				action = update
			}
			again := w.becomes(hours(30), action, c.again...)
			again.PreConfig = func() {
				if n := len(w.Calls(http.MethodPost, path)); n != 1 && name != "busy" {
					t.Errorf("the first apply sent %d extensions, want 1", n)
				}
				w.ClearFaults()
				w.ResetJournal()
			}
			again.ConfigStateChecks = []statecheck.StateCheck{w.ends(30)}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps:                    []resource.TestStep{{Config: w.hcl(hours(24).String())}, raise, again},
			})
			w.paidFor(t, 30)
		})
	}
}

// TestAccDeployment_durationAfterTheRest shows that a refused extension takes
// nothing of the change before it back, and says so.
func TestAccDeployment_durationAfterTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	wanted := hours(30).with(attributes{
		"resource_private_name": `"sglang"`, "container_config.args": `["--x"]`,
		"container_config.secret_env_variables_wo": `{ S = "hf-secret-value" }`, "container_config.secret_env_variables_wo_version": `1`,
	})
	again := w.becomes(wanted, update, extendedBy(6))
	again.PreConfig = w.ResetJournal
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(hours(24).String())},
			{
				PreConfig: func() {
					w.Inject(caastest.Fault{Method: http.MethodPost, Path: "/deployment/{}/extend", Body: `{"status": "payment_required"}`})
				},
				Config:      w.hcl(wanted.String()),
				ExpectError: said("but for its name and its container definition, which changed and is in the state"),
			},
			again,
		},
	})
	w.paidFor(t, 30)
}

// TestDeployment_extensionNotShown shows that hours whose purchase the API has
// accepted are not bought again, although it does not show them.
func TestDeployment_extensionNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	w.AllowViolations()
	p := w.protocol(t)
	config := func(hours int) string {
		return fmt.Sprintf(`{"resource_private_name": "vllm", "duration_hours": %d, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
			"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": 80}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`, hours)
	}
	created := p.apply(t.Context(), nil, config(24))
	w.ResetJournal()
	w.Inject(caastest.Fault{Method: "POST", Path: "/deployment/{}/extend", Status: 200, Body: `{"data": {"status": "running"}}`})
	extended := p.apply(t.Context(), created.NewState, config(30))
	said := texts(extended.Diagnostics)
	if len(said) != 1 || !strings.Contains(said[0], "WARNING AttributeName(\"duration_hours\") Extension not shown by the API yet") ||
		!strings.Contains(said[0], "still returns fewer than 30 hours 30s later. The state has the new total, so the hours are not bought again.") {
		t.Errorf("the apply says %q", said)
	}
	again := p.apply(t.Context(), p.read(t.Context(), extended.NewState).NewState, config(30))
	p.apply(t.Context(), again.NewState, config(32))
	if sent := w.changes(); !slices.Equal(sent, []string{extendedBy(6), extendedBy(2)}) {
		t.Errorf("the API received %q", sent)
	}
}
