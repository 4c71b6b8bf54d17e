package provider_test

import (
	"cmp"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// The function needs no credential, and accepts strings that are known only at apply.
func TestAccEscape_doublesEveryDollar(t *testing.T) {
	t.Setenv("TF_CLI_CONFIG_FILE", "")
	cases := map[string]struct{ hcl, want string }{
		"empty":   {`""`, ""},
		"nothing": {`"plain text"`, "plain text"},
		"bare":    {`"$HOME costs 5$"`, "$$HOME costs 5$$"},
		"braces":  {`"$${HOME}"`, "$${HOME}"}, // HCL's $${ is ${ to the function
		"twice":   {`"$$"`, "$$$$"},
		"lines":   {`"a$\nb$ü"`, "a$$\nb$$ü"},
		"unknown": {`terraform_data.later.output`, "pa$$ss"},
	}
	// The source of the test's provider: OpenTofu has another default host.
	source := cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io") + "/" + cmp.Or(os.Getenv("TF_ACC_PROVIDER_NAMESPACE"), "hashicorp") + "/ioneth"
	config := "terraform {\n  required_providers {\n    ioneth = {\n      source = \"" + source + "\"\n    }\n  }\n}\n" +
		"resource \"terraform_data\" \"later\" {\n  input = \"pa$ss\"\n}\n"
	var checks []statecheck.StateCheck
	for name, c := range cases {
		config += "output \"" + name + "\" {\n  value = provider::ioneth::escape(" + c.hcl + ")\n}\n"
		checks = append(checks, statecheck.ExpectKnownOutputValue(name, knownvalue.StringExact(c.want)))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"ioneth": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test", caas.SystemClock{})(), nil },
		},
		Steps: []resource.TestStep{{
			Config:            config,
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectUnknownOutputValue("unknown")}},
			ConfigStateChecks: checks,
		}},
	})
}
