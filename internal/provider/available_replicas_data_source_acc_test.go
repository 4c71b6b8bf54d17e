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

const replicasPath = "/available-replicas"

func replicas(attributes string) string {
	return "data \"ioneth_caas_available_replicas\" \"test\" {\n" + attributes + "\n}\n"
}

func replicasAre(free ...int64) []statecheck.StateCheck {
	places := []map[string]knownvalue.Check{
		location(1, "US", "United States"), location(2, "DE", "Germany"), location(3, "FI", "Finland"), location(4, "JP", "Japan"),
	}
	rows := make([]knownvalue.Check, len(free))
	for i, n := range free {
		places[i]["available_replicas"] = knownvalue.Int64Exact(n)
		rows[i] = knownvalue.ObjectExact(places[i])
	}
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue("data.ioneth_caas_available_replicas.test", tfjsonpath.New("locations"), knownvalue.ListExact(rows)),
	}
}

func TestAccReplicas_perLocation(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]caastest.Format{"plain": {}, "unusual": unusualFormat, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			env := acctest.New(t, caastest.Options{Format: format})
			env.API.SetReplicas(203, 2, 0)
			env.API.SetReplicas(203, 3, 5)
			env.Test(t, shows(replicas("hardware_id = 203"), append(replicasAre(16, 0, 5, 16),
				statecheck.ExpectKnownValue("data.ioneth_caas_available_replicas.test", tfjsonpath.New("gpus_per_container"), knownvalue.Int64Exact(8)),
			)...))
			wantQuery(t, env, replicasPath, url.Values{"hardware_id": {"203"}, "hardware_qty": {"8"}})
		})
	}
}

func TestAccReplicas_otherSizes(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Test(t, shows(replicas("hardware_id = 225\n gpus_per_container = 4"), append(replicasAre(16, 16, 16, 16),
		statecheck.ExpectKnownValue("data.ioneth_caas_available_replicas.test", tfjsonpath.New("gpus_per_container"), knownvalue.Int64Exact(4)),
	)...))
	wantQuery(t, env, replicasPath, url.Values{"hardware_id": {"225"}, "hardware_qty": {"4"}})
}

func TestAccReplicas_unknownHardware(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Test(t, fails(replicas("hardware_id = 999"), "Error reading available replicas", "hardware_id = 999", "unknown hardware 999",
		"Use the data source ioneth_caas_hardware to look up hardware IDs", "422"))
}

func TestAccReplicas_refusedAtValidation(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Test(t,
		fails(replicas("hardware_id = 0"), "hardware_id", "at least 1"),
		fails(replicas("hardware_id = 203\n gpus_per_container = 0"), "gpus_per_container", "at least 1"),
	)
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("the API received %d requests", len(calls))
	}
}
