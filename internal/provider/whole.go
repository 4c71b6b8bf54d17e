package provider

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The framework refuses a fraction where an attribute takes whole numbers with
// an error about its own types, which "is always an error in the provider". Here
// the user is told what to correct.

// mayBeFraction is the one attribute of a configuration that takes fractions.
const mayBeFraction = "max_cost_usdc"

// ValidateResourceConfig implements tfprotov6.ResourceServer.
func (s *Server) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.framework.ValidateResourceConfig(ctx, req)
	if err == nil && aboutFractions(resp.Diagnostics) {
		resp.Diagnostics = s.wholeNumbers(ctx, resp.Diagnostics, req.Config, func(all *tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema {
			return all.ResourceSchemas[req.TypeName]
		})
	}
	return resp, err
}

// ValidateDataResourceConfig implements tfprotov6.DataSourceServer.
func (s *Server) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := s.framework.ValidateDataResourceConfig(ctx, req)
	if err == nil && aboutFractions(resp.Diagnostics) {
		resp.Diagnostics = s.wholeNumbers(ctx, resp.Diagnostics, req.Config, func(all *tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema {
			return all.DataSourceSchemas[req.TypeName]
		})
	}
	return resp, err
}

// aboutFractions tells that the framework speaks of a fraction.
func aboutFractions(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if isAboutFraction(d) {
			return true
		}
	}
	return false
}

func isAboutFraction(d *tfprotov6.Diagnostic) bool {
	return strings.Contains(strings.Join(strings.Fields(d.Detail), " "), "is not an integer")
}

// wholeNumbers are the diagnostics with what the framework says of fractions
// said anew, of all of them at once, each on its attribute. Where none is found
// they stay as they are.
func (s *Server) wholeNumbers(
	ctx context.Context, said []*tfprotov6.Diagnostic, config *tfprotov6.DynamicValue,
	schemaOf func(*tfprotov6.GetProviderSchemaResponse) *tfprotov6.Schema,
) []*tfprotov6.Diagnostic {
	schemas, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || schemaOf(schemas) == nil {
		return said
	}
	raw, err := config.Unmarshal(schemaOf(schemas).ValueType())
	if err != nil {
		return said
	}
	found := fractions(raw)
	if len(found) == 0 {
		return said
	}
	for _, d := range said {
		if !isAboutFraction(d) {
			found = append(found, d)
		}
	}
	return found
}

// fractions are the errors of a configuration's fractions, where whole numbers
// are wanted.
func fractions(config tftypes.Value) (found []*tfprotov6.Diagnostic) {
	_ = tftypes.Walk(config, func(at *tftypes.AttributePath, v tftypes.Value) (bool, error) { // none is returned below
		number := fraction(v)
		if number == nil {
			return true, nil
		}
		var names []string
		path := tftypes.NewAttributePath()
		for _, step := range at.Steps() {
			if name, ok := step.(tftypes.AttributeName); ok { // not a set's element, which no path can name
				names = append(names, string(name))
				path = path.WithAttributeName(string(name))
			}
		}
		name := strings.Join(names, ".")
		if name != mayBeFraction {
			found = append(found, &tfprotov6.Diagnostic{
				Severity: tfprotov6.DiagnosticSeverityError, Attribute: path, Summary: "Not a whole number",
				Detail: fmt.Sprintf("%s takes whole numbers, and %s is none.", name, number.Text('f', -1)),
			})
		}
		return true, nil
	})
	return found
}

// fraction is the number that a value is, nil unless that has a fraction.
func fraction(v tftypes.Value) *big.Float {
	number := &big.Float{}
	if !v.IsKnown() || v.IsNull() || !v.Type().Is(tftypes.Number) || v.As(number) != nil || number.IsInt() {
		return nil
	}
	return number
}
