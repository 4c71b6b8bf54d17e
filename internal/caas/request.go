package caas

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	firstBackoff   = time.Second
	longestBackoff = 30 * time.Second
	// maxOutage is how long a request is repeated while no connection can be made.
	// Together with the last attempt (10 s to connect, 10 s for TLS) an unreachable
	// host fails within a minute: long enough for a restart or a lost Wi-Fi, short
	// enough for a mistyped endpoint.
	maxOutage = 30 * time.Second
	// optionalRetries is enough for one failed attempt of a gateway. With the backoff
	// it takes 3 s.
	optionalRetries = 2
	// maxResponseBytes limits a response. A page of 100 deployments is some 50 kB.
	maxResponseBytes = 8 << 20
)

// request is one call of the API.
type request struct {
	method, path string // path is below the endpoint, escaped
	query        url.Values
	body         any  // nil for none
	purchase     bool // every accepted attempt costs money
	stream       bool // a successful response is read as it comes
	optional     bool // repeated at most optionalRetries times
}

// outcome is the result of one attempt.
type outcome struct {
	status    int
	header    http.Header
	body      []byte
	stream    io.ReadCloser // in the place of body
	err       error         // why there is no complete response
	connected bool          // the request may have been sent
}

// send sends the request until it succeeds, can't be repeated, or ctx ends: it
// attempts, decides and backs off. Every error is an [*Error].
func (c *Client) send(ctx context.Context, r request) (outcome, error) {
	body, err := r.encode()
	if err = cmp.Or(err, r.validatePath(), c.outage.current(c.clock.Now())); err != nil {
		return outcome{}, r.notSent(err)
	}
	var (
		last      *Error    // of the attempt before
		uncertain bool      // an attempt before the last may have had an effect
		down      time.Time // the first of the failures to connect in a row
	)
	limit := c.retries
	if r.optional {
		limit = min(limit, optionalRetries)
	}
	for retries, backoff := 0, firstBackoff; ; {
		if err := c.pause.wait(ctx, c.clock); err != nil {
			return outcome{}, r.ended(last, err)
		}
		sent := c.clock.Now()
		o := c.attempt(ctx, r, body)
		if o.isUsable(r) {
			c.pause.reset(sent)
			return o, nil
		}
		last = c.failure(r, o)
		last.uncertain = uncertain
		now := c.clock.Now()
		if o.status == http.StatusTooManyRequests {
			c.pause.begin(sent, now, o.header)
			continue
		}
		wait := backoff
		if d, ok := retryAfter(o.header, now); ok {
			wait = d
		}
		if o.connected {
			down = time.Time{}
		} else if down.IsZero() {
			down = sent
		}
		if retries >= limit || !r.isRepeatable(o) || !o.connected && now.Add(wait).Sub(down) > maxOutage {
			if !r.optional { // which gives up too early for that
				c.outage.remember(o, now)
			}
			return outcome{}, last
		}
		uncertain = uncertain || o.connected && r.method != http.MethodGet
		retries, backoff = retries+1, min(2*backoff, longestBackoff)
		if err := c.clock.Sleep(ctx, wait); err != nil {
			return outcome{}, r.ended(last, err)
		}
	}
}

// isUsable returns whether the attempt succeeded. A gateway's page or a body cut
// short is neither what a read needs nor what confirms a purchase, although an empty
// body was seen for a purchase. The response to any other change is not needed.
func (o outcome) isUsable(r request) bool {
	switch {
	case !isSuccess(o.status):
		return false
	case r.purchase:
		return json.Valid(o.body) || len(bytes.TrimSpace(o.body)) == 0
	default:
		return json.Valid(o.body) || r.stream || r.method != http.MethodGet
	}
}

// isRepeatable returns whether the request may be sent again and could then
// succeed. What failed before a connection was made had no effect; a purchase is
// not repeated after anything else.
func (r request) isRepeatable(o outcome) bool {
	switch {
	case r.purchase && o.connected, isPermanent(o.err):
		return false
	case o.err != nil:
		return true
	default:
		return isSuccess(o.status) || isTransientStatus(o.status)
	}
}

// attempt sends the request once and reports it to the trace.
func (c *Client) attempt(ctx context.Context, r request, body []byte) outcome {
	start := c.clock.Now()
	o := c.roundTrip(ctx, r, body)
	if c.trace != nil {
		c.trace(ctx, Exchange{
			Method: r.method, Path: r.path, Status: o.status, Duration: c.clock.Now().Sub(start), Err: o.err,
		})
	}
	return o
}

