// Command smallest is the smallest possible provider: one resource with an id
// and a name, and no API behind it. What it takes is what Terraform and the
// framework take for any provider.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return smallest{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/ioneth/smallest"})
	if err != nil {
		log.Fatal(err)
	}
}

type smallest struct{}

// Metadata implements provider.Provider.
func (smallest) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "smallest"
}

// Schema implements provider.Provider.
func (smallest) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

// Configure implements provider.Provider.
func (smallest) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// DataSources implements provider.Provider.
func (smallest) DataSources(context.Context) []func() datasource.DataSource { return nil }

// Resources implements provider.Provider.
func (smallest) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return thing{} }}
}
