package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

const (
	// name is the key that tfplugindocs looks for: the provider's short name, not
	// its Registry address.
	name = "ioneth"
	// formatVersion is the version of Terraform's schema format that tfjson holds.
	formatVersion = "1.0"
)

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
		FormatVersion: formatVersion,
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
