package acctest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
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
	if !v.IsKnown() || v.IsNull() {
		return map[string]tftypes.Value{}
	}
	return maps.Clone(as[map[string]tftypes.Value](v)) // As does not copy
}

// object returns the attributes of an object as Go values.
func object(v tftypes.Value) map[string]any {
	plain := map[string]any{}
	for name, value := range members(v) {
		plain[name] = goValue(value)
	}
	return plain
}

// goValue returns a value as encoding/json decodes it, nil when it is unknown, and
// a set in order.
func goValue(v tftypes.Value) any {
	switch of := v.Type(); {
	case !v.IsKnown() || v.IsNull():
		return nil
	case of.Is(tftypes.Object{}), of.Is(tftypes.Map{}):
		return object(v)
	case of.Is(tftypes.String):
		return as[string](v)
	case of.Is(tftypes.Bool):
		return as[bool](v)
	case of.Is(tftypes.Number):
		number := as[big.Float](v)
		float, _ := number.Float64()
		return float
	}
	elements := []any{} // of a list or a set
	for _, element := range as[[]tftypes.Value](v) {
		elements = append(elements, goValue(element))
	}
	if v.Type().Is(tftypes.Set{}) { // its order means nothing
		slices.SortFunc(elements, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return elements
}

// as returns a value of a type that its schema guarantees.
func as[T any](v tftypes.Value) (as T) {
	must(v.As(&as))
	return as
}
