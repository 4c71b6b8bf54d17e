package provider_test

import (
	"net/url"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const pricePath = "/price"

func price(hardware, locations, rest string) string {
	return "data \"ioneth_caas_price\" \"test\" {\n  hardware_id = " + hardware + "\n  location_ids = " + locations + "\n" + rest + "\n}\n"
}

const aDayOfTwo = "  duration_hours = 24\n  replica_count = 2\n"

// priceIs is what holds of the attributes named; of the others nothing is said.
func priceIs(values map[string]knownvalue.Check) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for name, value := range values {
		checks = append(checks, statecheck.ExpectKnownValue("data.ioneth_caas_price.test", tfjsonpath.New(name), value))
	}
	return checks
}

func counts(numbers ...int64) knownvalue.Check {
	checks := make([]knownvalue.Check, len(numbers))
	for i, n := range numbers {
		checks[i] = knownvalue.Int64Exact(n)
	}
	return knownvalue.ListExact(checks)
}

func TestAccPrice_totalAndParts(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]caastest.Format{"plain": {}, "unusual": unusualFormat, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			env := acctest.New(t, caastest.Options{Format: format})
			env.API.SetPrice(203, 2.5)
			env.API.SetReplicas(203, 3, 7)
			env.Test(t, shows(price("203", "[3, 1]", aDayOfTwo), priceIs(map[string]knownvalue.Check{
				"total_cost_usdc":         knownvalue.Float64Exact(960), // 2.5 USDC × 8 GPUs × 2 containers × 24 hours
				"gpus_per_container":      knownvalue.Int64Exact(8),
				"available_replica_count": counts(16, 7), // by ascending location
				"discount":                knownvalue.Float64Exact(0),
			})...))
			wantQuery(t, env, pricePath, url.Values{
				"hardware_id": {"203"}, "location_ids": {"[1,3]"}, "duration_hours": {"24"}, "gpus_per_container": {"8"}, "replica_count": {"2"},
			})
		})
	}
}

// An account with a discount and fees: every part has its place.
func TestAccPrice_discountAndFees(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: pricePath, Times: -1, Body: `{"data": {"replica_count": 2, "gpus_per_container": 4,
		"available_replica_count": null, "discount": 1.5, "ionet_fee": "0.25", "ionet_fee_percent": 2, "currency_conversion_fee": 0.75,
		"currency_conversion_fee_percent": 3.5, "total_cost_usdc": "123.45"}}`})
	env.Test(t, shows(price("203", "[1]", aDayOfTwo+"  gpus_per_container = 4\n"), priceIs(map[string]knownvalue.Check{
		"total_cost_usdc":                 knownvalue.Float64Exact(123.45),
		"gpus_per_container":              knownvalue.Int64Exact(4),
		"discount":                        knownvalue.Float64Exact(1.5),
		"ionet_fee":                       knownvalue.Float64Exact(0.25),
		"ionet_fee_percent":               knownvalue.Float64Exact(2),
		"currency_conversion_fee":         knownvalue.Float64Exact(0.75),
		"currency_conversion_fee_percent": knownvalue.Float64Exact(3.5),
		"available_replica_count":         counts(),
	})...))
	wantQuery(t, env, pricePath, url.Values{
		"hardware_id": {"203"}, "location_ids": {"[1]"}, "duration_hours": {"24"}, "gpus_per_container": {"4"}, "replica_count": {"2"},
	})
}

// A price without a total is an error, not 0.
func TestAccPrice_missingTotal(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: pricePath, Times: -1, Body: `{"data": {"replica_count": 2}}`})
	env.Test(t, fails(price("203", "[1]", aDayOfTwo), "Failed to read the price", "has no total_cost_usdc"))
}

func TestAccPrice_unknownHardwareOrLocation(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	const look = "Use the data sources ioneth_caas_hardware and ioneth_caas_locations to look up IDs."
	env.Test(t,
		fails(price("999", "[1]", aDayOfTwo), "Failed to read the price", "hardware_id = 999", "unknown hardware 999", look, "422"),
		fails(price("203", "[1, 77]", aDayOfTwo), "Failed to read the price", "location_ids = [1, 77]", "unknown location 77", look, "422"),
	)
}

func TestAccPrice_refusedAtValidation(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Test(t,
		fails(price("203", "[]", aDayOfTwo), "location_ids", "at least 1"),
		fails(price("203", "[1]", "duration_hours = 0\n replica_count = 1"), "duration_hours", "at least 1"),
		fails(price("203", "[1]", "duration_hours = 1\n replica_count = 0"), "replica_count", "at least 1"),
	)
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the API received %d requests", len(calls))
	}
}

// A price that depends on a resource that does not exist yet is read at apply.
func TestAccPrice_deferredUntilKnown(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.SetPrice(204, 1)
	env.Test(t, shows("resource \"terraform_data\" \"chosen\" {\n  input = 204\n}\n"+
		price("terraform_data.chosen.output", "[1]", "duration_hours = 1\n replica_count = 1"), priceIs(map[string]knownvalue.Check{
		"total_cost_usdc": knownvalue.Float64Exact(8),
	})...))
}
