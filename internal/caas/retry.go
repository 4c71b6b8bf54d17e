package caas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	firstBackoff   = time.Second
	longestBackoff = 30 * time.Second
)

// retrier sends one request until it is answered. What may be sent twice is
// tried again after a transport error, a 5xx and a success that is no JSON; what
// must be sent once only when it surely never left. The last answer is returned
// as it is.
func (c *Client) retrier(once bool) *sender {
	s := &sender{clock: c.clock}
	s.client = &retryablehttp.Client{
		HTTPClient:   c.http,
		RetryMax:     c.retries,
		CheckRetry:   checkRepeatable,
		Backoff:      s.backoff,
		PrepareRetry: s.sleep,
		ErrorHandler: func(resp *http.Response, err error, _ int) (*http.Response, error) { return resp, err },
	}
	if once {
		s.client.CheckRetry = checkOnce
	}
	return s
}

// sender holds the wait between two tries of one request. The wait is spent in
// sleep, on the injected clock, and not in the retrying client, on the real one.
type sender struct {
	client *retryablehttp.Client
	clock  Clock
	pause  time.Duration
}

// Do sends the request. On an error the response is nil.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	retryable, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, errorNotStarted(err)
	}
	resp, err := s.client.Do(retryable)
	if resp != nil {
		return resp, nil
	}
	if err == nil {
		err = errEmptyReply
	}
	return nil, err
}

func (s *sender) backoff(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
	s.pause = retryablehttp.DefaultBackoff(firstBackoff, longestBackoff, attempt, nil)
	s.pause -= jitter(s.pause / 4)
	if resp != nil {
		if told, ok := retryAfter(resp.Header, s.clock.Now()); ok {
			s.pause = told
		}
	}
	return 0
}

func (s *sender) sleep(req *http.Request) error {
	return s.clock.Sleep(req.Context(), s.pause)
}

func checkRepeatable(ctx context.Context, resp *http.Response, err error) (bool, error) {
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case errors.Is(err, errTooLarge):
		return false, nil
	case err != nil:
		return retryablehttp.ErrorPropagatedRetryPolicy(ctx, resp, err)
	case resp.StatusCode == http.StatusRequestTimeout, resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented:
		return true, nil
	case resp.StatusCode >= 200 && resp.StatusCode <= 299:
		return !holdsJSON(resp), nil
	default:
		return false, nil
	}
}

// checkOnce allows another try only after a failure to connect.
func checkOnce(ctx context.Context, _ *http.Response, err error) (bool, error) {
	var dial *net.OpError
	return ctx.Err() == nil && errors.As(err, &dial) && dial.Op == "dial", nil
}

// holdsJSON tells whether a success can be read: a body cut short without its
// end being told, or a gateway's page, is worth another try. No body at all is
// the API's own (seen).
func holdsJSON(resp *http.Response) bool {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && (len(bytes.TrimSpace(body)) == 0 || json.Valid(body))
}
