package caas_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestIsNameAvailable: anything but a clear yes or no is an error.
func TestIsNameAvailable(t *testing.T) {
	for body, want := range map[string]any{
		`true`: true, `false`: false, `"true"`: true, `"False"`: false, `{"data":true}`: true, `{"data":{"data":false}}`: false,
		`null`: nil, `{"data":null}`: nil, `"maybe"`: nil, `{}`: nil, `[true]`: nil, `{"available":true}`: nil, `2`: nil, `""`: nil,
	} {
		available, err := newHarness(t, respond(200, body)).client.IsNameAvailable(t.Context(), "web")
		unclear := caas.IsAccepted(err) && strings.HasPrefix(err.Error(), "the response has an unexpected structure")
		if want == nil && !unclear || want != nil && (err != nil || available != want) {
			t.Errorf("%s: got %v, %v", body, available, err)
		}
	}
}

// TestInventory_oddRows: a row without an integer ID is left out, and hides no other.
func TestInventory_oddRows(t *testing.T) {
	rows := `[{"hardware_id":"eu-north","id":"eu-north","available":1},null,7,"x",[],{},{"hardware_id":null,"id":null},
		{"hardware_id":0,"id":0},{"hardware_id":-1,"id":-1},{"hardware_id":1.5,"id":1.5},
		{"hardware_id":203,"id":2,"iso2":"DE","name":"Germany","hardware_name":"H100","available_replicas":"4","available":4.0,"new":{}}]`
	h := newHarness(t, respond(200, `{"data":`+rows+`}`))
	hardware, err := h.client.Hardware(t.Context())
	if want := []caas.Hardware{{HardwareID: 203, HardwareName: "H100", Available: 4}}; err != nil || !reflect.DeepEqual(hardware, want) {
		t.Errorf("got %+v, %v", hardware, err)
	}
	germany := caas.Location{ID: 2, ISO2: "DE", Name: "Germany"}
	locations, err := h.client.Locations(t.Context())
	if err != nil || !reflect.DeepEqual(locations, []caas.Location{germany}) {
		t.Errorf("got %+v, %v", locations, err)
	}
	capacity, err := h.client.AvailableReplicas(t.Context(), 203, 8)
	if want := []caas.Availability{{Location: germany, AvailableReplicas: 4}}; err != nil || !reflect.DeepEqual(capacity, want) {
		t.Errorf("got %+v, %v", capacity, err)
	}
	h = newHarness(t, respond(200, `{"data":{"x":1}}`))
	if _, err := h.client.Hardware(t.Context()); predicates(err) != (holds{accepted: true, transient: true}) {
		t.Errorf("no list at all: %v", err)
	}
}

// TestContainers has every member of the reference. The containers are ordered by
// ID, and the messages of events redacted and made printable.
func TestContainers(t *testing.T) {
	h := newHarness(t, respond(200, `{"data":{"total":"1","workers":[{"container_id":"c","device_id":"d","status":"RUNNING","public_url":"https://u",
		"hardware":"H100","brand_name":"NVIDIA","created_at":"2026-01-01T00:00:00","uptime_percent":"99.5","gpus_per_container":8.0,
		"container_events":[{"time":"2026-01-01T00:00:00Z","message":"hunter2 test-token \u001b[0m \u202egnp"}]},null,{"public_url":null,"container_events":null}]}}`))
	now := caas.Time{Time: start}
	want := []caas.Container{{}, {
		ContainerID: "c", DeviceID: "d", Status: caas.StatusRunning, PublicURL: "https://u", Hardware: "H100", BrandName: "NVIDIA",
		CreatedAt: now, UptimePercent: 99.5, GPUsPerContainer: 8, Events: []caas.ContainerEvent{{Time: now, Message: "hunter2 (hidden)  [0m  gnp"}},
	}}
	if got, err := h.client.Containers(t.Context(), someID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestPrice: a missing total is not a price of zero.
func TestPrice(t *testing.T) {
	h := newHarness(t, respond(200, `{"data":{"replica_count":"2","gpus_per_container":8.0,"available_replica_count":[3,"4"],"discount":0.1,
		"ionet_fee":1.5,"ionet_fee_percent":"5","currency_conversion_fee":0,"currency_conversion_fee_percent":null,"total_cost_usdc":"956.16"}}`))
	price, err := h.client.Price(t.Context(), smallPrice)
	want := &caas.Price{
		ReplicaCount: 2, GPUsPerContainer: 8, AvailableReplicaCount: []caas.Int{3, 4}, Discount: 0.1,
		IonetFee: 1.5, IonetFeePercent: 5, TotalCostUSDC: 956.16,
	}
	if err != nil || !reflect.DeepEqual(price, want) {
		t.Errorf("got %+v, %v", price, err)
	}
	for body, ok := range map[string]bool{
		`{"total_cost_usdc":0}`: true, `{"total_cost_usdc":"0"}`: true, `{}`: false, `{"total_cost_usdc":null}`: false, `{"total_cost_usdc":" "}`: false,
		`{"total_cost_usdc":"NaN"}`: false, `{"total_cost_usdc":"free"}`: false, `null`: false,
	} {
		price, err := newHarness(t, respond(200, body)).client.Price(t.Context(), smallPrice)
		if ok != (err == nil) || !ok && !caas.IsAccepted(err) {
			t.Errorf("%s: got %+v, %v", body, price, err)
		}
	}
}
