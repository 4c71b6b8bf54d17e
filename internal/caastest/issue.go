package caastest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// issue is one item of a 422's detail, as pydantic writes it (reference).
type issue struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// valueIssue is an issue of a rule that the contract can't express.
func valueIssue(loc []any, format string, args ...any) issue {
	return issue{loc, "Value error, " + fmt.Sprintf(format, args...), "value_error"}
}

// issuesOf converts an error of the validator.
func issuesOf(loc []any, err error) []issue {
	var (
		request *openapi3filter.RequestError
		parse   *openapi3filter.ParseError
		schema  *openapi3.SchemaError
	)
	if all, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // it has an As of its own, which looks inside
		var issues []issue
		for _, e := range all {
			issues = append(issues, issuesOf(loc, e)...)
		}
		return issues
	}
	switch {
	case errors.As(err, &request):
		loc = []any{"body"}
		if p := request.Parameter; p != nil {
			loc = []any{p.In, p.Name}
		}
		if request.Err == nil {
			return []issue{valueIssue(loc, "%s", request.Reason)}
		}
		return issuesOf(loc, request.Err)
	case errors.Is(err, openapi3filter.ErrInvalidRequired), errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
		return []issue{{loc, "Field required", "missing"}}
	case errors.As(err, &schema):
		return []issue{schemaIssue(loc, schema)}
	case errors.As(err, &parse) && loc[0] == "query":
		return []issue{{loc, "Input should be a valid integer, unable to parse string as an integer", "int_parsing"}}
	default:
		return []issue{{loc, "JSON decode error: " + err.Error(), "json_invalid"}}
	}
}

// schemaIssue converts the violation of one rule of a schema.
func schemaIssue(loc []any, err *openapi3.SchemaError) issue {
	loc = slices.Clone(loc)
	for _, step := range err.JSONPointer() {
		if i, err := strconv.Atoi(step); err == nil {
			loc = append(loc, i)
		} else {
			loc = append(loc, step)
		}
	}
	switch err.SchemaField {
	case "required":
		return issue{loc, "Field required", "missing"}
	case "properties":
		var name string // the pointer ends at the object
		if _, scan := fmt.Sscanf(err.Reason, "property %q is unsupported", &name); scan == nil {
			loc = append(loc, name)
		}
		return issue{loc, "Extra inputs are not permitted", "extra_forbidden"}
	case "type", "nullable", "format":
		return issue{loc, err.Reason, typeIssue(err.Schema)}
	case "minLength":
		return issue{loc, err.Reason, "string_too_short"}
	}
	types := map[string]string{
		"minimum": "greater_than_equal", "maximum": "less_than_equal", "enum": "literal_error",
		"minItems": "too_short", "minProperties": "too_short",
	}
	if kind, ok := types[err.SchemaField]; ok {
		return issue{loc, err.Reason, kind}
	}
	return valueIssue(loc, "%s", err.Reason)
}

// typeIssue returns pydantic's name for a value of another type than the schema's.
func typeIssue(schema *openapi3.Schema) string {
	switch {
	case schema.Type.Is("integer"):
		return "int_type"
	case schema.Type.Is("array"):
		return "list_type"
	case schema.Type.Is("object") && schema.Properties != nil:
		return "model_attributes_type"
	case schema.Type.Is("object"):
		return "dict_type"
	}
	return strings.Join(schema.Type.Slice(), "_") + "_type"
}
