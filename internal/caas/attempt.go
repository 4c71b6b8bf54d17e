package caas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
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
	clean    func(string) string
	trace    func(context.Context, Exchange)
}

// RoundTrip implements http.RoundTripper. The reply's body is in memory, but for
// the success of a stream.
func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	send := a.exchange
	if req.Context().Value(streamKey{}) != nil {
		send = a.open
	}
	start := a.clock.Now()
	resp, err := send(req)
	if a.trace != nil {
		e := Exchange{Method: req.Method, Path: req.URL.EscapedPath(), Duration: a.clock.Now().Sub(start), Err: err}
		if resp != nil {
			e.Status = resp.StatusCode
		}
		a.trace(req.Context(), e)
	}
	return resp, err
}

func (a *attempt) exchange(req *http.Request) (*http.Response, error) {
	ctx, connected, cancel := a.bound(req.Context())
	defer cancel()
	resp, err := a.next.RoundTrip(a.signed(ctx, req))
	return a.held(req, resp, err, connected.Load())
}

// signed is the request on ctx, with the credential if it goes to the endpoint.
func (a *attempt) signed(ctx context.Context, req *http.Request) *http.Request {
	try := req.Clone(ctx)
	if req.URL.Scheme == a.endpoint.Scheme && req.URL.Host == a.endpoint.Host {
		for name, values := range a.header {
			try.Header[name] = values
		}
	}
	return try
}

// held is a try's outcome with the reply in memory.
func (a *attempt) held(req *http.Request, resp *http.Response, err error, connected bool) (*http.Response, error) {
	if err != nil {
		return nil, a.explain(req, err, connected)
	}
	body, err := readBounded(resp)
	if err != nil {
		return nil, a.explain(req, err, true)
	}
	// Without it no redirect is followed: Go keeps the credential across some, and
	// turns one that it can't read into an error that repeats it.
	resp.Header.Del("Location")
	resp.Body = heldBody{bytes.NewReader(body)}
	return resp, nil
}

// bound is ctx for one try: it ends with request_timeout, and tells whether
// there was a connection, without which nothing was sent. From then on a
// request to be finished does not end with ctx.
func (a *attempt) bound(ctx context.Context) (context.Context, *atomic.Bool, context.CancelFunc) {
	connected := &atomic.Bool{}
	if ctx.Value(finishKey{}) == nil {
		bounded, cancel := a.clock.WithTimeout(ctx, a.timeout)
		return httptrace.WithClientTrace(bounded, &httptrace.ClientTrace{
			GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
		}), connected, cancel
	}
	timed, cancelTimed := a.clock.WithTimeout(context.WithoutCancel(ctx), a.timeout)
	free, cancelFree := context.WithCancel(timed)
	release := context.AfterFunc(ctx, cancelFree)
	return httptrace.WithClientTrace(free, &httptrace.ClientTrace{
			GotConn: func(httptrace.GotConnInfo) { connected.Store(true); release() },
		}), connected, func() {
			release()
			cancelFree()
			cancelTimed()
		}
}

// explain tells a try that took too long from an operation that ended, and what
// was surely not sent from what may have been.
func (a *attempt) explain(req *http.Request, err error, sent bool) error {
	if cause := context.Cause(req.Context()); cause != nil {
		err = fmt.Errorf("%w: %w", cause, err)
	} else if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = fmt.Errorf("no whole answer within request_timeout, %s: %w", a.timeout, err)
	}
	if !sent {
		err = errorNotStarted(err)
	}
	return shown(err, a.clean)
}

// heldBody is a reply's body in memory, which can be read once more.
type heldBody struct{ *bytes.Reader }

// Close implements io.Closer.
func (heldBody) Close() error { return nil }

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
