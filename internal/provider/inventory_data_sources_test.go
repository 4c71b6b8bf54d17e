package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSources_inventory(t *testing.T) {
	t.Parallel()
	const (
		hardwarePath  = "/hardware/max-gpus-per-container"
		locationsPath = "/v1/io-cloud/caas/locations"
		lookUp        = "Use the data sources ioneth_caas_hardware and ioneth_caas_locations to look up IDs."

		h100 = `{"hardware_id": 203, "hardware_name": "H100 SXM", "brand_name": "NVIDIA", "max_gpus_per_container": 8, "available": 64}`
	)
	price := func(hardware, locations string) string {
		return `{"hardware_id": ` + hardware + `, "location_ids": ` + locations + `, "duration_hours": 24, "replica_count": 2}`
	}
	testDataSources(t, map[string]dataSourceRead{
		// Rows with regional IDs, which are strings, are omitted; the others are not.
		"hardware": {
			typeName: hardwareType, unusual: true,
			want: `{"hardware": [` + h100 + `,
				{"hardware_id": 204, "hardware_name": "H200", "brand_name": "NVIDIA", "max_gpus_per_container": 8, "available": 64},
				{"hardware_id": 210, "hardware_name": "A100 SXM4 80GB", "brand_name": "NVIDIA", "max_gpus_per_container": 8, "available": 64},
				{"hardware_id": 225, "hardware_name": "GeForce RTX 4090", "brand_name": "NVIDIA", "max_gpus_per_container": 4, "available": 64}]}`,
			sent: []string{hardwarePath},
		},
		"hardware by name":               {typeName: hardwareType, config: `{"name": "h100 sxm"}`, want: `{"hardware": [` + h100 + `]}`},
		"hardware by a part of the name": {typeName: hardwareType, config: `{"name": "H100"}`, want: `{"hardware": []}`},
		"no hardware":                    {typeName: hardwareType, prepare: reply(hardwarePath, `{"data": {"hardware": null, "total": 0}}`), want: `{"hardware": []}`},
		"locations in order": {
			typeName: locationsType, unusual: true,
			want: `{"locations": [{"id": 1, "iso2": "US", "name": "United States"}, {"id": 2, "iso2": "DE", "name": "Germany"},
				{"id": 3, "iso2": "FI", "name": "Finland"}, {"id": 4, "iso2": "JP", "name": "Japan"}]}`,
			sent: []string{locationsPath},
		},
		"no locations": {typeName: locationsType, prepare: reply(locationsPath, `{"data": {"locations": null, "total": 0}}`), want: `{"locations": []}`},
		"replicas by location": {
			typeName: replicasType, unusual: true,
			prepare: func(api *caastest.Server) { api.SetReplicas(203, 2, 0); api.SetReplicas(203, 3, 5) },
			config:  `{"hardware_id": 203}`,
			want: `{"hardware_id": 203, "gpus_per_container": 8, "locations": [
				{"id": 1, "iso2": "US", "name": "United States", "available_replicas": 16}, {"id": 2, "iso2": "DE", "name": "Germany", "available_replicas": 0},
				{"id": 3, "iso2": "FI", "name": "Finland", "available_replicas": 5}, {"id": 4, "iso2": "JP", "name": "Japan", "available_replicas": 16}]}`,
			sent: []string{"/available-replicas?hardware_id=203&hardware_qty=8"},
		},
		"replicas of other containers": {
			typeName: replicasType, config: `{"hardware_id": 225, "gpus_per_container": 4}`, want: `{"gpus_per_container": 4}`,
			sent: []string{"/available-replicas?hardware_id=225&hardware_qty=4"},
		},
		"replicas of unknown hardware": {typeName: replicasType, config: `{"hardware_id": 999}`, fails: []string{
			`AttributeName("hardware_id")`, "unknown hardware 999", "Use the data source ioneth_caas_hardware to look up hardware IDs", "422",
		}},
		// 2.5 USDC × 8 GPUs × 2 containers × 24 hours; capacity by ascending location.
		"price": {
			typeName: priceType, unusual: true,
			prepare: func(api *caastest.Server) { api.SetPrice(203, 2.5); api.SetReplicas(203, 3, 7) },
			config:  price("203", "[3, 1]"),
			want:    `{"total_cost_usdc": 960, "gpus_per_container": 8, "available_replica_count": [16, 7], "discount": 0}`,
			sent:    []string{"/price?duration_hours=24&gpus_per_container=8&hardware_id=203&location_ids=[1,3]&replica_count=2"},
		},
		"price with discount and fees": {
			typeName: priceType,
			prepare: reply("/price", `{"data": {"replica_count": 2, "gpus_per_container": 4,
				"available_replica_count": null, "discount": 1.5, "ionet_fee": "0.25", "ionet_fee_percent": 2, "currency_conversion_fee": 0.75,
				"currency_conversion_fee_percent": 3.5, "total_cost_usdc": "123.45"}}`),
			config: `{"hardware_id": 203, "location_ids": [1], "duration_hours": 24, "replica_count": 2, "gpus_per_container": 4}`,
			want: `{"total_cost_usdc": 123.45, "gpus_per_container": 4, "discount": 1.5, "ionet_fee": 0.25, "ionet_fee_percent": 2,
				"currency_conversion_fee": 0.75, "currency_conversion_fee_percent": 3.5, "available_replica_count": []}`,
			sent: []string{"/price?duration_hours=24&gpus_per_container=4&hardware_id=203&location_ids=[1]&replica_count=2"},
		},
		// A price without a total is an error, not 0.
		"price without a total": {
			typeName: priceType, prepare: reply("/price", `{"data": {"replica_count": 2}}`), config: price("203", "[1]"),
			fails: []string{"has no total_cost_usdc"},
		},
		"price of unknown hardware": {typeName: priceType, config: price("999", "[1]"), fails: []string{
			`AttributeName("hardware_id")`, "unknown hardware 999", lookUp, "422",
		}},
		"price in an unknown location": {typeName: priceType, config: price("203", "[1, 77]"), fails: []string{
			`AttributeName("location_ids")`, "unknown location 77", lookUp, "422",
		}},
	})
}
