package faults

import (
	"encoding/json"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// settings is an object of a configuration: values by attribute.
type settings = map[string]any

// must returns v. It panics on an error, which is a bug of the tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// encode converts what encoding/json encodes. Attributes that are left out are null.
func encode(t tftypes.Type, v any) tftypes.Value {
	return must(tfprotov6.RawState{JSON: must(json.Marshal(v))}.Unmarshal(t))
}

func dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d := must(tfprotov6.NewDynamicValue(v.Type(), v))
	return &d
}

// decode converts a value to what encoding/json encodes.
func decode(v tftypes.Value) any {
	var (
		text   string
		truth  bool
		number big.Float
		list   []tftypes.Value
	)
	switch {
	case v.IsNull():
		return nil
	case v.As(&text) == nil:
		return text
	case v.As(&truth) == nil:
		return truth
	case v.As(&number) == nil:
		return json.Number(number.Text('f', -1))
	case v.As(&list) == nil:
		items := []any{}
		for _, item := range list {
			items = append(items, decode(item))
		}
		return items
	}
	object := settings{}
	for name, member := range members(v) {
		object[name] = decode(member)
	}
	return object
}

// members returns the attributes of an object, none when it is null or unknown.
func members(v tftypes.Value) map[string]tftypes.Value {
	m := map[string]tftypes.Value{}
	if v.IsKnown() && !v.IsNull() {
		must(0, v.As(&m))
	}
	return maps.Clone(m) // As does not copy
}

// proposeNewState merges configuration and prior state as Terraform does before
// it calls PlanResourceChange: a computed attribute that is not configured keeps
// its prior value.
func proposeNewState(attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	before, proposed := members(prior), members(config)
	for _, a := range attributes {
		old, found := before[a.Name]
		if !found {
			old = tftypes.NewValue(a.ValueType(), nil)
		}
		switch {
		case a.WriteOnly:
			proposed[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		case proposed[a.Name].IsNull() && a.Computed:
			proposed[a.Name] = old
		case a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			proposed[a.Name] = proposeNewState(a.NestedType.Attributes, old, proposed[a.Name])
		}
	}
	return tftypes.NewValue(config.Type(), proposed)
}

// errorsIn returns the diagnostics that are not warnings.
func errorsIn(diags []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var found []*tfprotov6.Diagnostic
	for _, d := range diags {
		if d.Severity != tfprotov6.DiagnosticSeverityWarning {
			found = append(found, d)
		}
	}
	return found
}