// roundTrip sends the request once and reads the response, but for a stream, within
// the request's timeout. A purchase is waited for even when ctx ends meanwhile:
// its response is the only proof of what was bought.
func (c *Client) roundTrip(ctx context.Context, r request, body []byte) (o outcome) {
	if r.purchase {
		ctx = context.WithoutCancel(ctx)
	}
	timeout, stop := c.clock.WithTimeout(ctx, c.timeout)
	defer stop()
	// The context of a stream ends with ctx but not with the timeout.
	sending, cancel := context.WithCancel(ctx)
	release := context.AfterFunc(timeout, cancel)
	defer func() {
		if release(); o.stream == nil {
			cancel()
		}
	}()
	var connected atomic.Bool
	req, err := c.newRequest(httptrace.WithClientTrace(sending, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}), r, body)
	if err != nil {
		return outcome{err: err}
	}
	// Not an http.Client: it would follow redirects, and the credential stays with
	// the endpoint.
	resp, err := c.transport.RoundTrip(req) //nolint:bodyclose // readBody and stream close it
	switch {
	case err == nil && r.stream && isSuccess(resp.StatusCode):
		return outcome{status: resp.StatusCode, header: resp.Header, stream: stream{resp.Body, cancel}, connected: true}
	case err == nil:
		read, readErr := readBody(resp)
		if readErr == nil {
			return outcome{status: resp.StatusCode, header: resp.Header, body: read, connected: true}
		}
		err = readErr
	case connected.Load():
		err = fmt.Errorf("the connection was interrupted: %w", err)
	default:
		err = fmt.Errorf("failed to connect: %w", err)
	}
	return outcome{err: c.redacted(c.explainEnd(ctx, timeout, connected.Load(), err)), connected: connected.Load()}
}

// explainEnd replaces Go's error of an attempt that a context ended.
func (c *Client) explainEnd(ctx, timeout context.Context, connected bool, err error) error {
	switch {
	case ctx.Err() != nil && connected:
		return &endError{context.Cause(ctx), beforeResponse}
	case ctx.Err() != nil:
		return &endError{context.Cause(ctx), beforeSent}
	case timeout.Err() != nil && connected:
		return fmt.Errorf("no complete response within request_timeout %s", c.timeout)
	case timeout.Err() != nil:
		return fmt.Errorf("no connection within request_timeout %s", c.timeout)
	default:
		return err
	}
}

// encode returns the body of the request as JSON, nil for none.
func (r request) encode() ([]byte, error) {
	if r.body == nil {
		return nil, nil
	}
	return json.Marshal(r.body)
}

func (c *Client) newRequest(ctx context.Context, r request, body []byte) (*http.Request, error) {
	target := c.endpoint + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = c.header.Clone()
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.stream {
		req.Header.Set("Accept", "text/event-stream, text/plain, */*")
		req.Header.Set("Accept-Encoding", "identity") // a compressed stream is held back until a block is full
	}
	return req, nil
}

func readBody(resp *http.Response) (body []byte, err error) {
	defer func() { _ = resp.Body.Close() }() // what was needed is read
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the response was interrupted after %d bytes: %w", len(body), err)
	}
	if len(body) > maxResponseBytes {
		return nil, errTooLarge
	}
	return body, nil
}

// stream is a body that is read as it comes. Close ends it.
type stream struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (s stream) Close() error {
	s.cancel()
	return s.ReadCloser.Close()
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }

// isTransientStatus returns whether a later attempt may have another result.
func isTransientStatus(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests ||
		status >= 500 && status != http.StatusNotImplemented
}

// isPermanent returns whether no repetition can help: the operation has ended, or
// the endpoint is wrong.
func isPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		noTLS       tls.RecordHeaderError
	)
	return IsEnded(err) || isUnknownHost(err) || errors.Is(err, errTooLarge) || errors.Is(err, errInvalidID) ||
		errors.As(err, &certificate) || errors.As(err, &noTLS)
}

func isUnknownHost(err error) bool {
	var lookup *net.DNSError
	return errors.As(err, &lookup) && lookup.IsNotFound
}

// deploymentPath returns the path of a deployment, or of something below it.
func deploymentPath(id string, rest ...string) string {
	path := base + "/deployment/" + url.PathEscape(id)
	for _, step := range rest {
		path += "/" + url.PathEscape(step)
	}
	return path
}

// validatePath rejects an ID that would change the path although it is escaped: IDs
// come from the API or the user.
func (r request) validatePath() error {
	for _, step := range strings.Split(r.path, "/")[1:] {
		if step == "" || step == "." || step == ".." {
			return fmt.Errorf("%q %w", step, errInvalidID)
		}
	}
	return nil
}
