package deployment_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestList_configuration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	p := w.protocol(t)
	of := p.schemas(t.Context()).ListResourceSchemas[typeName].ValueType()
	valid, err := p.lists().ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: p.value(of, `{"status": ""}`)})
	if err != nil || len(valid.Diagnostics) != 1 || !strings.Contains(valid.Diagnostics[0].Detail, "status") {
		t.Errorf("an empty status: %v %v", valid.Diagnostics, err)
	}

	w.AllowViolations()
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Skip: 1, Times: -1, Status: 422, Body: `{"detail": [{"loc": ["query", "status"], "msg": "unknown status", "type": "enum"}]}`})
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Times: 1, Status: 422, Body: `{"detail": [{"loc": ["query", "page"], "msg": "from 1", "type": "x"}]}`})
	found := p.list(query{config: `{"status": "bad"}`})
	if len(found) != 1 || len(found[0].Diagnostics) != 1 || found[0].Diagnostics[0].Attribute.String() != `AttributeName("status")` {
		t.Errorf("a refused status: %+v", found)
	}

	unknown := w.unconfigured(t)
	wantNames(t, "unknown provider configuration", unknown.list(query{}), "ERROR: Provider configuration not known yet")
}

// unconfigured is a provider whose credential is not known yet.
func (w *world) unconfigured(t *testing.T) *protocol {
	t.Helper()
	server, err := w.providers()["ioneth"]()
	if err != nil {
		t.Fatal(err)
	}
	p := &protocol{ProviderServer: server, t: t}
	schemas := p.schemas(t.Context())
	p.schema = schemas.ResourceSchemas[typeName]
	of := schemas.Provider.ValueType().(tftypes.Object)
	members := map[string]tftypes.Value{}
	for name, attribute := range of.AttributeTypes {
		members[name] = tftypes.NewValue(attribute, nil)
	}
	members["token"] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	config, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, members))
	if err != nil {
		t.Fatal(err)
	}
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &config})
	p.ok(err, configured.Diagnostics)
	return p
}

// TestList_noSecret shows that a result holds no secret, and marks what it lacks.
func TestList_noSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	w.Add(caastest.Deployment{Name: "vllm", SecretEnv: map[string]string{"S": "planted"}, RegistrySecret: "planted", Args: []string{"planted"}})
	p := w.protocol(t)
	found := p.list(query{includeResource: true})
	if all, err := json.Marshal(found); err != nil || strings.Contains(string(all), "planted") || strings.Contains(string(found[0].Resource.MsgPack), "planted") {
		t.Errorf("%s %v", all, err)
	}
}
