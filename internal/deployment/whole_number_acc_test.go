package deployment_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestAccDeployment_fractionKnownAtApply shows that a fraction which is unknown at
// plan is an error at apply, before anything is bought.
func TestAccDeployment_fractionKnownAtApply(t *testing.T) {
	const late = `
resource "terraform_data" "late" {
  input = 1.5
}
`
	for attribute, c := range map[string]struct{ value, says string }{
		"duration_hours":                 {"terraform_data.late.output", "duration_hours must be a whole number; got 1.5."},
		"location_ids":                   {"[terraform_data.late.output]", "location_ids must be a whole number; got 1.5."},
		"container_config.replica_count": {"terraform_data.late.output", "container_config.replica_count must be a whole number; got 1.5."},
	} {
		t.Run(attribute, func(t *testing.T) {
			w := newWorld(t, caastest.Options{})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: w.providers(),
				Steps: []resource.TestStep{{
					Config:      w.hcl(late + base.with(attributes{attribute: c.value}).String()),
					ExpectError: said(c.says),
				}},
			})
			if sent := w.changes(); len(sent) > 0 {
				t.Errorf("the API received %q, want no purchase", sent)
			}
		})
	}
}
