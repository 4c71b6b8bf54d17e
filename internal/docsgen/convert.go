package main

import (
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// This file converts the protocol's schemas to those of Terraform's JSON format.

// convertAll applies convert to each value.
func convertAll[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

func schema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: unsigned(s.Version), Block: block(s.Block)}
}

func action(a *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: block(a.Schema.Block)}
}

func block(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	return &tfjson.SchemaBlock{
		Attributes:      attributes(b.Attributes),
		Description:     b.Description,
		DescriptionKind: descriptionKind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
}

func attributes(from []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	to := make(map[string]*tfjson.SchemaAttribute, len(from))
	for _, a := range from {
		to[a.Name] = &tfjson.SchemaAttribute{
			AttributeType:       valueType(a.Type),
			AttributeNestedType: nested(a.NestedType),
			Description:         a.Description,
			DescriptionKind:     descriptionKind(a.DescriptionKind),
			Deprecated:          a.Deprecated,
			Required:            a.Required,
			Optional:            a.Optional,
			Computed:            a.Computed,
			Sensitive:           a.Sensitive,
			WriteOnly:           a.WriteOnly,
		}
	}
	return to
}

func nested(o *tfprotov6.SchemaObject) *tfjson.SchemaNestedAttributeType {
	if o == nil {
		return nil
	}
	return &tfjson.SchemaNestedAttributeType{
		Attributes:  attributes(o.Attributes),
		NestingMode: nestingMode(o.Nesting),
	}
}

func identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	attributes := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType:      valueType(a.Type),
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: unsigned(s.Version), Attributes: attributes}
}

func function(f *tfprotov6.Function) *tfjson.FunctionSignature {
	parameters := make([]*tfjson.FunctionParameter, len(f.Parameters))
	for i, p := range f.Parameters {
		parameters[i] = parameter(p)
	}
	return &tfjson.FunctionSignature{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         valueType(f.Return.Type),
		Parameters:         parameters,
		VariadicParameter:  parameter(f.VariadicParameter),
	}
}

func parameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	if p == nil {
		return nil
	}
	return &tfjson.FunctionParameter{
		Name:        p.Name,
		Description: p.Description,
		IsNullable:  p.AllowNullValue,
		Type:        valueType(p.Type),
	}
}

// valueType goes through JSON, the one form that both type systems share. An
// attribute with nested attributes has no type of its own.
func valueType(t tftypes.Type) cty.Type {
	if t == nil {
		return cty.NilType
	}
	var to cty.Type
	encoded, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(encoded, &to)
	}
	if err != nil {
		panic(fmt.Errorf("type %s: %w", t, err)) // a type that Terraform does not have
	}
	return to
}

// nestingMode relies on the protocol's names being the format's in upper case.
func nestingMode(mode fmt.Stringer) tfjson.SchemaNestingMode {
	return tfjson.SchemaNestingMode(strings.ToLower(mode.String()))
}

func descriptionKind(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if kind == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}

// unsigned converts a version, which is never negative.
func unsigned(n int64) uint64 { return uint64(max(n, 0)) }
