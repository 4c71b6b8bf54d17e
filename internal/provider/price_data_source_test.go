package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSourcePrice(t *testing.T) {
	t.Parallel()
	config := func(hardware, locations, hours, replicas string) string {
		return `{"hardware_id": ` + hardware + `, "location_ids": ` + locations + `, "duration_hours": ` + hours + `, "replica_count": ` + replicas + `}`
	}
	const lookUp = "Use the data sources ioneth_caas_hardware and ioneth_caas_locations to look up IDs."
	testDataSource(t, priceType, map[string]dataSourceRead{
		// 2.5 USDC × 8 GPUs × 2 containers × 24 hours; capacity by ascending location.
		"total, in unusual formats": {
			options: caastest.Options{Format: unusualFormat},
			prepare: func(api *caastest.Server) { api.SetPrice(203, 2.5); api.SetReplicas(203, 3, 7) },
			config:  config("203", "[3, 1]", "24", "2"),
			want:    `{"total_cost_usdc": 960, "gpus_per_container": 8, "available_replica_count": [16, 7], "discount": 0}`,
			sent:    []string{"/price?duration_hours=24&gpus_per_container=8&hardware_id=203&location_ids=[1,3]&replica_count=2"},
		},
		"discount and fees": {
			prepare: reply("/price", `{"data": {"replica_count": 2, "gpus_per_container": 4,
				"available_replica_count": null, "discount": 1.5, "ionet_fee": "0.25", "ionet_fee_percent": 2, "currency_conversion_fee": 0.75,
				"currency_conversion_fee_percent": 3.5, "total_cost_usdc": "123.45"}}`),
			config: `{"hardware_id": 203, "location_ids": [1], "duration_hours": 24, "replica_count": 2, "gpus_per_container": 4}`,
			want: `{"total_cost_usdc": 123.45, "gpus_per_container": 4, "discount": 1.5, "ionet_fee": 0.25, "ionet_fee_percent": 2,
				"currency_conversion_fee": 0.75, "currency_conversion_fee_percent": 3.5, "available_replica_count": []}`,
			sent: []string{"/price?duration_hours=24&gpus_per_container=4&hardware_id=203&location_ids=[1]&replica_count=2"},
		},
		// A price without a total is an error, not 0.
		"missing total": {
			prepare: reply("/price", `{"data": {"replica_count": 2}}`), config: config("203", "[1]", "24", "2"),
			fails: []string{"Failed to read the price", "has no total_cost_usdc"},
		},
		"unknown hardware": {config: config("999", "[1]", "24", "2"), fails: []string{
			`AttributeName("hardware_id")`, "Failed to read the price", "unknown hardware 999", lookUp, "422",
		}},
		"unknown location": {config: config("203", "[1, 77]", "24", "2"), fails: []string{
			`AttributeName("location_ids")`, "Failed to read the price", "unknown location 77", lookUp, "422",
		}},
		"no location":   {config: config("203", "[]", "24", "2"), fails: []string{"location_ids", "at least 1"}, sent: noRequest},
		"no hours":      {config: config("203", "[1]", "0", "1"), fails: []string{"duration_hours", "at least 1"}, sent: noRequest},
		"no containers": {config: config("203", "[1]", "1", "0"), fails: []string{"replica_count", "at least 1"}, sent: noRequest},
	})
}
