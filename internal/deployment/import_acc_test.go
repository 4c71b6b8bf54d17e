package deployment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// untold is what the API never tells, so that an import leaves it out.
var untold = []string{
	"container_config.args", "container_config.secret_env_variables",
	"registry_config.registry_username", "registry_config.registry_secret_wo_version",
}

func TestAccDeployment_imported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	// Of the same name, and no more: the one that lives is meant.
	older := w.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusDestroyed})
	var newer string
	id := func(s *terraform.State) (string, error) {
		return s.RootModule().Resources[address].Primary.Attributes["deployment_id"], nil
	}
	verify := func(step resource.TestStep) resource.TestStep {
		step.ResourceName, step.ImportState, step.ImportStateVerify = address, true, true
		step.ImportStateVerifyIdentifierAttribute, step.ImportStateVerifyIgnore = "deployment_id", untold
		return step
	}
	refused := func(id, words string) resource.TestStep {
		return resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: id, ExpectError: said(words)}
	}
	byID, byName := verify(resource.TestStep{ImportStateIdFunc: id}), verify(resource.TestStep{ImportStateId: "vllm"})
	byName.PreConfig = func() {
		newer = w.Add(caastest.Deployment{Name: "vllm", Status: caastest.StatusCompleted, Created: w.clock.Now()})
		w.clock.Advance(90 * time.Minute)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(rich.String())}, byID, byName,
			refused("sglang", `"sglang" is no deployment_id, which is a UUID, and the account has no deployment of that name`),
			refused("00000000-0000-4000-8000-000000000000", "Cannot import non-existent remote object"),
			{
				PreConfig: func() { // two that ended are left, and the one of the state
					w.Edit(newer, func(d *caastest.Deployment) { d.Name = "ended" })
					w.Edit(older, func(d *caastest.Deployment) { d.Name = "gone" })
				},
				ResourceName: address, ImportState: true, ImportStateId: "ended",
				ImportStateCheck: func(states []*terraform.InstanceState) error {
					if got := states[0].Attributes["deployment_id"]; got != newer {
						t.Errorf("imported %s, want the deployment that ended, %s", got, newer)
					}
					return nil
				},
			},
			refused("gone", "is destroyed and can't be imported"),
			{
				PreConfig:    func() { w.Add(caastest.Deployment{Name: "vllm"}) },
				ResourceName: address, ImportState: true, ImportStateId: "vllm",
				ExpectError: said(`The account has 2 deployments named "vllm" that have not ended: `),
			},
		},
	})
}

// TestAccDeployment_importBlock shows an import that plans nothing, where the API
// tells all that is configured.
func TestAccDeployment_importBlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	configured := base.with(attributes{"location_ids": `[2, 1]`, "container_config.env_variables": `{ A = "1" }`})
	block := func(kind resource.ImportStateKind, id string) resource.TestStep {
		return resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateKind: kind, ImportStateId: id,
			ImportStateIdFunc: func(s *terraform.State) (string, error) {
				if id != "" {
					return id, nil
				}
				return s.RootModule().Resources[address].Primary.Attributes["deployment_id"], nil
			},
			ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, noop)}},
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(configured.String())},
			block(resource.ImportBlockWithID, ""),
			block(resource.ImportBlockWithID, "vllm"),
		},
	})
}

// TestAccDeployment_importUntold shows that what the API does not tell of a
// deployment replaces nothing: it is taken from the configuration.
func TestAccDeployment_importUntold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.Add(caastest.Deployment{Name: "vllm", TrafficPort: 8000, Entrypoint: []string{"vllm", "serve"}, ImageURL: "ghcr.io/org/image:1"})
	w.Edit(id, func(d *caastest.Deployment) { d.LocationIDs = []int{} })
	imported := "import {\n  to = " + address + "\n  id = \"" + id + "\"\n}\n" + base.String()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{{
			Config: w.hcl(imported),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("location_ids"), knownvalue.SetExact([]knownvalue.Check{knownvalue.Int64Exact(1)})),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("deployment_id"), knownvalue.StringExact(id)),
			},
			Check: func(*terraform.State) error {
				if sent := w.changes(); len(sent) > 0 {
					t.Errorf("the API received %q", sent)
				}
				return nil
			},
		}},
	})
}

