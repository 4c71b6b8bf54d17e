package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	locationsPath = "/v1/io-cloud/caas/locations"
	allLocations  = "data \"ioneth_caas_locations\" \"test\" {}\n"
)

func location(id int64, iso2, name string) map[string]knownvalue.Check {
	return map[string]knownvalue.Check{
		"id": knownvalue.Int64Exact(id), "iso2": knownvalue.StringExact(iso2), "name": knownvalue.StringExact(name),
	}
}

func locationsAre(rows ...map[string]knownvalue.Check) statecheck.StateCheck {
	checks := make([]knownvalue.Check, len(rows))
	for i, row := range rows {
		checks[i] = knownvalue.ObjectExact(row)
	}
	return statecheck.ExpectKnownValue("data.ioneth_caas_locations.test", tfjsonpath.New("locations"), knownvalue.ListExact(checks))
}

// They are shown in one order, whatever the order of the API.
func TestAccLocation_listsAll(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]caastest.Format{"plain": {}, "unusual": unusualFormat, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			env := acctest.New(t, caastest.Options{Format: format})
			env.Test(t, shows(allLocations, locationsAre(
				location(1, "US", "United States"), location(2, "DE", "Germany"),
				location(3, "FI", "Finland"), location(4, "JP", "Japan"),
			)))
			wantQuery(t, env, locationsPath, nil)
		})
	}
}

func TestAccLocation_none(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: locationsPath, Times: -1, Body: `{"data": {"locations": null, "total": 0}}`})
	env.Test(t, shows(allLocations, locationsAre()))
}

func TestAccLocation_apiBroken(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: locationsPath, Times: -1, Status: 502, ContentType: "text/html", Body: "<html>bad gateway</html>"})
	env.Test(t, fails(allLocations, "Error reading locations", "an HTML page", "Run the command again.", "GET "+locationsPath+": 502 Bad Gateway"))
}
