package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// dataSource is a data source: its name, its attributes and how they are read. M is
// its model.
type dataSource[M any] struct {
	*providerData
	name   string
	schema func() schema.Schema
	read   func(ctx context.Context, p *providerData, m *M) diag.Diagnostics
}

var _ datasource.DataSourceWithConfigure = (*dataSource[any])(nil)

func (d *dataSource[M]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.name
}

func (d *dataSource[M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = d.schema()
}

func (d *dataSource[M]) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.providerData = providerDataOf(req.ProviderData, &resp.Diagnostics)
}

// Read implements datasource.DataSource.
func (d *dataSource[M]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m M
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.requireConfigured(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	resp.Diagnostics.Append(withDestroyHint(d.read(ctx, d.providerData, &m))...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// readOnly returns computed attributes of the resource as attributes of a data
// source: names, types and descriptions are the same in both.
func readOnly(attributes map[string]resourceschema.Attribute) map[string]schema.Attribute {
	out := make(map[string]schema.Attribute, len(attributes))
	for name, attribute := range attributes {
		out[name] = readOnlyAttribute(attribute)
	}
	return out
}

func readOnlyAttribute(attribute resourceschema.Attribute) schema.Attribute {
	description := attribute.GetMarkdownDescription()
	switch a := attribute.(type) {
	case resourceschema.StringAttribute:
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	case resourceschema.Int64Attribute:
		return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
	case resourceschema.Float64Attribute:
		return schema.Float64Attribute{MarkdownDescription: description, Computed: true}
	case resourceschema.SetAttribute:
		return schema.SetAttribute{MarkdownDescription: description, ElementType: a.ElementType, Computed: true}
	case resourceschema.ListAttribute:
		return schema.ListAttribute{MarkdownDescription: description, ElementType: a.ElementType, Computed: true}
	case resourceschema.ListNestedAttribute:
		return schema.ListNestedAttribute{
			MarkdownDescription: description, Computed: true,
			NestedObject: schema.NestedAttributeObject{Attributes: readOnly(a.NestedObject.Attributes)},
		}
	default: // every test that reads the schema fails
		panic(fmt.Sprintf("no data source attribute for a %T", attribute))
	}
}

func computedString(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

func computedInt64(description string) schema.Attribute {
	return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
}

func computedFloat64(description string) schema.Attribute {
	return schema.Float64Attribute{MarkdownDescription: description, Computed: true}
}

// volatileAttributes returns the attributes that change by themselves while a
// deployment runs. They are in data sources only. missing is the value of minutes
// that the API does not return.
func volatileAttributes(missing string) map[string]schema.Attribute {
	missing += " when the API does not return it."
	return map[string]schema.Attribute{
		"completed_percent":         computedFloat64("Progress of the deployment in percent, as the API returns it. The API's reference does not say how it is measured."),
		"compute_minutes_served":    computedFloat64("Prepaid time that has been served, in minutes. " + missing),
		"compute_minutes_remaining": computedFloat64("Prepaid time that remains, in minutes. " + missing),
	}
}

// locationModel is a location.
type locationModel struct {
	ID   types.Int64  `tfsdk:"id"`
	ISO2 types.String `tfsdk:"iso2"`
	Name types.String `tfsdk:"name"`
}

func flattenLocation(l caas.Location) locationModel {
	return locationModel{ID: types.Int64Value(int64(l.ID)), ISO2: stringOrNull(l.ISO2), Name: stringOrNull(l.Name)}
}

// locationAttributes returns the attributes of a locationModel.
func locationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":   computedInt64("ID of the location, for `location_ids`."),
		"iso2": computedString("Country of the location, as an ISO 3166-1 alpha-2 code."),
		"name": computedString("Name of the location."),
	}
}

// atLeastOne returns a required number.
func atLeastOne(description string) schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: description + " Minimum 1.",
		Required:            true,
		CustomType:          wholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

func hardwareIDAttribute() schema.Attribute {
	return atLeastOne("ID of the hardware type, as returned by the data source `ioneth_caas_hardware`.")
}

func gpusPerContainerAttribute() schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: "Number of GPUs of each container. Minimum 1. Defaults to `8`, the only value that deployments accept.",
		Optional:            true,
		Computed:            true,
		CustomType:          wholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

// gpusOrDefault returns the default of gpus_per_container when it is null: schemas
// of data sources have no defaults.
func gpusOrDefault(configured types.Int64) types.Int64 {
	if configured.IsNull() {
		return types.Int64Value(gpusPerContainer)
	}
	return configured
}
