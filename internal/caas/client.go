package caas

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// base is where the enterprise calls live below the endpoint (seed).
const base = "/enterprise/v1/io-cloud/caas"

// Config is what a [Client] is made of.
type Config struct {
	// Endpoint is the API's base URL, such as https://api.io.solutions.
	Endpoint *url.URL
	// Token is sent as a bearer token, APIKey as x-api-key; "" is not sent.
	Token, APIKey string
	UserAgent     string
	// RequestTimeout bounds one try of a request, its reply included.
	RequestTimeout time.Duration
	// MaxRetries is how often one request is tried again after a transport error
	// or a 5xx. 429s do not count: they wait as long as the context lasts.
	MaxRetries int
	Clock      Clock
	// Trace, when set, is told of every try. It gets no header and no body.
	Trace func(context.Context, Exchange)
}

// Exchange is one try of one request, for a log: nothing in it is secret.
type Exchange struct {
	Method, Path string
	Status       int // 0 when no whole answer came
	Duration     time.Duration
	Err          error
}

// Client calls the API. It is safe for concurrent use; all its requests share
// one connection pool and one throttle.
type Client struct {
	endpoint *url.URL
	http     *http.Client
	retries  int
	clock    Clock
	secrets  *secrets
}

// New makes a client. It makes no call.
func New(c Config) *Client {
	header := http.Header{"User-Agent": {c.UserAgent}, "Accept": {"application/json"}}
	if c.Token != "" {
		header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.APIKey != "" {
		header.Set("X-Api-Key", c.APIKey)
	}
	hidden := &secrets{}
	hidden.add(c.Token, c.APIKey)
	client := &Client{endpoint: c.Endpoint, retries: c.MaxRetries, clock: c.Clock, secrets: hidden}
	try := &attempt{
		next: newTransport(), clock: c.Clock, timeout: c.RequestTimeout,
		endpoint: c.Endpoint, header: header, clean: client.clean, trace: c.Trace,
	}
	client.http = &http.Client{Transport: &throttle{next: try, clock: c.Clock}}
	return client
}

// newTransport is Go's own with enough idle connections for Terraform's
// parallelism: the default of two would open a new one for most requests.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck,forcetypeassert // Go documents the type
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 128, 128
	return t
}

// Conceal keeps values out of every text that the client returns from now on:
// errors and container events. It is for secrets that the API was sent.
func (c *Client) Conceal(values ...string) { c.secrets.add(values...) }

// clean makes a text of the API's fit to be shown: no secret, no control
// character, bounded in length.
func (c *Client) clean(text string) string { return printable(c.secrets.redact(text)) }

// call is one request: what it is, and whether sending it twice does no harm.
type call struct {
	method, path string // path is below the endpoint, escaped
	query        url.Values
	body         any // nil for none
	once         bool
}

// do makes the call and returns the body of its success.
func (c *Client) do(ctx context.Context, r call) ([]byte, error) {
	if r.once {
		ctx = context.WithValue(ctx, finishKey{}, true)
	}
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, &Error{Method: r.method, Path: r.path, Err: err, NotSent: true}
	}
	sender := c.retrier(r.once)
	resp, err := sender.Do(req) //nolint:bodyclose // it is in memory
	if err != nil {
		return nil, failure(r, withoutURL(err), sender.unsure)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, failure(r, err, true)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e := refusal(r.method, r.path, resp.StatusCode, body, c.clean)
		e.unsure = sender.unsure && r.method != http.MethodGet
		if e.Err == nil && passing(resp.StatusCode) {
			e.Err = context.Cause(ctx) // there would have been another try
		}
		return nil, e
	}
	if len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
		return nil, unreadable(r, errNotJSON)
	}
	return body, nil
}

// fetch makes the call and decodes the reply into out.
func (c *Client) fetch(ctx context.Context, r call, out any) error {
	body, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	if err := decode(body, out); err != nil {
		return unreadable(r, err)
	}
	return nil
}

// unreadable is the error of a success that can't be read.
func unreadable(r call, err error) error {
	return &Error{Method: r.method, Path: r.path, Status: http.StatusOK, Err: err}
}

func (c *Client) request(ctx context.Context, r call) (*http.Request, error) {
	target := strings.TrimSuffix(c.endpoint.String(), "/") + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, err
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// deploymentPath is the path of a deployment. Its id is the API's or a user's
// word, so it is escaped, and refused where it would change the path.
func deploymentPath(id string, rest ...string) (string, error) {
	path := base + "/deployment"
	for _, step := range append([]string{id}, rest...) {
		if step == "" || step == "." || step == ".." {
			return "", fmt.Errorf("%q is no id", step)
		}
		path += "/" + url.PathEscape(step)
	}
	return path, nil
}

// withoutURL takes off the wrapper that repeats method and URL.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
