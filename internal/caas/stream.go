package caas

import (
	"context"
	"io"
	"net/http"
)

// streamKey marks the context of a request whose success is read as it comes,
// for it may never end. All else about it is as about any request: the
// credential, the throttle, the tries.
type streamKey struct{}

// stream makes the call and returns the body of its success, which the caller
// closes. The body ends with ctx.
func (c *Client) stream(ctx context.Context, r call) (io.ReadCloser, error) {
	req, err := c.request(context.WithValue(ctx, streamKey{}, true), r)
	if err != nil {
		return nil, &Error{Method: r.method, Path: r.path, Err: err, NotSent: true}
	}
	sender := c.retrier(false)
	sender.policy = checkStream
	resp, err := sender.Do(req)
	if err != nil {
		return nil, failure(r, withoutURL(err), sender.unsure)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		body, err := io.ReadAll(resp.Body) // it is in memory
		if err != nil {
			return nil, failure(r, err, true)
		}
		return nil, refusal(r.method, r.path, resp.StatusCode, body, c.clean)
	}
	return resp.Body, nil
}

// checkStream is checkRepeatable without a look into the body of a success.
func checkStream(ctx context.Context, resp *http.Response, err error) bool {
	if err == nil && resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return false
	}
	return checkRepeatable(ctx, resp, err)
}

// open is exchange for a stream: request_timeout bounds the time to the reply's
// header, and any reply but a success.
func (a *attempt) open(req *http.Request) (*http.Response, error) {
	operation := req.Context()
	bounded, connected, cancelBound := a.bound(operation)
	defer cancelBound()
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(bounded))
	unbound := endWith(bounded, cancel)
	try := a.signed(ctx, req)
	try.Header.Set("Accept", "text/event-stream, text/plain, */*")
	try.Header.Set("Accept-Encoding", "identity") // a compressed stream is held back until a block is full
	resp, err := a.next.RoundTrip(try)
	if err != nil || resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer cancel(nil)
		return a.held(req, resp, err, connected.Load())
	}
	unbound()
	release := endWith(operation, cancel)
	resp.Header.Del("Location")
	resp.Body = &streamedBody{resp.Body, func() { release(); cancel(nil) }}
	return resp, nil
}

// endWith cancels something when ctx ends, and returns what undoes that.
func endWith(ctx context.Context, cancel context.CancelCauseFunc) (undo func() bool) {
	return context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
}

// streamedBody is a body that is read as it comes.
type streamedBody struct {
	io.ReadCloser
	release func()
}

// Close implements io.Closer. It ends the stream.
func (b *streamedBody) Close() error {
	b.release()
	return b.ReadCloser.Close()
}
