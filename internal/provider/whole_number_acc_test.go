package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A fraction that is known only at apply is an error before anything is bought.
func TestAccDeployment_fractionKnownAtApply(t *testing.T) {
	t.Parallel()
	const late = `
resource "terraform_data" "late" {
  input = 1.5
}
`
	for attribute, c := range map[string]struct{ value, output string }{
		"duration_hours":                 {"terraform_data.late.output", "duration_hours must be a whole number; got 1.5."},
		"location_ids":                   {"[terraform_data.late.output]", "location_ids must be a whole number; got 1.5."},
		"container_config.replica_count": {"terraform_data.late.output", "container_config.replica_count must be a whole number; got 1.5."},
	} {
		t.Run(attribute, func(t *testing.T) {
			env := newEnv(t, caastest.Options{})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.ProtoV6ProviderFactories,
				Steps: []resource.TestStep{{
					Config:      env.Config(late + base.with(attributes{attribute: c.value}).String()),
					ExpectError: acctest.Words(c.output),
				}},
			})
			if sent := env.changes(); len(sent) > 0 {
				t.Errorf("the API received %q, want no purchase", sent)
			}
		})
	}
}
