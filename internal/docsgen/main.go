// Command docsgen writes the provider's schema as JSON to standard output, as
// `terraform providers schema -json` would. The documentation is generated from
// it. Asking the provider itself needs no Terraform, and leaves nothing out: a
// Terraform older than 1.14 drops list resources and actions, and one older
// than 1.12 drops identities.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// name is the key that tfplugindocs looks for: the provider's short name, not its
// Registry address.
const name = "ioneth"

func main() {
	schemas, err := dump(context.Background())
	if err == nil {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		err = out.Encode(schemas)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "docsgen:", err)
		os.Exit(1)
	}
}

// dump returns everything that the provider serves in Terraform's JSON format.
func dump(ctx context.Context) (*tfjson.ProviderSchemas, error) {
	server := provider.NewServer("dev", caas.SystemClock{})()
	served, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Concat(served.Diagnostics, identities.Diagnostics) {
		err = errors.Join(err, fmt.Errorf("%s: %s", d.Summary, d.Detail))
	}
	return &tfjson.ProviderSchemas{
		FormatVersion: "1.0", // the version that tfjson holds
		Schemas: map[string]*tfjson.ProviderSchema{name: {
			ConfigSchema:            schema(served.Provider),
			ResourceSchemas:         convertAll(served.ResourceSchemas, schema),
			DataSourceSchemas:       convertAll(served.DataSourceSchemas, schema),
			ListResourceSchemas:     convertAll(served.ListResourceSchemas, schema),
			ActionSchemas:           convertAll(served.ActionSchemas, action),
			Functions:               convertAll(served.Functions, function),
			ResourceIdentitySchemas: convertAll(identities.IdentitySchemas, identity),
		}},
	}, err
}
