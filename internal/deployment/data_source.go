package deployment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// source is the part that all data sources here have: the session.
type source struct{ *Session }

// Configure implements datasource.DataSourceWithConfigure.
func (s *source) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	s.Session = sessionOf(req.ProviderData, &resp.Diagnostics)
}

// ready tells whether the API can be asked; diags say why not.
func (s *source) ready(diags *diag.Diagnostics) bool {
	if s.Client == nil {
		diags.Append(diagnose.ConfigurationUnknown())
	}
	return !diags.HasError()
}

// readOnly is an attribute of the resource that only the API sets, in a data
// source: names, types and descriptions are the same in both.
func readOnly(attribute resourceschema.Attribute) schema.Attribute {
	switch a := attribute.(type) {
	case resourceschema.StringAttribute:
		return schema.StringAttribute{MarkdownDescription: a.MarkdownDescription, Computed: true}
	case resourceschema.Int64Attribute:
		return schema.Int64Attribute{MarkdownDescription: a.MarkdownDescription, Computed: true}
	case resourceschema.Float64Attribute:
		return schema.Float64Attribute{MarkdownDescription: a.MarkdownDescription, Computed: true}
	case resourceschema.SetAttribute:
		return schema.SetAttribute{MarkdownDescription: a.MarkdownDescription, ElementType: a.ElementType, Computed: true}
	case resourceschema.ListNestedAttribute:
		return schema.ListNestedAttribute{
			MarkdownDescription: a.MarkdownDescription, Computed: true,
			NestedObject: schema.NestedAttributeObject{Attributes: readOnlyAttributes(a.NestedObject.Attributes)},
		}
	default: // a new kind of attribute in the resource, which every test would meet
		panic(fmt.Sprintf("deployment: data sources can't show a %T yet", attribute))
	}
}

// readOnlyAttributes are those of that name, all when none is named.
func readOnlyAttributes(attributes map[string]resourceschema.Attribute, names ...string) map[string]schema.Attribute {
	out := make(map[string]schema.Attribute, len(attributes))
	for _, name := range names {
		out[name] = readOnly(attributes[name])
	}
	if len(names) == 0 {
		for name, attribute := range attributes {
			out[name] = readOnly(attribute)
		}
	}
	return out
}

// volatileAttributes change by themselves while a deployment runs, and so are in
// data sources only.
func volatileAttributes() map[string]schema.Attribute {
	told := func(description string) schema.Attribute {
		return schema.Float64Attribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"completed_percent":         told("How much of the time paid for is over, in percent, as the API counts."),
		"compute_minutes_served":    told("Minutes of the time paid for that are over."),
		"compute_minutes_remaining": told("Minutes of the time paid for that are left."),
	}
}

// noSuchDeployment is the error for a deployment that the account does not have.
// where is the request that said so, if one did.
func noSuchDeployment(at path.Path, what, where string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "No such deployment", diagnose.Paragraphs(
		"The account has no deployment with the "+what+".",
		"The data source ioneth_caas_deployments lists the names and ids of all that it has.", where))
}

// notLookedUp explains a read of a data source that failed.
func notLookedUp(summary string, err error) diag.Diagnostics {
	return diagnose.Failure{Summary: summary, Err: err, Next: "Run the command again."}.Diagnostics()
}
