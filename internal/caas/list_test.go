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

// listing answers with the ids of a page, and a total that is left out when it
// is nil.
func listing(total any, ids func(page int) []int) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		page, err := strconv.Atoi(req.URL.Query().Get("page"))
		if err != nil {
			panic(err)
		}
		rows := []map[string]any{}
		for _, id := range ids(page) {
			rows = append(rows, map[string]any{"id": fmt.Sprint(id), "name": fmt.Sprintf("n%d", id), "status": "running"})
		}
		data := map[string]any{"deployments": rows}
		if total != nil {
			data["total"] = total
		}
		body, err := json.Marshal(map[string]any{"data": data})
		if err != nil {
			panic(err)
		}
		reply(200, string(body))(w, req)
	}
}

// upTo are the ids from one page of 100 of so many in all; page counts from 0.
func upTo(n, page int) []int {
	var ids []int
	for id := page * 100; id < min(n, page*100+100); id++ {
		ids = append(ids, id)
	}
	return ids
}

// TestDeployments_pages: every deployment once, in as few calls as will do, and
// never for ever.
func TestDeployments_pages(t *testing.T) {
	fromZero := func(n int) func(int) []int { return func(page int) []int { return upTo(n, page) } }
	fromOne := func(n int) func(int) []int {
		return func(page int) []int {
			if page == 0 {
				return nil
			}
			return upTo(n, page-1)
		}
	}
	for name, test := range map[string]struct {
		total       any
		ids         func(int) []int
		want, calls int
	}{
		"from 0":                     {250, fromZero(250), 250, 3},
		"from 0, one page":           {3, fromZero(3), 3, 1},
		"from 0, full pages":         {200, fromZero(200), 200, 2},
		"none":                       {0, fromZero(0), 0, 1},
		"none and no total":          {nil, fromZero(0), 0, 2},
		"from 1":                     {250, fromOne(250), 250, 4},
		"from 1, no total":           {nil, fromOne(250), 250, 5},
		"page 0 is page 1":           {250, func(page int) []int { return upTo(250, max(page-1, 0)) }, 250, 4},
		"page 0 is page 1, no total": {nil, func(page int) []int { return upTo(250, max(page-1, 0)) }, 250, 5},
		"page ignored":               {250, func(int) []int { return upTo(100, 0) }, 100, 4},
		"page ignored, no total":     {nil, func(int) []int { return upTo(7, 0) }, 7, 4},
		"no total":                   {nil, fromZero(250), 250, 4},
		"total too large":            {999, fromZero(250), 250, 4},
		"total too small":            {20, fromZero(250), 250, 4},
		"total zero":                 {0, fromZero(250), 250, 4},
		"total negative":             {-1, fromZero(250), 250, 4},
		"total as text":              {"250", fromZero(250), 250, 3},
		"total as float":             {250.0, fromZero(250), 250, 3},
		"total is not a number":      {"many", fromZero(250), 250, 4},
		"total is a list":            {[]int{1}, fromZero(250), 250, 4},
		"repeats across pages": {150, func(page int) []int { // as when one was made meanwhile
			if page == 0 {
				return upTo(100, 0)
			}
			return append([]int{98, 99, 99}, upTo(150, 1)...)
		}, 150, 2},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, listing(test.total, test.ids))
			items, err := all(t.Context(), r.client, "")
			if err != nil {
				t.Fatal(err)
			}
			if len(items) != test.want {
				t.Errorf("%d items, want %d", len(items), test.want)
			}
			for i, item := range items {
				if item.ID != fmt.Sprint(i) {
					t.Fatalf("item %d is %s", i, item.ID)
				}
			}
			r.wantSent(test.calls)
			for page, req := range r.seen() {
				if want := fmt.Sprintf("%s/deployments?page=%d&page_size=100", prefix, page); req.uri != want {
					t.Errorf("requested %s, want %s", req.uri, want)
				}
			}
		})
	}
}

// TestDeployments_pageZeroRefused: an API that counts from 1 may say so.
func TestDeployments_pageZeroRefused(t *testing.T) {
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Get("page") == "0" {
			reply(422, `{"detail":[{"loc":["query","page"],"msg":"must be 1 or more","type":"x"}]}`)(w, req)
			return
		}
		listing(150, func(page int) []int { return upTo(150, page-1) })(w, req)
	})
	items, err := all(t.Context(), r.client, "")
	if err != nil || len(items) != 150 {
		t.Errorf("%d items, %v", len(items), err)
	}
	r.wantSent(3)

	r = onScript(t, reply(422, `{"detail":"no such status"}`))
	if _, err := all(t.Context(), r.client, "strange"); err == nil {
		t.Error("a 422 of every page is no empty list")
	}
	r.wantSent(2)
}

// TestDeployments_error: what was read is handed over, then the error, then
// nothing more.
func TestDeployments_error(t *testing.T) {
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Get("page") == "1" {
			reply(403, `{"detail":"expired"}`)(w, req)
			return
		}
		listing(250, func(page int) []int { return upTo(250, page) })(w, req)
	})
	var items, errs int
	for item, err := range r.client.Deployments(t.Context(), "") {
		if err != nil {
			errs++
			if !caas.IsUnauthorized(err) || item.ID != "" {
				t.Errorf("got %+v, %v", item, err)
			}
			continue
		}
		items++
	}
	if items != 100 || errs != 1 {
		t.Errorf("%d items and %d errors", items, errs)
	}
	r.wantSent(2)
}

// TestDeployments_stopsEarly: no page is read that is not needed.
func TestDeployments_stopsEarly(t *testing.T) {
	r := onScript(t, listing(250, func(page int) []int { return upTo(250, page) }))
	for item, err := range r.client.Deployments(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if item.Name == "n99" {
			break
		}
	}
	r.wantSent(1)
}

// TestDeployments_status is in the query as given, and missing for all.
func TestDeployments_status(t *testing.T) {
	for status, want := range map[caas.Status]string{
		caas.StatusTerminationRequested: "?page=0&page_size=100&status=termination+requested", "": "?page=0&page_size=100",
	} {
		r := onScript(t, listing(0, func(int) []int { return nil }))
		if _, err := all(t.Context(), r.client, status); err != nil {
			t.Fatal(err)
		}
		if got := r.seen()[0].uri; got != prefix+"/deployments"+want {
			t.Errorf("requested %s", got)
		}
	}
}

// TestDeployments_rows: a row without an ID or a name is left out, and hides no
// other.
func TestDeployments_rows(t *testing.T) {
	r := onScript(t, reply(200, `{"data":{"total":6,"deployments":[{"id":"a","name":"x","completed_percent":"n/a","created_at":{}},
		{"id":"b"},{"name":"y"},{"id":7,"name":"z"},null,{"id":"c","name":"w","status":"RUNNING"}]}}`))
	items, err := all(t.Context(), r.client, "")
	if want := []caas.DeploymentItem{{ID: "a", Name: "x"}, {ID: "c", Name: "w", Status: caas.StatusRunning}}; err != nil || !slices.Equal(items, want) {
		t.Errorf("got %+v, %v", items, err)
	}
}
