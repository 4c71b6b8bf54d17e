package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// address is the provider's address in the Terraform Registry.
const address = "registry.terraform.io/ioneth/ioneth"

// NewServer returns the constructor of the provider's server. clock is
// caas.SystemClock{} except in tests.
func NewServer(version string, clock caas.Clock) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		return providerserver.NewProtocol6(&Provider{version: version, clock: clock})()
	}
}

// Serve serves the provider until Terraform ends it.
func Serve(version string, options ...tf6server.ServeOpt) error {
	return tf6server.Serve(address, NewServer(version, caas.SystemClock{}), options...)
}
