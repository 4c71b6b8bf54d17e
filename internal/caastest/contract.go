package caastest

import (
	"bytes"
	"context"
	_ "embed" // for the contract
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

//go:embed openapi.yaml
var openAPI []byte

// contract is the API as openapi.yaml tells it, ready to judge.
type contract struct{ router routers.Router }

// parsedContract reads the contract once per process: it takes longer than
// most tests.
var parsedContract = sync.OnceValues(func() (*contract, error) {
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

// judgement is the contract's word on one request and its answer. A nil one
// says nothing.
type judgement struct {
	verdicts *verdicts
	what     string                                 // method and path
	input    *openapi3filter.RequestValidationInput // nil: no call of the contract
}

// judge holds a request against the contract and notes what is wrong. Which
// answer it gets is not the contract's business.
func (s *Server) judge(r *http.Request, body []byte) *judgement {
	if s.contract == nil {
		return nil
	}
	j := &judgement{verdicts: &s.verdicts, what: r.Method + " " + r.URL.Path}
	// The validator reads and replaces the body: let it have its own.
	ctx := r.Context()
	r = r.Clone(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	route, params, err := s.contract.router.FindRoute(r)
	if err != nil {
		j.note("request", err)
		return j
	}
	j.input = &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			MultiError:                        true,
			IncludeResponseStatus:             true,
			RejectWhenRequestBodyNotSpecified: true,
			SkipSettingDefaults:               true,
			AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
			ExcludeResponseBody:               strings.Contains(route.Path, "/log/"),
		},
	}
	if err := openapi3filter.ValidateRequest(ctx, j.input); err != nil {
		j.note("request", err)
	}
	if err := unknownParameters(route, r); err != nil {
		j.note("request", err)
	}
	return j
}

// unknownParameters finds what the validator lets pass: parameters in the query
// that the contract doesn't name, or that come twice.
func unknownParameters(route *routers.Route, r *http.Request) error {
	var found []error
	for name, values := range r.URL.Query() {
		named := slices.ContainsFunc(route.Operation.Parameters, func(p *openapi3.ParameterRef) bool {
			return p.Value.In == openapi3.ParameterInQuery && p.Value.Name == name
		})
		if !named {
			found = append(found, fmt.Errorf("unknown parameter %q in the query", name))
		}
		if len(values) > 1 {
			found = append(found, fmt.Errorf("parameter %q comes %d times", name, len(values)))
		}
	}
	return errors.Join(found...)
}

// answer holds the canonical answer against the contract.
func (j *judgement) answer(ctx context.Context, a answer) {
	if j == nil || j.input == nil {
		return
	}
	err := openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: j.input,
		Status:                 a.status,
		Header:                 a.header,
		Body:                   io.NopCloser(bytes.NewReader(a.body)),
		Options:                j.input.Options,
	})
	if err != nil {
		j.note("reply", err)
	}
}

// note writes a violation down, without the schemas and values, indented, that
// the validator adds to each: they are long, and in openapi.yaml and the journal.
func (j *judgement) note(what string, err error) {
	var told []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		added := strings.HasPrefix(line, "  ") || line == "Schema:" || line == "Value:"
		if line = strings.TrimSpace(line); line != "" && !added {
			told = append(told, line)
		}
	}
	j.verdicts.add(j.what + ": " + what + ": " + strings.Join(told, " "))
}

// verdicts are the violations found.
type verdicts struct {
	mu      sync.Mutex
	list    []string
	ignored bool
}

func (v *verdicts) add(violation string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.list = append(v.list, violation)
}

func (v *verdicts) all() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.list)
}

func (v *verdicts) allow() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ignored = true
}

func (v *verdicts) allowed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ignored
}
