package inventory_test

import (
	"net/url"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

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
	for name, dialect := range map[string]caastest.Dialect{"plain": {}, "odd": oddities, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Speak(dialect)
			w.SetPrice(203, 2.5)
			w.SetReplicas(203, 3, 7)
			w.test(t, shows(price("203", "[3, 1]", aDayOfTwo), priceIs(map[string]knownvalue.Check{
				"total_cost_usdc":         knownvalue.Float64Exact(960), // 2.5 USDC × 8 GPUs × 2 containers × 24 hours
				"gpus_per_container":      knownvalue.Int64Exact(8),
				"available_replica_count": counts(16, 7), // by ascending location
				"discount":                knownvalue.Float64Exact(0),
			})...))
			w.asked(t, pricePath, url.Values{
				"hardware_id": {"203"}, "location_ids": {"[1,3]"}, "duration_hours": {"24"}, "gpus_per_container": {"8"}, "replica_count": {"2"},
			})
		})
	}
}

// An account with a discount and fees: every part has its place.
func TestAccPrice_discountAndFees(t *testing.T) {
	w := newWorld(t)
	w.Inject(caastest.Fault{Path: pricePath, Times: -1, Body: `{"data": {"replica_count": 2, "gpus_per_container": 4,
		"available_replica_count": null, "discount": 1.5, "ionet_fee": "0.25", "ionet_fee_percent": 2, "currency_conversion_fee": 0.75,
		"currency_conversion_fee_percent": 3.5, "total_cost_usdc": "123.45"}}`})
	w.test(t, shows(price("203", "[1]", aDayOfTwo+"  gpus_per_container = 4\n"), priceIs(map[string]knownvalue.Check{
		"total_cost_usdc":                 knownvalue.Float64Exact(123.45),
		"gpus_per_container":              knownvalue.Int64Exact(4),
		"discount":                        knownvalue.Float64Exact(1.5),
		"ionet_fee":                       knownvalue.Float64Exact(0.25),
		"ionet_fee_percent":               knownvalue.Float64Exact(2),
		"currency_conversion_fee":         knownvalue.Float64Exact(0.75),
		"currency_conversion_fee_percent": knownvalue.Float64Exact(3.5),
		"available_replica_count":         counts(),
	})...))
	w.asked(t, pricePath, url.Values{
		"hardware_id": {"203"}, "location_ids": {"[1]"}, "duration_hours": {"24"}, "gpus_per_container": {"4"}, "replica_count": {"2"},
	})
}

// A price without a total is no price of 0.
func TestAccPrice_untold(t *testing.T) {
	w := newWorld(t)
	w.Inject(caastest.Fault{Path: pricePath, Times: -1, Body: `{"data": {"replica_count": 2}}`})
	w.test(t, fails(price("203", "[1]", aDayOfTwo), "Price not read", "has no total_cost_usdc"))
}

func TestAccPrice_unknownHardwareOrLocation(t *testing.T) {
	w := newWorld(t)
	const look = "The data source ioneth_caas_hardware lists the hardware that there is, ioneth_caas_locations the locations."
	w.test(t,
		fails(price("999", "[1]", aDayOfTwo), "Price not read", "hardware_id = 999", "unknown hardware 999", look, "422"),
		fails(price("203", "[1, 77]", aDayOfTwo), "Price not read", "location_ids = [1, 77]", "unknown location 77", look, "422"),
	)
}

func TestAccPrice_refusedAtValidation(t *testing.T) {
	w := newWorld(t)
	w.test(t,
		fails(price("203", "[]", aDayOfTwo), "location_ids", "at least 1"),
		fails(price("203", "[1]", "duration_hours = 0\n replica_count = 1"), "duration_hours", "at least 1"),
		fails(price("203", "[1]", "duration_hours = 1\n replica_count = 0"), "replica_count", "at least 1"),
	)
	if calls := w.Requests(); len(calls) > 0 {
		t.Errorf("the API was asked %d times", len(calls))
	}
}

// What comes from a resource that does not exist yet is asked about at apply.
func TestAccPrice_deferredUntilKnown(t *testing.T) {
	w := newWorld(t)
	w.SetPrice(204, 1)
	w.test(t, shows("resource \"terraform_data\" \"chosen\" {\n  input = 204\n}\n"+
		price("terraform_data.chosen.output", "[1]", "duration_hours = 1\n replica_count = 1"), priceIs(map[string]knownvalue.Check{
		"total_cost_usdc": knownvalue.Float64Exact(8),
	})...))
}
