package deployment

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestModel_codec holds get and put to what the framework's own Get and Set make
// of the same values, whichever of the attributes is null or unknown.
func TestModel_codec(t *testing.T) {
	var schema resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &schema)
	object := schema.Schema.Type().TerraformType(t.Context()).(tftypes.Object) //nolint:forcetypeassert // a schema is an object
	whole, err := tftypes.ValueFromJSON([]byte(known), object)                 //nolint:staticcheck // there is no other
	if err != nil {
		t.Fatal(err)
	}
	same := func(t *testing.T, raw tftypes.Value) {
		t.Helper()
		framework := tfsdk.State{Schema: schema.Schema, Raw: raw}
		var want, got model
		if diags := framework.Get(t.Context(), &want); diags.HasError() {
			t.Fatal(diags)
		}
		if diags := got.get(t.Context(), raw); diags.HasError() {
			t.Fatal(diags)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("get made %+v, the framework %+v", got, want)
		}
		var back tftypes.Value
		if diags := got.put(t.Context(), &back); diags.HasError() {
			t.Fatal(diags)
		}
		framework.Raw = tftypes.NewValue(object, nil)
		if diags := framework.Set(t.Context(), &want); diags.HasError() {
			t.Fatal(diags)
		}
		if !back.Equal(framework.Raw) || !back.Equal(raw) {
			t.Errorf("put made %s, the framework %s", back, framework.Raw)
		}
	}
	same(t, whole)
	for name, of := range object.AttributeTypes {
		for what, value := range map[string]any{"null": nil, "unknown": tftypes.UnknownValue} {
			t.Run(name+" "+what, func(t *testing.T) {
				var members map[string]tftypes.Value
				if err := whole.As(&members); err != nil {
					t.Fatal(err)
				}
				members[name] = tftypes.NewValue(of, value)
				same(t, tftypes.NewValue(object, members))
			})
		}
	}
}

// TestModel_codecObjects holds what opens and shuts the two objects to what the
// framework makes of them.
func TestModel_codecObjects(t *testing.T) {
	m := modelOf(t, known)
	var container containerModel
	var registry registryModel
	diags := m.ContainerConfig.As(t.Context(), &container, basetypes.ObjectAsOptions{})
	diags.Append(m.RegistryConfig.As(t.Context(), &registry, basetypes.ObjectAsOptions{})...)
	opened, openedRegistry := m.container(t.Context(), &diags), m.registry(t.Context(), &diags)
	if !reflect.DeepEqual(opened, container) || !reflect.DeepEqual(openedRegistry, registry) {
		t.Errorf("open made %+v and %+v, the framework %+v and %+v", opened, openedRegistry, container, registry)
	}
	before := *m
	m.setContainer(container, &diags)
	m.setRegistry(registry, &diags)
	if !m.ContainerConfig.Equal(before.ContainerConfig) || !m.RegistryConfig.Equal(before.RegistryConfig) {
		t.Errorf("shut made %s and %s", m.ContainerConfig, m.RegistryConfig)
	}
	if diags.HasError() {
		t.Error(diags)
	}
}
