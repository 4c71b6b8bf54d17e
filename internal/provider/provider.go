// Package provider is the Terraform provider for io.net: its configuration,
// resources, data sources, list resources, actions and functions. What they do to
// deployments is in the package deployment.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// registryAddress is the provider's address in the Terraform Registry.
const registryAddress = "registry.terraform.io/ioneth/ioneth"

// ionethProvider is the provider. It holds nothing of a configuration: each
// Configure makes its own providerData.
type ionethProvider struct {
	version string
	clock   caas.Clock
}

var (
	_ provider.Provider                  = (*ionethProvider)(nil)
	_ provider.ProviderWithFunctions     = (*ionethProvider)(nil)
	_ provider.ProviderWithListResources = (*ionethProvider)(nil)
	_ provider.ProviderWithActions       = (*ionethProvider)(nil)
)

// NewServer returns the constructor of the provider's server. The clock is
// caas.SystemClock{} except in tests.
func NewServer(version string, clock caas.Clock) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		return providerserver.NewProtocol6(&ionethProvider{version: version, clock: clock})()
	}
}

// Serve serves the provider until Terraform ends it.
func Serve(version string, options ...tf6server.ServeOpt) error {
	return tf6server.Serve(registryAddress, NewServer(version, caas.SystemClock{}), options...)
}

func (p *ionethProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "ioneth"
	resp.Version = p.version
}

// Resources implements provider.Provider.
func (p *ionethProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newDeploymentResource, newDeploymentReadinessResource}
}

// DataSources implements provider.Provider.
func (p *ionethProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newDeploymentDataSource,
		newDeploymentsDataSource,
		newContainersDataSource,
		newHardwareDataSource,
		newLocationsDataSource,
		newAvailableReplicasDataSource,
		newPriceDataSource,
	}
}

// ListResources implements provider.ProviderWithListResources.
func (p *ionethProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newDeploymentListResource}
}

// Actions implements provider.ProviderWithActions.
func (p *ionethProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{newDeploymentExtendAction, newDeploymentLogsAction}
}

// Functions implements provider.ProviderWithFunctions.
func (p *ionethProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newEscapeFunction}
}
