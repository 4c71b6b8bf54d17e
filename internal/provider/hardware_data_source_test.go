package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSourceHardware(t *testing.T) {
	t.Parallel()
	const (
		path = "/hardware/max-gpus-per-container"
		h100 = `{"hardware_id": 203, "hardware_name": "H100 SXM", "brand_name": "NVIDIA", "max_gpus_per_container": 8, "available": 64}`
		none = `{"hardware": []}`
	)
	testDataSource(t, hardwareType, map[string]dataSourceRead{
		// Rows with regional ids, which are strings, are left out, and the others survive.
		"all, in unusual formats": {
			options: caastest.Options{Format: unusualFormat},
			want: `{"hardware": [` + h100 + `,
				{"hardware_id": 204, "hardware_name": "H200", "brand_name": "NVIDIA", "max_gpus_per_container": 8, "available": 64},
				{"hardware_id": 210, "hardware_name": "A100 SXM4 80GB", "brand_name": "NVIDIA", "max_gpus_per_container": 8, "available": 64},
				{"hardware_id": 225, "hardware_name": "GeForce RTX 4090", "brand_name": "NVIDIA", "max_gpus_per_container": 4, "available": 64}]}`,
			sent: []string{path},
		},
		"by name":               {config: `{"name": "h100 sxm"}`, want: `{"hardware": [` + h100 + `]}`, sent: []string{path}},
		"by a part of the name": {config: `{"name": "H100"}`, want: none},
		"none":                  {prepare: reply(path, `{"data": {"hardware": [], "total": 0}}`), want: none},
		"null":                  {prepare: reply(path, `{"data": {"hardware": null, "total": 0}}`), want: none},
		"empty name":            {config: `{"name": ""}`, fails: []string{"name", "at least 1"}, sent: noRequest},
		"error": {
			prepare: func(api *caastest.Server) {
				api.Inject(caastest.Fault{Times: -1, Status: 403, Body: `{"detail": "not yours"}`})
			},
			fails: []string{"Error reading hardware: The API returned: not yours", "GET " + caastest.Prefix + path + ": 403 Forbidden"},
		},
	})
}
