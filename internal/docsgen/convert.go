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

// converter turns the protocol's schemas into those of Terraform's JSON format.
// It collects errors instead of returning them, so that a tree is converted in
// plain expressions; the result counts only if errs is empty.
type converter struct {
	errs []error
}

// convertAll applies convert to each value.
func convertAll[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

func (c *converter) schema(s *tfprotov6.Schema) *tfjson.Schema {
	if s == nil {
		return nil
	}
	return &tfjson.Schema{Version: unsigned(s.Version), Block: c.block(s.Block)}
}

func (c *converter) action(a *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: c.block(a.Schema.Block)}
}

func (c *converter) block(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	blocks := make(map[string]*tfjson.SchemaBlockType, len(b.BlockTypes))
	for _, nested := range b.BlockTypes {
		blocks[nested.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: nestingMode(nested.Nesting),
			Block:       c.block(nested.Block),
			MinItems:    unsigned(nested.MinItems),
			MaxItems:    unsigned(nested.MaxItems),
		}
	}
	return &tfjson.SchemaBlock{
		Attributes:      c.attributes(b.Attributes),
		NestedBlocks:    blocks,
		Description:     b.Description,
		DescriptionKind: descriptionKind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
}

func (c *converter) attributes(from []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	to := make(map[string]*tfjson.SchemaAttribute, len(from))
	for _, a := range from {
		to[a.Name] = &tfjson.SchemaAttribute{
			AttributeType:       c.valueType(a.Type),
			AttributeNestedType: c.nested(a.NestedType),
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

func (c *converter) nested(o *tfprotov6.SchemaObject) *tfjson.SchemaNestedAttributeType {
	if o == nil {
		return nil
	}
	return &tfjson.SchemaNestedAttributeType{
		Attributes:  c.attributes(o.Attributes),
		NestingMode: nestingMode(o.Nesting),
	}
}

func (c *converter) identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	attributes := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType:      c.valueType(a.Type),
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: unsigned(s.Version), Attributes: attributes}
}

func (c *converter) function(f *tfprotov6.Function) *tfjson.FunctionSignature {
	parameters := make([]*tfjson.FunctionParameter, len(f.Parameters))
	for i, p := range f.Parameters {
		parameters[i] = c.parameter(p)
	}
	return &tfjson.FunctionSignature{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         c.valueType(f.Return.Type),
		Parameters:         parameters,
		VariadicParameter:  c.parameter(f.VariadicParameter),
	}
}

func (c *converter) parameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	if p == nil {
		return nil
	}
	return &tfjson.FunctionParameter{
		Name:        p.Name,
		Description: p.Description,
		IsNullable:  p.AllowNullValue,
		Type:        c.valueType(p.Type),
	}
}

// valueType goes through JSON, the one form that both type systems share. An
// attribute with nested attributes has no type of its own.
func (c *converter) valueType(t tftypes.Type) cty.Type {
	if t == nil {
		return cty.NilType
	}
	var to cty.Type
	encoded, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(encoded, &to)
	}
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("type %s: %w", t, err))
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

// unsigned converts a version or a count, which the protocol never makes
// negative.
func unsigned(n int64) uint64 {
	return uint64(max(n, 0))
}
