package acctest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// DeploymentType is the type of the deployment resource and its list resource.
const DeploymentType = "ioneth_caas_deployment"

// protocol is the part of the plugin protocol that the provider serves.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// Server is one start of the provider, called as Terraform calls it.
type Server struct {
	protocol
	Schemas *tfprotov6.GetProviderSchemaResponse
	t       testing.TB
}

// Server starts a provider with the mock's endpoint and token.
func (e *Env) Server(t testing.TB) *Server {
	t.Helper()
	s, diagnostics := e.ServerWithConfig(t, `{"endpoint": "`+e.API.URL()+`", "token": "test-token"}`)
	if len(diagnostics) > 0 {
		t.Fatal(diagnostics)
	}
	return s
}

// ServerWithConfig starts a provider with a configuration in JSON, and returns the
// diagnostics of its validation, or without one those of its configuration.
func (e *Env) ServerWithConfig(t testing.TB, config string) (s *Server, diagnostics []string) {
	t.Helper()
	s = e.startServer(t)
	value := s.Value(s.Schemas.Provider.ValueType(), config)
	valid, err := s.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: value})
	s.Must(err, nil)
	if len(valid.Diagnostics) > 0 {
		return s, Texts(valid.Diagnostics)
	}
	return s, Texts(s.configure(t.Context(), value))
}

// ServerWithUnknownToken starts a provider whose token is not known yet.
func (e *Env) ServerWithUnknownToken(t testing.TB) *Server {
	t.Helper()
	s := e.startServer(t)
	block := "provider \"ioneth\" {\n  token = unknown\n}\n"
	config := evaluate(t, block, s.Schemas.Provider.ValueType(), map[string]cty.Value{"unknown": cty.DynamicVal})
	s.Must(nil, s.configure(t.Context(), s.Dynamic(config)))
	return s
}

func (e *Env) startServer(t testing.TB) *Server {
	t.Helper()
	s := &Server{protocol: provider.NewServer("test", e.Clock)().(protocol), t: t} //nolint:errcheck // our own provider serves all of it
	var err error
	s.Schemas, err = s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	s.Must(err, nil)
	return s
}

func (s *Server) configure(ctx context.Context, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	s.t.Helper()
	resp, err := s.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config})
	s.Must(err, nil)
	return resp.Diagnostics
}

// Must fails the test on an error, and on a diagnostic that is one.
func (s *Server) Must(err error, diagnostics []*tfprotov6.Diagnostic) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	if failed(diagnostics) {
		s.t.Fatal(Texts(diagnostics))
	}
}

// Value returns a value from JSON, in which what is missing is null.
func (s *Server) Value(of tftypes.Type, json string) *tfprotov6.DynamicValue {
	s.t.Helper()
	v, err := tftypes.ValueFromJSON([]byte(json), of) //nolint:staticcheck // there is no other
	s.Must(err, nil)
	return s.Dynamic(v)
}

// Dynamic returns a value as the protocol transports it.
func (s *Server) Dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	s.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(v.Type(), v)
	s.Must(err, nil)
	return &dynamic
}

// ReadDataSource validates and reads a data source with a configuration in JSON. It
// returns the state as [encoding/json] decodes it, sets in order, and the
// diagnostics, see Texts. What is not valid is not read, as in Terraform.
func (s *Server) ReadDataSource(typeName, config string) (state any, diagnostics []string) {
	s.t.Helper()
	of := s.Schemas.DataSourceSchemas[typeName].ValueType()
	value := s.Value(of, config)
	valid, err := s.ValidateDataResourceConfig(s.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: value})
	s.Must(err, nil)
	if len(valid.Diagnostics) > 0 {
		return nil, Texts(valid.Diagnostics)
	}
	read, err := s.protocol.ReadDataSource(s.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: value})
	s.Must(err, nil)
	if read.State == nil {
		return nil, Texts(read.Diagnostics)
	}
	v, err := read.State.Unmarshal(of)
	s.Must(err, nil)
	return object(v), Texts(read.Diagnostics)
}

