package caas_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// ids returns the IDs of a page of the list.
type ids func(page int) []int

// fromZero returns the pages of n deployments, counted from 0.
func fromZero(n int) ids {
	return func(page int) []int {
		var found []int
		for id := range n {
			if id/100 == page {
				found = append(found, id)
			}
		}
		return found
	}
}

// listing responds with the pages of a list. A nil total is left out.
func listing(total any, list ids) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil {
			panic(err)
		}
		rows := []map[string]any{}
		for _, id := range list(page) {
			rows = append(rows, map[string]any{"id": fmt.Sprint(id), "name": "n", "status": "running"})
		}
		data := map[string]any{"deployments": rows}
		if total != nil {
			data["total"] = total
		}
		_ = json.NewEncoder(w).Encode(data)
	}
}

// onPage responds with a step to the requests of one page.
func onPage(page int, step, others http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == strconv.Itoa(page) {
			step(w, r)
		} else {
			others(w, r)
		}
	}
}

// TestDeployments_pages: every deployment is returned once, in as few calls as
// possible, whether pages count from 0 or from 1 and whatever the total is.
func TestDeployments_pages(t *testing.T) {
	fromOne := func(page int) []int { return fromZero(250)(page - 1) }
	zeroIsOne := func(page int) []int { return fromZero(250)(max(page-1, 0)) }
	samePage := func(n int) ids { return func(int) []int { return fromZero(n)(0) } }
	for name, test := range map[string]struct {
		total       any
		list        ids
		want, calls int
	}{
		"from 0":                     {250, fromZero(250), 250, 3},
		"from 0, full pages":         {200, fromZero(200), 200, 2},
		"none":                       {0, fromZero(0), 0, 1},
		"none and no total":          {nil, fromZero(0), 0, 2},
		"from 1":                     {250, fromOne, 250, 4},
		"from 1, no total":           {nil, fromOne, 250, 5},
		"page 0 is page 1":           {250, zeroIsOne, 250, 4},
		"page 0 is page 1, no total": {nil, zeroIsOne, 250, 5},
		"page ignored":               {250, samePage(100), 100, 4},
		"page ignored, no total":     {nil, samePage(7), 7, 4},
		"no total":                   {nil, fromZero(250), 250, 4},
		"total too large":            {999, fromZero(250), 250, 4},
		"total too small":            {20, fromZero(250), 250, 4},
		"total is not a number":      {"many", fromZero(250), 250, 4},
		"repeats across pages": {150, func(page int) []int { // as when one is created meanwhile
			if page == 0 {
				return fromZero(100)(0)
			}
			return append([]int{98, 99, 99}, fromZero(150)(1)...)
		}, 150, 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, listing(test.total, test.list))
			items, err := all(t.Context(), h.client, "")
			if err != nil || len(items) != test.want {
				t.Errorf("%d items, want %d: %v", len(items), test.want, err)
			}
			for i, item := range items {
				if item.ID != fmt.Sprint(i) {
					t.Fatalf("item %d is %s", i, item.ID)
				}
			}
			if n := len(h.requests()); n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
			for page, r := range h.requests() {
				if want := fmt.Sprintf("%s/deployments?page=%d&page_size=100", prefix, page); r.uri != want {
					t.Errorf("requested %s, want %s", r.uri, want)
				}
			}
		})
	}
}

// TestDeployments_pageZeroRejected: an API that counts from 1 may reject page 0.
func TestDeployments_pageZeroRejected(t *testing.T) {
	rejected := respond(422, `{"detail":[{"loc":["query","page"],"msg":"must be 1 or more","type":"x"}]}`)
	h := newHarness(t, onPage(0, rejected, listing(150, func(page int) []int { return fromZero(150)(page - 1) })))
	if items, err := all(t.Context(), h.client, ""); err != nil || len(items) != 150 || len(h.requests()) != 3 {
		t.Errorf("%d items of %d pages: %v", len(items), len(h.requests()), err)
	}
	h = newHarness(t, rejected)
	if _, err := all(t.Context(), h.client, caas.StatusTerminationRequested); err == nil || len(h.requests()) != 2 {
		t.Errorf("every page was rejected, in %d requests: %v", len(h.requests()), err)
	}
	if want := prefix + "/deployments?page=0&page_size=100&status=termination+requested"; h.requests()[0].uri != want {
		t.Errorf("requested %s, want %s", h.requests()[0].uri, want)
	}
}

// TestDeployments_ends: no page is read that is not needed, and none after an error,
// which follows what was read before it.
func TestDeployments_ends(t *testing.T) {
	h := newHarness(t, onPage(1, respond(403, ``), listing(250, fromZero(250))))
	items, errs := 0, 0
	count := func(item caas.DeploymentItem, err error) {
		if err == nil {
			items++
		} else if errs++; item.ID != "" || !caas.IsUnauthorized(err) {
			t.Errorf("got %+v, %v", item, err)
		}
	}
	for item, err := range h.client.Deployments(t.Context(), "") {
		if count(item, err); items == 100 {
			break
		}
	}
	if n := len(h.requests()); n != 1 {
		t.Errorf("%d requests for the first page", n)
	}
	for item, err := range h.client.Deployments(t.Context(), "") {
		count(item, err)
	}
	if items != 200 || errs != 1 || len(h.requests()) != 3 {
		t.Errorf("%d items and %d errors after %d requests", items, errs, len(h.requests()))
	}
}

// TestDeployments_oddRows: a row without an ID or a name is left out, and hides no
// other.
func TestDeployments_oddRows(t *testing.T) {
	h := newHarness(t, respond(200, `{"data":{"total":6,"deployments":[{"id":"a","name":"x","completed_percent":"n/a","created_at":{}},
		{"id":"b"},{"name":"y"},{"id":7,"name":"z"},null,{"id":"c","name":"w","status":"RUNNING"}]}}`))
	items, err := all(t.Context(), h.client, "")
	if want := []caas.DeploymentItem{{ID: "a", Name: "x"}, {ID: "c", Name: "w", Status: caas.StatusRunning}}; err != nil || !slices.Equal(items, want) {
		t.Errorf("got %+v, %v", items, err)
	}
	h = newHarness(t, respond(200, `{"data":{"deployments":7}}`))
	if items, err := all(t.Context(), h.client, ""); !caas.IsAccepted(err) {
		t.Errorf("no list at all: got %+v, %v", items, err)
	}
}