func TestAccDeployment_importBlockWithIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: w.providers(),
		Steps: []resource.TestStep{
			{Config: w.hcl(base.String())},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

// TestAccDeployment_importGeneratesConfiguration shows that Terraform writes a
// configuration for a deployment made elsewhere which is valid, and which a plan
// finds nothing to do for.
func TestAccDeployment_importGeneratesConfiguration(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]caastest.Deployment{
		"the least": {},
		"everything": {
			LocationIDs: []int{3, 1}, Replicas: 2, DurationHours: 100, Entrypoint: []string{"vllm", "serve"}, Args: []string{"--x"}, TrafficPort: 8000,
			Env: map[string]string{"A": "$${HOME}", "B": ""}, SecretEnv: map[string]string{"S": "secret one"},
			ImageURL: "ghcr.io/org/image:1", RegistryUsername: "robot", RegistrySecret: "secret two",
		},
		"ended": {Status: caastest.StatusCompleted, Entrypoint: []string{"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: instant})
			d.Name = "vllm"
			id := w.Add(d)
			f := w.folder(t)
			f.Write("import.tf", "import {\n  to = ioneth_caas_deployment.test\n  id = \""+id+"\"\n}\n")
			f.Run("plan", "-generate-config-out=generated.tf")
			f.Run("validate")
			f.says(f.Run("apply", "-auto-approve"), "Resources: 1 imported, 0 added, 0 changed, 0 destroyed")
			f.Run("plan", "-detailed-exitcode") // fails when there is something to do
			if sent := w.changes(); len(sent) > 0 {
				t.Errorf("the API received %q, want nothing", sent)
			}
			if name != "everything" {
				return
			}
			// A change of something else wipes nothing that the API never told.
			f.Write("generated.tf", strings.Replace(f.Read("generated.tf"), `B = ""`, `B = "2"`, 1))
			f.says(f.Run("apply", "-auto-approve"), "0 added, 1 changed, 0 destroyed")
			if sent := w.changes(); len(sent) != 1 || sent[0] != `PATCH /deployment/ID {"env_variables":{"A":"$${HOME}","B":"2"}}` {
				t.Errorf("the API received %q, want a change of env_variables alone", sent)
			}
			now := w.Deployments()[0]
			if now.SecretEnv["S"] != "secret one" || now.RegistrySecret != "secret two" || now.RegistryUsername != "robot" || now.Args == nil {
				t.Errorf("something was wiped: %+v", now)
			}
		})
	}
}

// protocol is the provider as Terraform calls it, for what Terraform 1.11 does
// not ask for: identities.
type protocol struct {
	tfprotov6.ProviderServer
	t      *testing.T
	schema *tfprotov6.Schema
}

const typeName = "ioneth_caas_deployment"

func (w *world) protocol(t *testing.T) *protocol {
	t.Helper()
	server, err := w.providers()["ioneth"]()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	p := &protocol{server, t, schemas.ResourceSchemas[typeName]}
	config := p.value(schemas.Provider.ValueType(), `{"endpoint": "`+w.URL()+`", "token": "test-token"}`)
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	p.ok(err, configured.Diagnostics)
	return p
}

// value is a value from JSON; what that leaves out is null.
func (p *protocol) value(of tftypes.Type, json string) *tfprotov6.DynamicValue {
	p.t.Helper()
	v, err := tftypes.ValueFromJSON([]byte(json), of) //nolint:staticcheck // there is no other
	if err != nil {
		p.t.Fatal(err)
	}
	dynamic, err := tfprotov6.NewDynamicValue(of, v)
	if err != nil {
		p.t.Fatal(err)
	}
	return &dynamic
}

