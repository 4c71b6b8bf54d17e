package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestList_configuration(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p := env.Server(t)
	of := p.Schemas.ListResourceSchemas[acctest.DeploymentType].ValueType()
	valid, err := p.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: acctest.DeploymentType, Config: p.Value(of, `{"status": ""}`)})
	if err != nil || len(valid.Diagnostics) != 1 || !strings.Contains(valid.Diagnostics[0].Detail, "status") {
		t.Errorf("an empty status: %v %v", valid.Diagnostics, err)
	}

	env.API.AllowViolations()
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Skip: 1, Times: -1, Status: 422, Body: `{"detail": [{"loc": ["query", "status"], "msg": "unknown status", "type": "enum"}]}`})
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployments", Times: 1, Status: 422, Body: `{"detail": [{"loc": ["query", "page"], "msg": "from 1", "type": "x"}]}`})
	found := p.List(acctest.Query{Config: `{"status": "bad"}`})
	if len(found) != 1 || len(found[0].Diagnostics) != 1 || found[0].Diagnostics[0].Attribute.String() != `AttributeName("status")` {
		t.Errorf("a refused status: %+v", found)
	}

	unknown := env.ServerWithUnknownToken(t)
	wantNames(t, "unknown provider configuration", unknown.List(acctest.Query{}), "ERROR: Provider configuration is not known at plan")
}

// A result holds no secret.
func TestList_noSecret(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	env.API.Add(caastest.Deployment{Name: "vllm", SecretEnv: map[string]string{"S": "planted"}, RegistrySecret: "planted", Args: []string{"planted"}})
	p := env.Server(t)
	found := p.List(acctest.Query{IncludeResource: true})
	if all, err := json.Marshal(found); err != nil || strings.Contains(string(all), "planted") || strings.Contains(string(found[0].Resource.MsgPack), "planted") {
		t.Errorf("%s %v", all, err)
	}
}
