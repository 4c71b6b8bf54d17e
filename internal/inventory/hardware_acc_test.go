package inventory_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	hardwarePath = "/hardware/max-gpus-per-container"
	allHardware  = "data \"ioneth_caas_hardware\" \"test\" {}\n"
)

func hardwareIs(rows ...knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.ioneth_caas_hardware.test", tfjsonpath.New("hardware"), knownvalue.ListExact(rows))
}

func hardwareRow(id int64, name string, gpus, available int64) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"hardware_id": knownvalue.Int64Exact(id), "hardware_name": knownvalue.StringExact(name),
		"brand_name": knownvalue.StringExact("NVIDIA"), "max_gpus_per_container": knownvalue.Int64Exact(gpus),
		"available": knownvalue.Int64Exact(available),
	})
}

func TestAccHardware_listsAll(t *testing.T) {
	w := newWorld(t)
	w.SetReplicas(203, 1, 3)
	w.test(t, shows(allHardware, hardwareIs(
		hardwareRow(203, "H100 SXM", 8, 51),
		hardwareRow(204, "H200", 8, 64),
		hardwareRow(210, "A100 SXM4 80GB", 8, 64),
		hardwareRow(225, "GeForce RTX 4090", 4, 64),
	)))
	w.asked(t, hardwarePath, nil)
}

// Rows with regional ids, which are texts, are left out, and the others survive.
func TestAccHardware_survivesOddities(t *testing.T) {
	w := newWorld(t)
	w.Speak(oddities)
	w.test(t, shows(allHardware, hardwareIs(
		hardwareRow(203, "H100 SXM", 8, 64),
		hardwareRow(204, "H200", 8, 64),
		hardwareRow(210, "A100 SXM4 80GB", 8, 64),
		hardwareRow(225, "GeForce RTX 4090", 4, 64),
	)))
}

func TestAccHardware_filteredByName(t *testing.T) {
	w := newWorld(t)
	w.test(t,
		fails(`data "ioneth_caas_hardware" "test" { name = "" }`, "name", "at least 1"),
		shows(`data "ioneth_caas_hardware" "test" { name = "h100 sxm" }`, hardwareIs(hardwareRow(203, "H100 SXM", 8, 64))),
		shows(`data "ioneth_caas_hardware" "test" { name = "H100" }`, hardwareIs()), // a part is not the name
	)
}

func TestAccHardware_nothingOnOffer(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{`{"data": {"hardware": [], "total": 0}}`, `{"data": {"hardware": null, "total": 0}}`} {
		w.Inject(caastest.Fault{Path: hardwarePath, Times: -1, Body: body})
		w.test(t, shows(allHardware, hardwareIs()))
		w.ClearFaults()
	}
}

func TestAccHardware_refusedCredential(t *testing.T) {
	w := newWorld(t)
	w.token = `"wrong-token"`
	w.test(t, fails(allHardware, "Hardware not read", "The API refused the credential: Invalid or expired token.",
		"Check token and api_key of the provider", "GET "+caastest.Prefix+hardwarePath+": 401 Unauthorized"))
}

func TestAccHardware_apiDown(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.test(t, fails(allHardware, "Hardware not read", "connection refused", "Run the command again.", "no answer"))
}

// A read ends after five minutes, whatever the API promises.
func TestAccHardware_endlesslyRateLimited(t *testing.T) {
	w := newWorld(t)
	w.Inject(caastest.Fault{Path: hardwarePath, Times: -1, Status: 429, Body: `{"detail": "slow down"}`})
	before := w.clock.Now()
	w.test(t, fails(allHardware, "Hardware not read", "slow down", "429 Too Many Requests"))
	if waited := w.clock.Now().Sub(before); waited != 5*time.Minute {
		t.Errorf("the read ended after %s, want 5 minutes", waited)
	}
}

// At plan the credential may come from what does not exist yet. Applied in two
// steps the same configuration works.
func TestAccHardware_unknownCredential(t *testing.T) {
	w := newWorld(t)
	w.token = "terraform_data.token.output"
	const config = "resource \"terraform_data\" \"token\" {\n  input = \"test-token\"\n}\n"
	w.test(t,
		fails(config+allHardware, "Provider configuration not known yet", "Nothing was asked.", "IONETH_TOKEN", "-target"),
		shows(config),
		shows(config+allHardware, hardwareIs(
			hardwareRow(203, "H100 SXM", 8, 64),
			hardwareRow(204, "H200", 8, 64),
			hardwareRow(210, "A100 SXM4 80GB", 8, 64),
			hardwareRow(225, "GeForce RTX 4090", 4, 64),
		)),
	)
}
