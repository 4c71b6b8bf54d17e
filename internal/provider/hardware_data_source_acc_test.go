package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
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
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.SetReplicas(203, 1, 3)
	env.Test(t, shows(allHardware, hardwareIs(
		hardwareRow(203, "H100 SXM", 8, 51),
		hardwareRow(204, "H200", 8, 64),
		hardwareRow(210, "A100 SXM4 80GB", 8, 64),
		hardwareRow(225, "GeForce RTX 4090", 4, 64),
	)))
	wantQuery(t, env, hardwarePath, nil)
}

// Rows with regional ids, which are texts, are left out, and the others survive.
func TestAccHardware_survivesOddities(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{Format: unusualFormat})
	env.Test(t, shows(allHardware, hardwareIs(
		hardwareRow(203, "H100 SXM", 8, 64),
		hardwareRow(204, "H200", 8, 64),
		hardwareRow(210, "A100 SXM4 80GB", 8, 64),
		hardwareRow(225, "GeForce RTX 4090", 4, 64),
	)))
}

func TestAccHardware_filteredByName(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Test(t,
		fails(`data "ioneth_caas_hardware" "test" { name = "" }`, "name", "at least 1"),
		shows(`data "ioneth_caas_hardware" "test" { name = "h100 sxm" }`, hardwareIs(hardwareRow(203, "H100 SXM", 8, 64))),
		shows(`data "ioneth_caas_hardware" "test" { name = "H100" }`, hardwareIs()), // a part is not the name
	)
}

func TestAccHardware_nothingOnOffer(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	for _, body := range []string{`{"data": {"hardware": [], "total": 0}}`, `{"data": {"hardware": null, "total": 0}}`} {
		env.API.Inject(caastest.Fault{Path: hardwarePath, Times: -1, Body: body})
		env.Test(t, shows(allHardware, hardwareIs()))
		env.API.ClearFaults()
	}
}

func TestAccHardware_refusedCredential(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Provider = env.ProviderWithToken(`"wrong-token"`)
	env.Test(t, fails(allHardware, "Error reading hardware", "The API returned: Invalid or expired token",
		"Check token and api_key in the provider block", "GET "+caastest.Prefix+hardwarePath+": 401 Unauthorized"))
}

func TestAccHardware_apiDown(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.Close()
	env.Test(t, fails(allHardware, "Error reading hardware", "connection refused", "Run the command again.", "not sent"))
}

// A read ends after five minutes, whatever the API promises.
func TestAccHardware_endlesslyRateLimited(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.API.Inject(caastest.Fault{Path: hardwarePath, Times: -1, Status: 429, Body: `{"detail": "slow down"}`})
	before := env.Clock.Now()
	env.Test(t, fails(allHardware, "Error reading hardware", "slow down", "429 Too Many Requests"))
	if waited := env.Clock.Now().Sub(before); waited != 5*time.Minute {
		t.Errorf("the read ended after %s, want 5 minutes", waited)
	}
}

// At plan the credential may come from what does not exist yet. Applied in two
// steps the same configuration works.
func TestAccHardware_unknownCredential(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, caastest.Options{})
	env.Provider = env.ProviderWithToken("terraform_data.token.output")
	const config = "resource \"terraform_data\" \"token\" {\n  input = \"test-token\"\n}\n"
	env.Test(t,
		fails(config+allHardware, "Provider configuration is not known at plan", "IONETH_TOKEN", "-target"),
		shows(config),
		shows(config+allHardware, hardwareIs(
			hardwareRow(203, "H100 SXM", 8, 64),
			hardwareRow(204, "H200", 8, 64),
			hardwareRow(210, "A100 SXM4 80GB", 8, 64),
			hardwareRow(225, "GeForce RTX 4090", 4, 64),
		)),
	)
}
