package provider

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Conversions between attribute values and Go values, for all objects.

// expandObject returns an object as a struct. When the object is null or unknown, so
// is each member.
func expandObject[T any](ctx context.Context, object types.Object, memberTypes map[string]attr.Type, diags *diag.Diagnostics) (out T) {
	if object.IsNull() || object.IsUnknown() {
		members := make(map[string]attr.Value, len(memberTypes))
		for name, t := range memberTypes {
			members[name] = emptyValue(ctx, t, object.IsUnknown(), diags)
		}
		object = types.ObjectValueMust(memberTypes, members)
	}
	diags.Append(object.As(ctx, &out, basetypes.ObjectAsOptions{})...)
	return out
}

// flattenObject returns a struct as an object.
func flattenObject(ctx context.Context, memberTypes map[string]attr.Type, from any, diags *diag.Diagnostics) types.Object {
	object, objectDiags := types.ObjectValueFrom(ctx, memberTypes, from)
	diags.Append(objectDiags...)
	return object
}

func attributeTypes(t attr.Type) map[string]attr.Type {
	object, ok := t.(attr.TypeWithAttributeTypes)
	if !ok {
		return nil
	}
	return object.AttributeTypes()
}

// expandInt64s returns the known elements of a set, in ascending order.
func expandInt64s(set types.Set) []int64 {
	var out []int64
	for _, element := range set.Elements() {
		if n, ok := element.(types.Int64); ok {
			out = append(out, n.ValueInt64())
		}
	}
	slices.Sort(out)
	return out
}

// expandStrings returns the elements of a list or a set, nil when it is null or
// unknown.
func expandStrings(collection interface {
	attr.Value
	Elements() []attr.Value
}) []string {
	if collection.IsNull() || collection.IsUnknown() {
		return nil
	}
	out := []string{}
	for _, element := range collection.Elements() {
		out = append(out, stringOf(element))
	}
	return out
}

// expandStringMap returns the elements of a map that are not null, nil when the
// map is null or unknown: a module passes null for a variable that is not set.
func expandStringMap(m types.Map) map[string]string {
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	out := make(map[string]string, len(m.Elements()))
	for key, element := range m.Elements() {
		if !element.IsNull() {
			out[key] = stringOf(element)
		}
	}
	return out
}

func stringOf(value attr.Value) string {
	s, ok := value.(types.String)
	if !ok {
		return ""
	}
	return s.ValueString()
}

// parseTime returns an attribute's time, and whether it has one.
func parseTime(value types.String) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, value.ValueString())
	return t, err == nil
}

func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

func float64OrNull(f *caas.Float) types.Float64 {
	if f == nil {
		return types.Float64Null()
	}
	return types.Float64Value(float64(*f))
}

func flattenStrings(items []string) types.List {
	values := make([]attr.Value, len(items))
	for i, item := range items {
		values[i] = types.StringValue(item)
	}
	return types.ListValueMust(types.StringType, values)
}

func flattenStringMap(items map[string]string) types.Map {
	values := make(map[string]attr.Value, len(items))
	for key, item := range items {
		values[key] = types.StringValue(item)
	}
	return types.MapValueMust(types.StringType, values)
}

func flattenKeys(keys []string) types.Set {
	values := []attr.Value{}
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		values = append(values, types.StringValue(key))
	}
	return types.SetValueMust(types.StringType, values)
}

func flattenLocationIDs(locations []caas.Location) types.Set {
	values := []attr.Value{}
	for _, location := range locations {
		if id := types.Int64Value(int64(location.ID)); !slices.ContainsFunc(values, id.Equal) {
			values = append(values, id)
		}
	}
	return types.SetValueMust(wholeNumberType{}, values)
}

// containsAll reports whether a set has all elements of another one.
func containsAll(set, elements types.Set) bool {
	return !slices.ContainsFunc(elements.Elements(), func(e attr.Value) bool { return !slices.ContainsFunc(set.Elements(), e.Equal) })
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
