package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// address is the provider's in the Terraform Registry.
const address = "registry.terraform.io/ioneth/ioneth"

// Server is the provider as Terraform speaks to it. It is the framework's, but
// for two things. It says what is wrong with a fraction (whole.go). And it notes
// the deployments of the state that pass by: Terraform plans the replacement of a
// tainted deployment as if it were new and, with -refresh=false, shows the old
// one to no other part of a provider; the name that the old one holds must not
// be taken for a stranger's.
type Server struct {
	framework
	session *deployment.Session
}

// framework is all that the framework's server does: plugin-go asks for the
// later parts of the protocol one by one.
type framework interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

var _ framework = (*Server)(nil)

// NewServer makes the server of the provider of that version; clock is
// caas.SystemClock{} but for tests.
func NewServer(version string, clock caas.Clock) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := &Provider{version: version, session: &deployment.Session{Clock: clock}}
		server := providerserver.NewProtocol6(p)()
		full, ok := server.(framework)
		if !ok { // a framework that speaks less: nothing is noted
			return server
		}
		return &Server{framework: full, session: p.session}
	}
}

// Serve serves the provider to Terraform until that is done with it.
func Serve(version string, options ...tf6server.ServeOpt) error {
	return tf6server.Serve(address, NewServer(version, caas.SystemClock{}), options...)
}

// UpgradeResourceState implements tfprotov6.ResourceServer: Terraform calls it
// for whatever it reads from the state.
func (s *Server) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if req.RawState != nil {
		s.session.RememberState(req.TypeName, req.RawState.JSON)
	}
	return s.framework.UpgradeResourceState(ctx, req)
}
