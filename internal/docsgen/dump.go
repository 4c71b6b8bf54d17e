package main

import (
	"context"
	"errors"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// formatVersion is the version of Terraform's schema format that tfjson holds.
const formatVersion = "1.0"

// dump asks a provider server for everything it serves and returns it in
// Terraform's JSON format, under the given provider name.
func dump(ctx context.Context, name string, server tfprotov6.ProviderServer) (*tfjson.ProviderSchemas, error) {
	served, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	if err := failure(served.Diagnostics); err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	if err := failure(identities.Diagnostics); err != nil {
		return nil, err
	}

	c := &converter{}
	schemas := &tfjson.ProviderSchemas{
		FormatVersion: formatVersion,
		Schemas: map[string]*tfjson.ProviderSchema{name: {
			ConfigSchema:             c.schema(served.Provider),
			ResourceSchemas:          convertAll(served.ResourceSchemas, c.schema),
			DataSourceSchemas:        convertAll(served.DataSourceSchemas, c.schema),
			EphemeralResourceSchemas: convertAll(served.EphemeralResourceSchemas, c.schema),
			ListResourceSchemas:      convertAll(served.ListResourceSchemas, c.schema),
			ActionSchemas:            convertAll(served.ActionSchemas, c.action),
			Functions:                convertAll(served.Functions, c.function),
			ResourceIdentitySchemas:  convertAll(identities.IdentitySchemas, c.identity),
		}},
	}
	return schemas, errors.Join(c.errs...)
}

// failure returns the errors among the diagnostics, or nil.
func failure(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(errs...)
}
