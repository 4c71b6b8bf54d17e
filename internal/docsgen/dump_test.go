package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// What Terraform would print for sampleProvider, attribute by attribute.
const sampleJSON = `{
  "format_version": "1.0",
  "provider_schemas": {"sample": {
    "provider": {"version": 0, "block": {
      "attributes": {"token": {"type": "string", "optional": true, "sensitive": true, "description": "A plain text.", "description_kind": "plain"}},
      "description": "The **sample** provider.", "description_kind": "markdown"
    }},
    "resource_schemas": {"sample_thing": {"version": 3, "block": {
      "attributes": {
        "id": {"type": "string", "computed": true, "description_kind": "plain"},
        "sizes": {"type": ["set", "number"], "required": true, "description_kind": "plain"},
        "old": {"type": "bool", "optional": true, "deprecated": true, "description_kind": "plain"},
        "config": {"nested_type": {"nesting_mode": "single", "attributes": {
          "secret_wo": {"type": ["map", "string"], "optional": true, "write_only": true, "description_kind": "plain"}
        }}, "required": true, "description_kind": "plain"},
        "parts": {"nested_type": {"nesting_mode": "list", "attributes": {
          "name": {"type": "string", "computed": true, "description_kind": "plain"}
        }}, "computed": true, "description_kind": "plain"}
      },
      "block_types": {"rule": {"nesting_mode": "list", "block": {
        "attributes": {"port": {"type": "number", "optional": true, "description_kind": "plain"}},
        "description_kind": "plain"
      }}},
      "description_kind": "plain"
    }}},
    "data_source_schemas": {"sample_things": {"version": 0, "block": {
      "attributes": {"cost": {"type": "number", "computed": true, "description": "In ` + "`USDC`" + `.", "description_kind": "markdown"}},
      "description_kind": "plain"
    }}},
    "list_resource_schemas": {"sample_thing": {"version": 0, "block": {
      "attributes": {"status": {"type": "string", "optional": true, "description_kind": "plain"}},
      "description_kind": "plain"
    }}},
    "action_schemas": {"sample_thing_extend": {"block": {
      "attributes": {"hours": {"type": "number", "required": true, "description_kind": "plain"}},
      "description_kind": "plain"
    }}},
    "functions": {"escape": {
      "summary": "Escapes.",
      "parameters": [{"name": "text", "is_nullable": true, "type": "string"}],
      "variadic_parameter": {"name": "more", "type": "string"},
      "return_type": ["list", "string"]
    }},
    "resource_identity_schemas": {"sample_thing": {"version": 0, "attributes": {
      "id": {"type": "string", "description": "The uuid.", "required_for_import": true}
    }}}
  }}
}`

func TestDump_everyKindOfObject(t *testing.T) {
	schemas, err := dump(t.Context(), "sample", providerserver.NewProtocol6(sampleProvider{})())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := canonical(t, schemas), canonical(t, json.RawMessage(sampleJSON)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDump_providerThatFails(t *testing.T) {
	err := failure([]*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "a warning"},
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Broken", Detail: "no schema"},
	})
	if err == nil || err.Error() != "Broken: no schema" {
		t.Errorf("got %v, want the error alone", err)
	}
}

// canonical returns v as indented JSON with sorted keys.
func canonical(t *testing.T, v any) string {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(encoded, &plain); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(plain); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