// WantIdentity checks that an identity is that of a deployment.
func (s *Server) WantIdentity(what string, identity *tfprotov6.ResourceIdentityData, id string) {
	s.t.Helper()
	if identity == nil || identity.IdentityData == nil {
		s.t.Errorf("%s: no identity", what)
		return
	}
	v, err := identity.IdentityData.Unmarshal(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"deployment_id": tftypes.String}})
	s.Must(err, nil)
	if got := object(v)["deployment_id"]; got != id {
		s.t.Errorf("%s: the identity is %v, want %s", what, got, id)
	}
}

// Query is a list block of terraform query for deployments.
type Query struct {
	Config          string // JSON; "{}" when empty
	IncludeResource bool
	Limit           int64
}

// List returns the results of a query. It stops at the limit, as Terraform does.
func (s *Server) List(q Query) []tfprotov6.ListResourceResult {
	s.t.Helper()
	left := q.Limit
	return s.ListUntil(s.t.Context(), q, func(tfprotov6.ListResourceResult) bool { left--; return left == 0 })
}

// ListUntil returns the results of a query up to the one that is the last.
func (s *Server) ListUntil(ctx context.Context, q Query, last func(tfprotov6.ListResourceResult) bool) []tfprotov6.ListResourceResult {
	s.t.Helper()
	if q.Config == "" {
		q.Config = "{}"
	}
	stream, err := s.ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName: DeploymentType, Config: s.Value(s.Schemas.ListResourceSchemas[DeploymentType].ValueType(), q.Config),
		IncludeResource: q.IncludeResource, Limit: q.Limit,
	})
	s.Must(err, nil)
	var results []tfprotov6.ListResourceResult
	for result := range stream.Results {
		results = append(results, result)
		if last(result) {
			break
		}
	}
	return results
}

// ActionConfig returns the configuration of an action from JSON.
func (s *Server) ActionConfig(action, config string) *tfprotov6.DynamicValue {
	s.t.Helper()
	return s.Value(s.Schemas.ActionSchemas[action].Schema.ValueType(), config)
}

// PlanDiagnostics returns the diagnostics of the plan of an action.
func (s *Server) PlanDiagnostics(action, config string) []string {
	s.t.Helper()
	resp, err := s.PlanAction(s.t.Context(), &tfprotov6.PlanActionRequest{ActionType: action, Config: s.ActionConfig(action, config)})
	s.Must(err, nil)
	return Texts(resp.Diagnostics)
}

// Invocation is the outcome of an action.
type Invocation struct {
	Progress    []string
	Diagnostics []string // see Texts
}

// Invoke runs an action to its end.
func (s *Server) Invoke(ctx context.Context, action, config string) Invocation {
	s.t.Helper()
	stream, err := s.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: action, Config: s.ActionConfig(action, config)})
	s.Must(err, nil)
	var i Invocation
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			i.Progress = append(i.Progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			i.Diagnostics = Texts(e.Diagnostics)
		}
	}
	return i
}

// WantProgress checks the progress, message by message, each by a part of it.
func (i Invocation) WantProgress(t *testing.T, want ...string) {
	t.Helper()
	if !slices.EqualFunc(i.Progress, want, strings.Contains) {
		t.Errorf("progress %q, want %q", i.Progress, want)
	}
}

// WantDiagnostics checks the diagnostics, one by one, each by a part of it.
func (i Invocation) WantDiagnostics(t *testing.T, want ...string) {
	t.Helper()
	if !slices.EqualFunc(i.Diagnostics, want, strings.Contains) {
		t.Errorf("diagnostics %q, want %q", i.Diagnostics, want)
	}
}

// Texts returns diagnostics as severity, attribute, summary and detail.
func Texts(diagnostics []*tfprotov6.Diagnostic) []string {
	var texts []string
	for _, d := range diagnostics {
		texts = append(texts, fmt.Sprintf("%s %s %s: %s", d.Severity, d.Attribute, d.Summary, d.Detail))
	}
	return texts
}

func failed(diagnostics []*tfprotov6.Diagnostic) bool { return len(errorsOf(diagnostics)) > 0 }

// errorsOf returns the diagnostics that are not warnings.
func errorsOf(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	return slices.DeleteFunc(slices.Clone(diagnostics), func(d *tfprotov6.Diagnostic) bool { return d.Severity != tfprotov6.DiagnosticSeverityError })
}
