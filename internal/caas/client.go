package caas

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// base is the path of the enterprise calls below the endpoint (seed).
const base = "/enterprise/v1/io-cloud/caas"

// Config configures a [Client].
type Config struct {
	// Endpoint is the API's base URL, such as https://api.io.solutions.
	Endpoint *url.URL
	// Token is sent as a bearer token, APIKey as x-api-key; "" is not sent.
	Token, APIKey string
	UserAgent     string
	// RequestTimeout limits one attempt of a request, its response included.
	RequestTimeout time.Duration
	// MaxRetries is how often one request is repeated after a transport error or
	// a 5xx. A 429 does not count: it is retried as long as the context lasts.
	MaxRetries int
	Clock      Clock
	// Transport sends the requests; nil means Go's own.
	Transport http.RoundTripper
	// Trace, when set, is called after every attempt.
	Trace func(context.Context, Exchange)
}

// Exchange is one attempt of one request, for a log. It holds no header, no body
// and no secret.
type Exchange struct {
	Method, Path string
	Status       int // 0 when no complete response came
	Duration     time.Duration
	Err          error
}

// Client calls the API. It is safe for concurrent use; all its requests share
// one connection pool and one pause.
type Client struct {
	endpoint  string
	header    http.Header
	transport http.RoundTripper
	timeout   time.Duration
	retries   int
	clock     Clock
	trace     func(context.Context, Exchange)

	secrets secrets
	pause   pause
	outage  outage
}

// New returns a client. It makes no call.
func New(c Config) *Client {
	header := http.Header{"User-Agent": {c.UserAgent}, "Accept": {"application/json"}}
	if c.Token != "" {
		header.Set("Authorization", "Bearer "+c.Token)
	}
	if c.APIKey != "" {
		header.Set("X-Api-Key", c.APIKey)
	}
	client := &Client{
		endpoint: strings.TrimSuffix(c.Endpoint.String(), "/"), header: header, transport: c.Transport,
		timeout: c.RequestTimeout, retries: c.MaxRetries, clock: c.Clock, trace: c.Trace,
	}
	if client.transport == nil {
		client.transport = newTransport()
	}
	client.Redact(c.Token, c.APIKey)
	return client
}

// newTransport returns Go's own transport with enough idle connections for
// Terraform's parallelism, as the default of two would open a new one for most
// requests, and with a limit on the time to connect, as part of [maxOutage].
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck,forcetypeassert // Go documents the type
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 128, 128
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	return t
}

// Redact keeps values out of every string that the client returns from now on:
// errors, container events and log lines. It is for secrets that the API was
// sent. Values shorter than six characters are not redacted.
func (c *Client) Redact(values ...string) { c.secrets.add(values...) }

// clean makes a string from the API fit to be shown: no secret, no control
// character, limited in length.
func (c *Client) clean(text string) string { return printable(c.secrets.redact(text)) }
