package caastest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDeploy_occupiesReplicas(t *testing.T) {
	c := newClient(t, caastest.Options{})
	c.SetReplicas(203, 2, 1)
	wantFree := func(first, second int) {
		t.Helper()
		rows := c.get("/available-replicas?hardware_id=203&hardware_qty=8")
		rows.want("data.0.available_replicas", first)
		rows.want("data.1.available_replicas", second)
	}
	id := c.deploy("app")
	wantFree(15, 0)
	c.SetReplicas(203, 1, 1)
	c.call(http.StatusBadRequest, "POST", "/deploy", deployBody("more")).
		want("detail", "Not enough replicas available for the requested hardware and locations")
	c.call(http.StatusOK, "DELETE", "/deployment/"+id, "")
	c.clock.Advance(time.Minute)
	wantFree(2, 1)
}

func TestExtend(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{ShowExtended: time.Minute}})
	id := c.deploy("app")
	c.SetPrice(203, 5)
	for _, r := range []reply{c.call(http.StatusOK, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`), c.detail(id)} {
		r.want("data.compute_minutes_remaining", 600)
		r.want("data.amount_paid", 398.4)
	}
	c.clock.Advance(time.Minute)
	c.detail(id).want("data.compute_minutes_remaining", 719)
	c.detail(id).want("data.amount_paid", 558.4) // 398.40 + 2 h × 16 GPUs × 5
	c.Fail(id)
	c.call(http.StatusBadRequest, "POST", "/deployment/"+id+"/extend", `{"duration_hours": 2}`)
	if d, _ := c.Deployment(id); d.HoursBought != 12 || d.DurationHours != 12 || c.TotalPaid() != 558.4 {
		t.Errorf("%+v, paid %v", d, c.TotalPaid())
	}
}

func TestPayment(t *testing.T) {
	for format, want := range map[caastest.PaymentFormat]string{
		caastest.PaymentBare:     `{"status":"payment_required"}`,
		caastest.PaymentNullData: `{"data":null,"status":"payment_required"}`,
		caastest.PaymentInData:   `{"data":{"status":"payment_required"}}`,
	} {
		c := newClient(t, caastest.Options{Balance: 400, Format: caastest.Format{PaymentRequired: format}})
		id := c.deploy("app") // 398.40 USDC
		for path, body := range map[string]any{
			"/deploy":                       deployBody("more"),
			"/deployment/" + id + "/extend": map[string]any{"duration_hours": 1},
		} {
			if r := c.call(http.StatusOK, "POST", path, body); r.body != want {
				t.Errorf("%s: %s, want %s", path, r.body, want)
			}
		}
		d, _ := c.Deployment(id)
		if len(c.Deployments()) != 1 || c.TotalPaid() != 398.4 || d.HoursBought != 10 || d.DurationHours != 10 {
			t.Errorf("%d deployments, %v USDC, %+v", len(c.Deployments()), c.TotalPaid(), d)
		}
	}
}

func TestNames(t *testing.T) {
	for _, keep := range []bool{false, true} {
		c := newClient(t, caastest.Options{
			EndedKeepNames: keep, Timings: caastest.Timings{Terminate: 20 * time.Second, ReleaseName: 10 * time.Second},
		})
		wantFree := func(when string, want bool) {
			t.Helper()
			r := c.get("/clusters/check_cluster_name_availability?cluster_name=app")
			if r.body != fmt.Sprint(want) {
				t.Errorf("EndedKeepNames %v: available %s: %s", keep, when, r.body)
			}
		}
		wantFree("at the start", true)
		id := c.deploy("app")
		wantFree("while it runs", false)
		c.call(http.StatusOK, "DELETE", "/deployment/"+id, "").want("status", "termination requested")
		c.clock.Advance(19 * time.Second)
		c.wantStatus(id, "termination requested")
		c.clock.Advance(time.Second)
		c.call(http.StatusOK, "DELETE", "/deployment/"+id, "").want("status", "destroyed")
		c.clock.Advance(9 * time.Second)
		wantFree("before its release", false)
		c.clock.Advance(time.Second)
		wantFree("after its release", true)
		second := c.deploy("app")
		c.Fail(second)
		wantFree("after a failure", !keep)
		c.call(http.StatusOK, "DELETE", "/deployment/"+second, "")
		c.clock.Advance(time.Minute)
		third := c.deploy("app")
		if d, ok := c.ByName("app"); !ok || d.ID != third {
			t.Error("ByName prefers one that has ended")
		}
	}
}
