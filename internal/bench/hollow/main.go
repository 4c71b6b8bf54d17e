// Command hollow is a provider with the schema of ioneth_caas_deployment and
// nothing behind it. What it takes is what Terraform and the framework take for
// that schema; what we take beyond is our own doing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return hollow{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/ioneth/hollow"})
	if err != nil {
		log.Fatal(err)
	}
}

type hollow struct{}

// Metadata implements provider.Provider.
func (hollow) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "hollow"
}

// Schema implements provider.Provider.
func (hollow) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

// Configure implements provider.Provider.
func (hollow) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// DataSources implements provider.Provider.
func (hollow) DataSources(context.Context) []func() datasource.DataSource { return nil }

// Resources implements provider.Provider.
func (hollow) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return thing{} }}
}

// thing is hollow_deployment, which exists in the state alone.
type thing struct{}

// Metadata implements resource.Resource.
func (thing) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "hollow_deployment"
}

// Schema implements resource.Resource.
func (thing) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	deployment.NewResource().Schema(ctx, req, resp)
}

// Create implements resource.Resource.
func (thing) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	keep(req.Plan.Raw, &resp.State.Raw, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (thing) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Update implements resource.Resource.
func (thing) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	keep(req.Plan.Raw, &resp.State.Raw, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (thing) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// keep makes the plan the state; what it does not know becomes null.
func keep(plan tftypes.Value, state *tftypes.Value, diags *diag.Diagnostics) {
	known, err := tftypes.Transform(plan, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		return tftypes.NewValue(v.Type(), nil), nil
	})
	if err != nil {
		diags.AddError("Plan not kept", err.Error())
		return
	}
	*state = known
}
