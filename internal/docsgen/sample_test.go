package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// sampleProvider serves one object of each kind. Only the schemas count; the
// embedded interfaces stand in for the methods that a dump never calls.
type sampleProvider struct{ provider.Provider }

func (sampleProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "sample"
}

func (sampleProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{
		MarkdownDescription: "The **sample** provider.",
		Attributes: map[string]providerschema.Attribute{
			"token": providerschema.StringAttribute{Optional: true, Sensitive: true, Description: "A plain text."},
		},
	}
}

func (sampleProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return sampleResource{} }}
}

func (sampleProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return sampleDataSource{} }}
}

func (sampleProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return sampleList{} }}
}

func (sampleProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return sampleAction{} }}
}

func (sampleProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{func() function.Function { return sampleFunction{} }}
}

type sampleResource struct{ resource.Resource }

func (sampleResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "sample_thing"
}

func (sampleResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		Version: 3,
		Attributes: map[string]schema.Attribute{
			"id":    schema.StringAttribute{Computed: true},
			"sizes": schema.SetAttribute{Required: true, ElementType: types.Int64Type},
			"old":   schema.BoolAttribute{Optional: true, DeprecationMessage: "Use sizes."},
			"config": schema.SingleNestedAttribute{Required: true, Attributes: map[string]schema.Attribute{
				"secret_wo": schema.MapAttribute{Optional: true, WriteOnly: true, ElementType: types.StringType},
			}},
			"parts": schema.ListNestedAttribute{Computed: true, NestedObject: schema.NestedAttributeObject{
				Attributes: map[string]schema.Attribute{"name": schema.StringAttribute{Computed: true}},
			}},
		},
		Blocks: map[string]schema.Block{
			"rule": schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{"port": schema.Int64Attribute{Optional: true}},
			}},
		},
	}
}

func (sampleResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "The uuid."},
	}}
}

type sampleDataSource struct{ datasource.DataSource }

func (sampleDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "sample_things"
}

func (sampleDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{Attributes: map[string]datasourceschema.Attribute{
		"cost": datasourceschema.Float64Attribute{Computed: true, MarkdownDescription: "In `USDC`."},
	}}
}

type sampleList struct{ list.ListResource }

func (sampleList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "sample_thing"
}

func (sampleList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{Attributes: map[string]listschema.Attribute{
		"status": listschema.StringAttribute{Optional: true},
	}}
}

type sampleAction struct{ action.Action }

func (sampleAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "sample_thing_extend"
}

func (sampleAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionschema.Schema{Attributes: map[string]actionschema.Attribute{
		"hours": actionschema.Int64Attribute{Required: true},
	}}
}

type sampleFunction struct{ function.Function }

func (sampleFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "escape"
}

func (sampleFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:           "Escapes.",
		Parameters:        []function.Parameter{function.StringParameter{Name: "text", AllowNullValue: true}},
		VariadicParameter: function.StringParameter{Name: "more"},
		Return:            function.ListReturn{ElementType: types.StringType},
	}
}
