package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSourceAvailableReplicas(t *testing.T) {
	t.Parallel()
	testDataSource(t, replicasType, map[string]dataSourceRead{
		"by location, in unusual formats": {
			options: caastest.Options{Format: unusualFormat},
			prepare: func(api *caastest.Server) { api.SetReplicas(203, 2, 0); api.SetReplicas(203, 3, 5) },
			config:  `{"hardware_id": 203}`,
			want: `{"hardware_id": 203, "gpus_per_container": 8, "locations": [
				{"id": 1, "iso2": "US", "name": "United States", "available_replicas": 16}, {"id": 2, "iso2": "DE", "name": "Germany", "available_replicas": 0},
				{"id": 3, "iso2": "FI", "name": "Finland", "available_replicas": 5}, {"id": 4, "iso2": "JP", "name": "Japan", "available_replicas": 16}]}`,
			sent: []string{"/available-replicas?hardware_id=203&hardware_qty=8"},
		},
		"other containers": {
			config: `{"hardware_id": 225, "gpus_per_container": 4}`,
			want:   `{"gpus_per_container": 4, "locations": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]}`,
			sent:   []string{"/available-replicas?hardware_id=225&hardware_qty=4"},
		},
		"unknown hardware": {config: `{"hardware_id": 999}`, fails: []string{
			`AttributeName("hardware_id")`, "Error reading available replicas", "unknown hardware 999",
			"Use the data source ioneth_caas_hardware to look up hardware IDs", "422",
		}},
		"hardware 0": {config: `{"hardware_id": 0}`, fails: []string{"hardware_id", "at least 1"}, sent: noRequest},
		"no GPUs": {
			config: `{"hardware_id": 203, "gpus_per_container": 0}`, fails: []string{"gpus_per_container", "at least 1"}, sent: noRequest,
		},
	})
}