func (p *protocol) ok(err error, diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			p.t.Fatalf("%s: %s", d.Summary, d.Detail)
		}
	}
}

// apply plans and applies a configuration; prior is nil for a creation.
func (p *protocol) apply(ctx context.Context, prior *tfprotov6.DynamicValue, config string) *tfprotov6.ApplyResourceChangeResponse {
	p.t.Helper()
	if prior == nil {
		prior = p.value(p.schema.ValueType(), "null")
	}
	wanted := p.value(p.schema.ValueType(), config)
	planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: prior, ProposedNewState: wanted, Config: wanted,
	})
	p.ok(err, planned.Diagnostics)
	applied, err := p.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: prior, PlannedState: planned.PlannedState, Config: wanted,
	})
	p.ok(err, applied.Diagnostics)
	return applied
}

func (p *protocol) read(ctx context.Context, state *tfprotov6.DynamicValue) *tfprotov6.ReadResourceResponse {
	p.t.Helper()
	got, err := p.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: state})
	p.ok(err, got.Diagnostics)
	return got
}

// identifies checks that an answer has the identity of a deployment.
func (p *protocol) identifies(what string, identity *tfprotov6.ResourceIdentityData, id string) {
	p.t.Helper()
	if identity == nil || identity.IdentityData == nil {
		p.t.Errorf("%s: no identity", what)
		return
	}
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"deployment_id": tftypes.String}}
	got, err := identity.IdentityData.Unmarshal(of)
	if err != nil {
		p.t.Fatal(err)
	}
	if want := tftypes.NewValue(of, map[string]tftypes.Value{"deployment_id": tftypes.NewValue(tftypes.String, id)}); !got.Equal(want) {
		p.t.Errorf("%s: the identity is %s, want %s", what, got, want)
	}
}

// TestDeployment_identity shows that the identity is there after each operation,
// though Terraform 1.11 hands none in.
func TestDeployment_identity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	ctx, p := t.Context(), w.protocol(t)
	config := func(id string, port string) string {
		return `{"resource_private_name": "vllm", "duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1], "deployment_id": ` + id + `,
			"container_config": {"replica_count": 1, "entrypoint": ["x"], "traffic_port": ` + port + `}, "registry_config": {"image_url": "ghcr.io/org/image:1"}}`
	}
	created := p.apply(ctx, nil, config("null", "80"))
	id := w.Deployments()[0].ID
	p.identifies("create", created.NewIdentity, id)
	read := p.read(ctx, created.NewState)
	p.identifies("read", read.NewIdentity, id)
	updated := p.apply(ctx, read.NewState, config("null", "81"))
	p.identifies("update", updated.NewIdentity, id)
	if got := w.Deployments()[0].TrafficPort; got != 81 {
		t.Errorf("the port is %d", got)
	}

	imports := func(what string, req tfprotov6.ImportResourceStateRequest) {
		t.Helper()
		req.TypeName = typeName
		imported, err := p.ImportResourceState(ctx, &req)
		p.ok(err, imported.Diagnostics)
		p.identifies(what, imported.ImportedResources[0].Identity, id)
		p.identifies("read after "+what, p.read(ctx, imported.ImportedResources[0].State).NewIdentity, id)
	}
	imports("import by id", tfprotov6.ImportResourceStateRequest{ID: id})
	imports("import by id in upper case", tfprotov6.ImportResourceStateRequest{ID: strings.ToUpper(id)})
	imports("import by name", tfprotov6.ImportResourceStateRequest{ID: "vllm"})
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"deployment_id": tftypes.String}}
	imports("import by identity", tfprotov6.ImportResourceStateRequest{
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.value(of, `{"deployment_id": "`+id+`"}`)},
	})

	w.Vanish(id)
	removed := p.read(ctx, updated.NewState)
	if null, err := removed.NewState.IsNull(); err != nil || !null {
		t.Errorf("what vanished is still in the state (%v)", err)
	}
	p.identifies("read that removes", removed.NewIdentity, id)
}
