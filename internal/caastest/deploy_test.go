package caastest_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDeploy_concurrentCallsForOneName(t *testing.T) {
	c := newClient(t, caastest.Options{})
	statuses := make(chan int, 8)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			r, err := c.try("POST", "/deploy", deployBody("app"))
			if err != nil {
				t.Error(err)
			}
			statuses <- r.status
		})
	}
	group.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if count[http.StatusOK] != 1 || count[http.StatusUnprocessableEntity] != 7 {
		t.Errorf("statuses: %v", count)
	}
	if len(c.Deployments()) != 1 || c.Count("POST", "/deploy") != 8 || c.TotalPaid() != 398.4 {
		t.Errorf("%d deployments, %d calls, %v USDC", len(c.Deployments()), c.Count("POST", "/deploy"), c.TotalPaid())
	}
}

func TestDeploy_smallHardware(t *testing.T) {
	c := newClient(t, caastest.Options{})
	body := deployBody("app")
	body["hardware_id"] = 225
	c.call(http.StatusBadRequest, "POST", "/deploy", body).want("detail", "GeForce RTX 4090 has at most 4 GPUs per container")
	rows := c.call(http.StatusOK, "GET", "/available-replicas?hardware_id=225&hardware_qty=8", nil)
	rows.want("data.0.available_replicas", 0)
}

func TestDeploy_occupiesReplicas(t *testing.T) {
	c := newClient(t, caastest.Options{})
	c.SetReplicas(203, 2, 1)
	free := func(first, second int) {
		t.Helper()
		rows := c.call(http.StatusOK, "GET", "/available-replicas?hardware_id=203&hardware_qty=8", nil)
		rows.want("data.0.available_replicas", first)
		rows.want("data.1.available_replicas", second)
	}
	id := c.deploy("app")
	free(15, 0)
	c.SetReplicas(203, 1, 1)
	c.call(http.StatusBadRequest, "POST", "/deploy", deployBody("more")).
		want("detail", "Not enough replicas available for the requested hardware and locations")
	c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)
	c.clock.Advance(time.Minute)
	free(2, 1)
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
		c := newClient(t, caastest.Options{EndedKeepNames: keep})
		wantFree := func(when string, want bool) {
			t.Helper()
			r := c.call(http.StatusOK, "GET", "/clusters/check_cluster_name_availability?cluster_name=app", nil)
			if free := r.body == "true"; free != want {
				t.Errorf("EndedKeepNames %v: available %s: %s", keep, when, r.body)
			}
		}
		wantFree("at the start", true)
		id := c.deploy("app")
		wantFree("while it runs", false)
		c.Fail(id)
		wantFree("after the failure", !keep)
		c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)
		c.clock.Advance(time.Minute)
		wantFree("after DELETE", true)
		second := c.deploy("app")
		if d, ok := c.ByName("app"); !ok || d.ID != second {
			t.Error("ByName prefers the failed one")
		}
	}
}

func TestNames_releasedLate(t *testing.T) {
	c := newClient(t, caastest.Options{Timings: caastest.Timings{Terminate: 20 * time.Second, ReleaseName: 10 * time.Second}})
	id := c.deploy("app")
	c.call(http.StatusOK, "DELETE", "/deployment/"+id, nil)
	c.clock.Advance(29 * time.Second)
	c.wantStatus(id, "destroyed")
	c.AllowViolations()
	c.call(http.StatusUnprocessableEntity, "POST", "/deploy", deployBody(""))
	c.call(http.StatusUnprocessableEntity, "POST", "/deploy", deployBody("app"))
	c.clock.Advance(time.Second)
	c.deploy("app")
}
