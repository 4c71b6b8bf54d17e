package acctest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// evaluate returns the attributes of the only block of a configuration. What is
// not an attribute of the schema, such as count, is an error.
func evaluate(t testing.TB, config string, of tftypes.Type, variables map[string]cty.Value) tftypes.Value {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(config), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s in %s", diags, config)
	}
	attributes := map[string]cty.Value{}
	for name, attribute := range file.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes { //nolint:errcheck,forcetypeassert // HCL's native syntax
		v, diags := attribute.Expr.Value(&hcl.EvalContext{Variables: variables})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		attributes[name] = v
	}
	ty := ctyType(of)
	v, err := convert.Convert(cty.ObjectVal(attributes), ty)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := msgpack.Marshal(v, ty.WithoutOptionalAttributesDeep())
	if err != nil {
		t.Fatal(err)
	}
	value, err := (&tfprotov6.DynamicValue{MsgPack: packed}).Unmarshal(of)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// ctyType returns a type as Terraform's expressions have it, with every attribute
// optional.
func ctyType(t tftypes.Type) cty.Type {
	switch t := t.(type) {
	case tftypes.Object:
		attributes := map[string]cty.Type{}
		for name, of := range t.AttributeTypes {
			attributes[name] = ctyType(of)
		}
		return cty.ObjectWithOptionalAttrs(attributes, slices.Collect(maps.Keys(attributes)))
	case tftypes.List:
		return cty.List(ctyType(t.ElementType))
	case tftypes.Set:
		return cty.Set(ctyType(t.ElementType))
	case tftypes.Map:
		return cty.Map(ctyType(t.ElementType))
	}
	switch {
	case t.Is(tftypes.Number):
		return cty.Number
	case t.Is(tftypes.Bool):
		return cty.Bool
	}
	return cty.String
}

// members returns the attributes of an object, none when it is null or unknown.
func members(v tftypes.Value) map[string]tftypes.Value {
	attributes := map[string]tftypes.Value{}
	if v.IsKnown() && !v.IsNull() {
		must(v.As(&attributes))
	}
	return maps.Clone(attributes) // As does not copy
}

// object returns the attributes of an object that is known as [encoding/json]
// decodes them, sets in order, none when it is null.
func object(v tftypes.Value) (attributes map[string]any) {
	if v.Type() == nil {
		return nil
	}
	ty := ctyType(v.Type()).WithoutOptionalAttributesDeep()
	packed, err := tfprotov6.NewDynamicValue(v.Type(), v)
	must(err)
	value, err := msgpack.Unmarshal(packed.MsgPack, ty)
	must(err)
	text, err := ctyjson.Marshal(value, ty)
	must(err)
	must(json.Unmarshal(text, &attributes))
	return attributes
}
