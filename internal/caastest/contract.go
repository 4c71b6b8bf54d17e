package caastest

import (
	"bytes"
	"context"
	_ "embed" // for openapi.yaml
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

//go:embed openapi.yaml
var openAPI []byte

// loadContract parses openapi.yaml once per process: it takes longer than most
// tests.
var loadContract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, fmt.Errorf("caastest: openapi.yaml: %w", err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("caastest: openapi.yaml: %w", err)
	}
	return router, nil
})

// call is a request as the contract sees it.
type call struct {
	operation string // empty: unknown
	path      map[string]string
	input     *openapi3filter.RequestValidationInput // nil: no operation matches
	err       error                                  // why none matches
}

// match finds the operation of a request.
func match(contract routers.Router, r *http.Request, body []byte) call {
	r = r.Clone(r.Context()) // the validator replaces the body
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	route, params, err := contract.FindRoute(r)
	if err != nil {
		return call{err: err}
	}
	operation := route.Operation.OperationID
	return call{operation: operation, path: params, input: &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus:             true,
			RejectWhenRequestBodyNotSpecified: true,
			SkipSettingDefaults:               true,
			AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
			ExcludeResponseBody:               operation == "readLog",
			SchemaValidationOptions:           []openapi3.SchemaValidationOption{openapi3.DisableSchemaErrorDetails()},
		},
	}}
}

// validateRequest returns how the request violates the contract.
func (c call) validateRequest(ctx context.Context) error {
	if c.err != nil {
		return c.err
	}
	return openapi3filter.ValidateRequest(ctx, c.input)
}

// validateQuery returns an error for query parameters that the contract does not
// name. The validator accepts them, and so does the API.
func (c call) validateQuery() error {
	if c.input == nil {
		return nil
	}
	for name := range c.input.Request.URL.Query() {
		if c.input.Route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("unknown query parameter %q", name)
		}
	}
	return nil
}

// validateReply returns how the unformatted reply violates the contract.
func (c call) validateReply(ctx context.Context, reply response) error {
	if c.input == nil {
		return nil
	}
	return openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: c.input,
		Status:                 reply.status,
		Header:                 reply.header,
		Body:                   io.NopCloser(bytes.NewReader(reply.body)),
		Options:                c.input.Options,
	})
}

// issue is one item of a 422's detail (reference).
type issue struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// valueIssue is an issue of a rule that the contract can't express.
func valueIssue(loc []any, format string, args ...any) issue {
	return issue{loc, "Value error, " + fmt.Sprintf(format, args...), "value_error"}
}

// issueOf converts an error of validateRequest.
func issueOf(err error) issue {
	loc := []any{"body"}
	var request *openapi3filter.RequestError
	if errors.As(err, &request) && request.Parameter != nil {
		loc = []any{request.Parameter.In, request.Parameter.Name}
	}
	var schema *openapi3.SchemaError
	if !errors.As(err, &schema) {
		return valueIssue(loc, "%v", err)
	}
	for _, step := range schema.JSONPointer() {
		loc = append(loc, step)
	}
	return issue{loc, schema.Reason, schema.SchemaField}
}
