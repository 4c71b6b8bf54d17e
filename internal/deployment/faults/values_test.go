package faults

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// schemaTypes are the provider's schemas as the driver needs them.
type schemaTypes struct {
	provider, resource tftypes.Type
	sources            map[string]tftypes.Type
	attributes         []*tfprotov6.SchemaAttribute // the resource's
}

// schemas are the same for every provider, so they are asked once.
var schemas = sync.OnceValue(func() schemaTypes {
	resp, err := provider.NewServer("test", caas.SystemClock{})().GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		panic(err)
	}
	known := schemaTypes{
		provider: resp.Provider.ValueType(), resource: resp.ResourceSchemas[resourceType].ValueType(),
		sources: map[string]tftypes.Type{}, attributes: resp.ResourceSchemas[resourceType].Block.Attributes,
	}
	for name, schema := range resp.DataSourceSchemas {
		known.sources[name] = schema.ValueType()
	}
	return known
})

// valueOf is a plain value as one of a type; what an object lacks is null.
func valueOf(t tftypes.Type, v any) tftypes.Value {
	if v == nil {
		return tftypes.NewValue(t, nil)
	}
	switch t := t.(type) {
	case tftypes.Object:
		given, ok := v.(settings)
		members := map[string]tftypes.Value{}
		for name, member := range t.AttributeTypes {
			members[name] = valueOf(member, given[name])
		}
		for name := range given {
			if _, known := t.AttributeTypes[name]; !known || !ok {
				panic("no such attribute: " + name) // of a test
			}
		}
		return tftypes.NewValue(t, members)
	case tftypes.Map:
		members := map[string]tftypes.Value{}
		for name, member := range v.(settings) { //nolint:forcetypeassert // a test's own value
			members[name] = valueOf(t.ElementType, member)
		}
		return tftypes.NewValue(t, members)
	case tftypes.List:
		return tftypes.NewValue(t, valuesOf(t.ElementType, v))
	case tftypes.Set:
		return tftypes.NewValue(t, valuesOf(t.ElementType, v))
	default:
		return tftypes.NewValue(t, v)
	}
}

func valuesOf(t tftypes.Type, v any) []tftypes.Value {
	items := []tftypes.Value{}
	for _, item := range v.([]any) { //nolint:forcetypeassert // a test's own value
		items = append(items, valueOf(t, item))
	}
	return items
}

// plainOf is a value as encoding/json has it; what is unknown is nil.
func plainOf(v tftypes.Value) any {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	var (
		text    string
		truth   bool
		number  big.Float
		list    []tftypes.Value
		members map[string]tftypes.Value
	)
	switch {
	case v.As(&text) == nil:
		return text
	case v.As(&truth) == nil:
		return truth
	case v.As(&number) == nil:
		f, _ := number.Float64()
		return f
	case v.As(&list) == nil:
		items := []any{}
		for _, item := range list {
			items = append(items, plainOf(item))
		}
		return items
	case v.As(&members) == nil:
		object := map[string]any{}
		for name, member := range members {
			object[name] = plainOf(member)
		}
		return object
	default:
		panic("a value of an unexpected type: " + v.Type().String()) // a new one in the schema
	}
}

// proposed is what Terraform proposes as the new state: the configuration, and
// what was before where the configuration says nothing of what the provider may
// set itself.
func proposed(attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	before, wanted := membersOf(prior), membersOf(config)
	members := map[string]tftypes.Value{}
	for _, a := range attributes {
		value, t := wanted[a.Name], a.ValueType()
		switch {
		case a.WriteOnly:
			value = tftypes.NewValue(t, nil) // a provider reads it from the configuration
		case value.IsNull() && a.Computed && before[a.Name].Type() != nil:
			value = before[a.Name]
		case value.IsKnown() && !value.IsNull() && a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			inner := tftypes.NewValue(t, nil)
			if b, ok := before[a.Name]; ok {
				inner = b
			}
			value = proposed(a.NestedType.Attributes, inner, value)
		}
		members[a.Name] = value
	}
	return tftypes.NewValue(config.Type(), members)
}

func membersOf(v tftypes.Value) map[string]tftypes.Value {
	members := map[string]tftypes.Value{}
	if v.IsNull() || !v.IsKnown() || v.As(&members) != nil {
		return map[string]tftypes.Value{}
	}
	return members
}

// disagreement says where a result is not what was planned, "" where it is.
// What the plan did not know may be anything.
func disagreement(at string, plan, result tftypes.Value) string {
	if !plan.IsKnown() {
		return ""
	}
	if plan.IsNull() || result.IsNull() || plan.Type().Is(tftypes.Set{}) {
		if plan.IsNull() != result.IsNull() || plan.IsFullyKnown() && !plan.Equal(result) {
			return fmt.Sprintf("%s was planned as %s and is %s", at, plan, result)
		}
		return ""
	}
	var list, listed []tftypes.Value
	if plan.As(&list) == nil {
		if result.As(&listed) != nil || len(list) != len(listed) {
			return at + " has another length"
		}
		for i := range list {
			if why := disagreement(fmt.Sprintf("%s[%d]", at, i), list[i], listed[i]); why != "" {
				return why
			}
		}
		return ""
	}
	if members := membersOf(plan); len(members) > 0 {
		now := membersOf(result)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if why := disagreement(at+"."+name, members[name], now[name]); why != "" {
				return why
			}
		}
		return ""
	}
	if !plan.Equal(result) {
		return fmt.Sprintf("%s was planned as %s and is %s", at, plan, result)
	}
	return ""
}

// record is a log, whole.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// String is all of it.
func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// listen makes a context whose provider and framework log into the record, at
// TRACE.
func (r *record) listen(ctx context.Context) context.Context {
	return tfsdklogtest.RootLogger(tflogtest.RootLogger(ctx, r), r)
}
