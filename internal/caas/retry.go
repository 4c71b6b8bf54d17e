package caas

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
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
	s := &sender{clock: c.clock, policy: checkRepeatable}
	if once {
		s.policy = checkOnce
	}
	s.client = &retryablehttp.Client{
		HTTPClient:   c.http,
		RetryMax:     c.retries,
		CheckRetry:   s.check,
		Backoff:      s.backoff,
		PrepareRetry: s.sleep,
		ErrorHandler: func(resp *http.Response, err error, _ int) (*http.Response, error) { return resp, err },
	}
	return s
}

// sender holds the wait between two tries of one request. The wait is spent in
// sleep, on the injected clock, and not in the retrying client, on the real one.
type sender struct {
	client *retryablehttp.Client
	clock  Clock
	policy func(context.Context, *http.Response, error) bool
	pause  time.Duration

	resp   *http.Response // of the last try, or
	err    error          // why it has none
	again  bool           // another try is due
	unsure bool           // a try after which another was due may have reached the API
}

// Do sends the request. On an error the response is nil. When the context ends
// between two tries, what the last one brought is the answer.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	retryable, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, errorNotStarted(err)
	}
	_, err = s.client.Do(retryable)
	switch cause := context.Cause(req.Context()); {
	case s.resp != nil:
		// Between two tries the retrying client reads the body away.
		if body, ok := s.resp.Body.(io.Seeker); ok {
			_, err = body.Seek(0, io.SeekStart)
			return s.resp, err
		}
		return s.resp, nil
	case s.again && cause != nil && errors.Is(s.err, errNotStarted):
		return nil, fmt.Errorf("%w, until %w", withoutURL(s.err), cause)
	case s.again && cause != nil:
		return nil, errorNotStarted(fmt.Errorf("%w, after %w", cause, withoutURL(s.err)))
	default:
		return nil, err
	}
}

func (s *sender) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	s.resp, s.err = resp, err
	s.again = ctx.Err() == nil && s.policy(ctx, resp, err)
	if s.again && !errors.Is(err, errNotStarted) {
		s.unsure = true
	}
	return s.again, nil
}

func (s *sender) backoff(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
	s.pause = retryablehttp.DefaultBackoff(firstBackoff, longestBackoff, attempt, nil)
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

func checkRepeatable(ctx context.Context, resp *http.Response, err error) bool {
	switch {
	case err != nil:
		return worthAnother(ctx, err)
	case resp.StatusCode >= 200 && resp.StatusCode <= 299:
		return !holdsJSON(resp)
	default:
		// A 429 has waited as long as it may.
		return passing(resp.StatusCode) && resp.StatusCode != http.StatusTooManyRequests
	}
}

// checkOnce allows another try only after a failure to connect.
func checkOnce(ctx context.Context, _ *http.Response, err error) bool {
	return errors.Is(err, errNotStarted) && worthAnother(ctx, err)
}

// worthAnother tells that an error may be gone at another try: not that of an
// endpoint that is written wrong.
func worthAnother(ctx context.Context, err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		noTLS       tls.RecordHeaderError
		lookup      *net.DNSError
	)
	switch {
	case errors.Is(err, errTooLarge), errors.As(err, &certificate), errors.As(err, &noTLS),
		errors.As(err, &lookup) && lookup.IsNotFound:
		return false
	}
	again, _ := retryablehttp.ErrorPropagatedRetryPolicy(ctx, nil, err)
	return again
}

// holdsJSON tells whether a success can be read: a body cut short without its
// end being told, or a gateway's page, is worth another try. No body at all is
// the API's own (seen).
func holdsJSON(resp *http.Response) bool {
	body, err := io.ReadAll(resp.Body)
	resp.Body = heldBody{bytes.NewReader(body)}
	return err == nil && (len(bytes.TrimSpace(body)) == 0 || json.Valid(body))
}
