package caas_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestInventory_queries are what each question looks like on the wire.
func TestInventory_queries(t *testing.T) {
	want := map[string]struct{ path, query string }{
		"Hardware":          {prefix + "/hardware/max-gpus-per-container", ""},
		"Locations":         {"/v1/io-cloud/caas/locations", ""},
		"AvailableReplicas": {prefix + "/available-replicas", "hardware_id=203&hardware_qty=8"},
		"Price": {prefix + "/price",
			"duration_hours=24&gpus_per_container=8&hardware_id=203&location_ids=[1,2]&replica_count=2"},
		"IsNameAvailable": {prefix + "/clusters/check_cluster_name_availability", "cluster_name=web"},
		"Containers":      {prefix + "/deployment/" + someID + "/containers", ""},
	}
	for _, c := range everyCall {
		w, ok := want[c.name]
		if !ok {
			continue
		}
		r := onScript(t, reply(200, c.good))
		if _, err := c.do(t.Context(), r.client); err != nil {
			t.Fatal(err)
		}
		path, query, _ := strings.Cut(r.seen()[0].uri, "?")
		plain, err := url.QueryUnescape(query)
		if err != nil || path != w.path || plain != w.query {
			t.Errorf("%s requested %s?%s, %v", c.name, path, plain, err)
		}
	}
}

// TestIsNameAvailable_anyName: a name is a value, whatever is in it.
func TestIsNameAvailable_anyName(t *testing.T) {
	for _, name := range []string{"a&b=c", "a b+c", "é", "../x", "#?%", ""} {
		r := onScript(t, reply(200, `false`))
		if free, err := r.client.IsNameAvailable(t.Context(), name); err != nil || free {
			t.Errorf("%q: %v, %v", name, free, err)
		}
		sent, err := url.Parse(r.seen()[0].uri)
		if err != nil || sent.Query().Get("cluster_name") != name || len(sent.Query()) != 1 {
			t.Errorf("%q was requested as %s", name, r.seen()[0].uri)
		}
	}
}

// TestIsNameAvailable_answers: anything but a clear yes or no is an error.
func TestIsNameAvailable_answers(t *testing.T) {
	for body, want := range map[string]any{
		`true`: true, `false`: false, `"true"`: true, `"False"`: false, `{"data":true}`: true, `{"data":{"data":false}}`: false, "{\"data\":\ntrue }": true,
		``: nil, `null`: nil, `{"data":null}`: nil, `"maybe"`: nil, `{}`: nil, `[true]`: nil, `{"available":true}`: nil, `2`: nil, `""`: nil,
	} {
		free, err := onScript(t, reply(200, body)).client.IsNameAvailable(t.Context(), "web")
		if want == nil {
			if !caas.IsAccepted(err) {
				t.Errorf("%s: got %v, %v", body, free, err)
				continue
			}
			lacks(t, err.Error(), "gave no reason")
			continue
		}
		if err != nil || free != want {
			t.Errorf("%s: got %v, %v", body, free, err)
		}
	}
}

// TestInventory_strangeRows don't hide the others.
func TestInventory_strangeRows(t *testing.T) {
	rows := `[{"hardware_id":"eu-north","id":"eu-north","available":1},null,7,"x",[],{},{"hardware_id":null,"id":null},
		{"hardware_id":0,"id":0},{"hardware_id":-1,"id":-1},{"hardware_id":1.5,"id":1.5},
		{"hardware_id":203,"id":2,"iso2":"DE","name":"Germany","hardware_name":"H100","available_replicas":"4","available":4.0,"new":{}}]`
	r := onScript(t, reply(200, `{"data":`+rows+`}`))
	hardware, err := r.client.Hardware(t.Context())
	if want := []caas.Hardware{{HardwareID: 203, HardwareName: "H100", Available: 4}}; err != nil || !reflect.DeepEqual(hardware, want) {
		t.Errorf("got %+v, %v", hardware, err)
	}
	germany := caas.Location{ID: 2, ISO2: "DE", Name: "Germany"}
	locations, err := r.client.Locations(t.Context())
	if err != nil || !reflect.DeepEqual(locations, []caas.Location{germany}) {
		t.Errorf("got %+v, %v", locations, err)
	}
	room, err := r.client.AvailableReplicas(t.Context(), 203, 8)
	if want := []caas.Availability{{Location: germany, AvailableReplicas: 4}}; err != nil || !reflect.DeepEqual(room, want) {
		t.Errorf("got %+v, %v", room, err)
	}
}

// TestPrice reads all of it, and takes no missing total for a free one.
func TestPrice(t *testing.T) {
	r := onScript(t, reply(200, `{"data":{"replica_count":"2","gpus_per_container":8.0,"available_replica_count":[3,"4"],"discount":0.1,
		"ionet_fee":1.5,"ionet_fee_percent":"5","currency_conversion_fee":0,"currency_conversion_fee_percent":null,"total_cost_usdc":"956.16"}}`))
	price, err := r.client.Price(t.Context(), smallPrice)
	want := &caas.Price{
		ReplicaCount: 2, GPUsPerContainer: 8, AvailableReplicaCount: []caas.Int{3, 4}, Discount: 0.1,
		IonetFee: 1.5, IonetFeePercent: 5, TotalCostUSDC: 956.16,
	}
	if err != nil || !reflect.DeepEqual(price, want) {
		t.Errorf("got %+v, %v", price, err)
	}
	for body, ok := range map[string]bool{
		`{"total_cost_usdc":0}`: true, `{"total_cost_usdc":"0"}`: true,
		`{}`: false, `{"total_cost_usdc":null}`: false, `{"total_cost_usdc":""}`: false, `{"total_cost_usdc":" "}`: false,
		`{"total_cost_usdc":"NaN"}`: false, `{"total_cost_usdc":"free"}`: false, `null`: false, ``: false,
	} {
		price, err := onScript(t, reply(200, body)).client.Price(t.Context(), smallPrice)
		if ok != (err == nil) || !ok && !caas.IsAccepted(err) {
			t.Errorf("%s: got %+v, %v", body, price, err)
		}
	}
}
