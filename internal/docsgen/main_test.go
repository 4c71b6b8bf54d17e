package main

import (
	"encoding/json"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// TestAccDump compares the dump with what Terraform prints. For identities, lists
// and actions, which the oldest version does not print, it checks samples.
func TestAccDump(t *testing.T) {
	t.Parallel()
	if !tfcli.IsTerraform() {
		t.Skip("compares with Terraform")
	}
	var printed tfjson.ProviderSchemas
	tf := acctest.New(t, caastest.Options{}).Terraform(t)
	if err := json.Unmarshal([]byte(tf.Run("providers", "schema", "-json")), &printed); err != nil {
		t.Fatal(err)
	}
	schemas, err := dump(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := schemas.Schemas[name]
	if len(printed.Schemas) != 1 {
		t.Fatalf("Terraform prints %d providers, want one", len(printed.Schemas))
	}
	for _, want := range printed.Schemas {
		wantEqual(t, "provider", got.ConfigSchema, want.ConfigSchema)
		wantEqual(t, "resources", got.ResourceSchemas, want.ResourceSchemas)
		wantEqual(t, "data sources", got.DataSourceSchemas, want.DataSourceSchemas)
		wantEqual(t, "functions", got.Functions, want.Functions)
		if len(want.EphemeralResourceSchemas) > 0 {
			t.Error("the dump lacks the ephemeral resources")
		}
	}
	if id := got.ResourceIdentitySchemas[acctest.DeploymentType].Attributes["deployment_id"]; !id.RequiredForImport || id.IdentityType.FriendlyName() != "string" {
		t.Errorf("the identity is %+v", id)
	}
	if status := got.ListResourceSchemas[acctest.DeploymentType].Block.Attributes["status"]; !status.Optional || status.Description == "" {
		t.Errorf("the attribute of the list is %+v", status)
	}
	if hours := got.ActionSchemas[acctest.DeploymentType+"_extend"].Block.Attributes["hours"]; !hours.Required || hours.Description == "" {
		t.Errorf("the attribute of the action is %+v", hours)
	}
}

func wantEqual(t *testing.T, what string, got, want any) {
	t.Helper()
	gotJSON, gotErr := json.MarshalIndent(got, "", "  ")
	wantJSON, wantErr := json.MarshalIndent(want, "", "  ")
	if gotErr != nil || wantErr != nil || string(gotJSON) != string(wantJSON) {
		t.Errorf("%s: got %v\n%s\nTerraform prints %v\n%s", what, gotErr, gotJSON, wantErr, wantJSON)
	}
}
