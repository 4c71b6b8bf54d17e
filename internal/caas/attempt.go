package caas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxReplyBytes bounds a reply. A page of 100 deployments is some 50 kB.
const maxReplyBytes = 8 << 20

// errNotStarted marks a request that ended before it left.
var errNotStarted = errors.New("the request was not sent")

func errorNotStarted(cause error) error { return fmt.Errorf("%w: %w", errNotStarted, cause) }

// finishKey marks the context of a request that, once it has left, is waited
// for even when the operation ends meanwhile: a purchase whose answer nobody
// heard would be lost.
type finishKey struct{}

// attempt is one try of one request: it adds the credential, bounds the time
// and the reply's size, and reads the reply whole, so that a reply cut short is
// an error here and not a surprise later.
type attempt struct {
	next     http.RoundTripper
	clock    Clock
	timeout  time.Duration
	endpoint *url.URL
	header   http.Header // sent to the endpoint's host only
	trace    func(context.Context, Exchange)
}

// RoundTrip implements http.RoundTripper. The reply's body is in memory.
func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	start := a.clock.Now()
	resp, err := a.exchange(req)
	if a.trace != nil {
		e := Exchange{Method: req.Method, Path: req.URL.Path, Duration: a.clock.Now().Sub(start), Err: err}
		if resp != nil {
			e.Status = resp.StatusCode
		}
		a.trace(req.Context(), e)
	}
	return resp, err
}

func (a *attempt) exchange(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if ctx.Value(finishKey{}) != nil {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := a.clock.WithTimeout(ctx, a.timeout)
	defer cancel()
	try := req.Clone(ctx)
	if req.URL.Scheme == a.endpoint.Scheme && req.URL.Host == a.endpoint.Host {
		for name, values := range a.header {
			try.Header[name] = values
		}
	}
	resp, err := a.next.RoundTrip(try)
	if err != nil {
		return nil, a.explain(req, err)
	}
	body, err := readBounded(resp)
	if err != nil {
		return nil, a.explain(req, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// explain tells a try that took too long from an operation that ended.
func (a *attempt) explain(req *http.Request, err error) error {
	if cause := context.Cause(req.Context()); cause != nil {
		return fmt.Errorf("%w: %w", cause, err)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("no whole answer within request_timeout, %s: %w", a.timeout, err)
	}
	return err
}

func readBounded(resp *http.Response) (body []byte, err error) {
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxReplyBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the reply broke off after %d bytes: %w", len(body), err)
	}
	if len(body) > maxReplyBytes {
		return nil, errTooLarge
	}
	return body, nil
}
