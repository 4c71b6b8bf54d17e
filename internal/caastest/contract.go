package caastest

import (
	"bytes"
	"context"
	_ "embed" // for openapi.yaml
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

//go:embed openapi.yaml
var openAPI []byte

// contract is openapi.yaml, parsed.
type contract struct{ router routers.Router }

// loadContract parses openapi.yaml once per process: it takes longer than most
// tests.
var loadContract = sync.OnceValues(func() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, fmt.Errorf("caastest: openapi.yaml: %w", err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("caastest: openapi.yaml: %w", err)
	}
	return &contract{router}, nil
})

// call is a request as the contract sees it.
type call struct {
	operation string // empty: unknown
	path      map[string]string
	issues    []issue

	what  string // method and path, for violations
	input *openapi3filter.RequestValidationInput
	err   error // why no operation matches
}

// match finds the operation of a request.
func (c *contract) match(r *http.Request, body []byte) *call {
	found := &call{what: r.Method + " " + r.URL.Path}
	r = r.Clone(r.Context()) // the validator replaces the body
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	route, params, err := c.router.FindRoute(r)
	for name, value := range params {
		if value == "" {
			err = fmt.Errorf("empty %s in the path", name)
		}
	}
	if err != nil {
		found.err = err
		return found
	}
	found.operation, found.path = route.Operation.OperationID, params
	found.input = &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			MultiError:                        true,
			IncludeResponseStatus:             true,
			RejectWhenRequestBodyNotSpecified: true,
			SkipSettingDefaults:               true,
			AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
			ExcludeResponseBody:               route.Operation.OperationID == "readLog",
		},
	}
	return found
}

// validateRequest fills in the issues that the API rejects a request for, and
// returns all violations of the contract: parameters that it does not name are
// violations, and ignored by the API.
func (c *call) validateRequest(ctx context.Context) []string {
	if c.input == nil {
		return []string{c.violation("request", c.err)}
	}
	var violations []string
	if err := openapi3filter.ValidateRequest(ctx, c.input); err != nil {
		c.issues = issuesOf(nil, err)
		violations = append(violations, c.violation("request", err))
	}
	if err := unknownParameters(c.input); err != nil {
		violations = append(violations, c.violation("request", err))
	}
	return violations
}

// unknownParameters finds query parameters that the contract doesn't name, or
// that are repeated: the validator accepts them.
func unknownParameters(input *openapi3filter.RequestValidationInput) error {
	var found []error
	for name, values := range input.Request.URL.Query() {
		if input.Route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			found = append(found, fmt.Errorf("unknown query parameter %q", name))
		}
		if len(values) > 1 {
			found = append(found, fmt.Errorf("query parameter %q is repeated %d times", name, len(values)))
		}
	}
	return errors.Join(found...)
}

// validateResponse returns how the unformatted reply violates the contract.
func (c *call) validateResponse(ctx context.Context, reply response) []string {
	if c.input == nil {
		return nil
	}
	err := openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: c.input,
		Status:                 reply.status,
		Header:                 reply.header,
		Body:                   io.NopCloser(bytes.NewReader(reply.body)),
		Options:                c.input.Options,
	})
	if err != nil {
		return []string{c.violation("reply", err)}
	}
	return nil
}

// violation describes an error without the schemas and values, indented, that
// the validator adds to each: they are long.
func (c *call) violation(what string, err error) string {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		added := strings.HasPrefix(line, "  ") || line == "Schema:" || line == "Value:"
		if line = strings.TrimSpace(line); line != "" && !added {
			lines = append(lines, line)
		}
	}
	return c.what + ": " + what + ": " + strings.Join(lines, " ")
}
