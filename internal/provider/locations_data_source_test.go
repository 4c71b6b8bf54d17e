package provider_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestDataSourceLocations(t *testing.T) {
	t.Parallel()
	const path = "/v1/io-cloud/caas/locations"
	testDataSource(t, locationsType, map[string]dataSourceRead{
		"in one order, whatever that of the API": {
			options: caastest.Options{Format: unusualFormat},
			want: `{"locations": [{"id": 1, "iso2": "US", "name": "United States"}, {"id": 2, "iso2": "DE", "name": "Germany"},
				{"id": 3, "iso2": "FI", "name": "Finland"}, {"id": 4, "iso2": "JP", "name": "Japan"}]}`,
			sent: []string{path},
		},
		"null": {prepare: reply(path, `{"data": {"locations": null, "total": 0}}`), want: `{"locations": []}`},
		"error": {
			prepare: func(api *caastest.Server) {
				api.Inject(caastest.Fault{Times: -1, Status: 403, Body: `{"detail": "not yours"}`})
			},
			fails: []string{"Error reading locations: The API returned: not yours", "GET " + path + ": 403 Forbidden"},
		},
	})
}
