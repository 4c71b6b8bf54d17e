package caastest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// Server is a running mock. Its methods are safe for concurrent use.
type Server struct {
	api, public *http.Server
	url         string
	publicURL   string // empty: public URLs are not served
	closed      chan struct{}
	close       func()

	clock        TimeSource
	skipContract bool

	contract *contract
	handlers map[string]handler // by operation id
	journal  journal
	visits   journal // of public URLs

	mu       sync.Mutex // guards all below
	options  Options
	bucket   bucket    // of the rate limit
	faults   []*Fault  // Skip and Times count down
	records  []*record // in the order of creation
	stock    inventory
	ids      idSource
	logs     map[string]*containerLog // by container id
	paid     float64                  // USDC
	refunded float64                  // USDC
	rotation int                      // of shuffled locations
	outcomes []outcome                // of the next deploy calls
	restarts []outcome                // of the next restarts

	violations      []string
	allowViolations bool
}

// New starts a server. It fails when it can't listen on the address.
func New(o Options) (*Server, error) {
	o.setDefaults()
	c, err := loadContract()
	if err != nil {
		return nil, err
	}
	s := &Server{
		clock: o.Clock, skipContract: o.SkipContract, closed: make(chan struct{}),
		contract: c, stock: newInventory(), logs: map[string]*containerLog{},
	}
	s.close = sync.OnceFunc(func() { close(s.closed) })
	s.handlers = s.operations()
	s.apply(o)
	if s.api, s.url, err = s.listen(o.Addr, s); err != nil {
		return nil, err
	}
	if o.ServePublicURLs {
		if s.public, s.publicURL, err = s.listen("127.0.0.1:0", http.HandlerFunc(s.servePublic)); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// listen serves a handler and returns its base URL.
func (s *Server) listen(addr string, handler http.Handler) (*http.Server, string, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("caastest: listen: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.violate("the server stopped: " + err.Error())
		}
	}()
	return server, "http://" + listener.Addr().String(), nil
}

// Start is New for a test. It closes the server when the test ends, and fails
// the test on violations of the contract unless AllowViolations was called.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		for _, v := range s.Violations() {
			if !s.allowViolations {
				t.Errorf("contract violation: %s", v)
			}
		}
	})
	return s
}

// URL returns the base URL of the API, without a trailing slash.
func (s *Server) URL() string { return s.url }

// Close stops the server and ends replies that hang or stream. It may be called
// more than once.
func (s *Server) Close() {
	s.close()
	for _, server := range []*http.Server{s.api, s.public} {
		if server != nil {
			_ = server.Close() // the mock ends anyway
		}
	}
}

func (s *Server) now() time.Time { return s.clock.Now() }

// Configure changes the options from the next request on.
func (s *Server) Configure(change func(*Options)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	o := s.options
	change(&o)
	s.apply(o)
}

// apply sets the options. The caller holds the lock.
func (s *Server) apply(o Options) {
	o.setDefaults()
	if o.Limit != s.options.Limit {
		s.bucket = bucket{float64(o.Limit.Burst), s.now()}
	}
	s.options = o
}

// SetFormat changes the format of the replies from the next request on.
func (s *Server) SetFormat(f Format) { s.Configure(func(o *Options) { o.Format = f }) }

// AllowViolations keeps Start from failing the test, for tests that send invalid
// requests on purpose.
func (s *Server) AllowViolations() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allowViolations = true
}

// Violations returns how requests and replies violated the contract, in order,
// whether they are allowed or not.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (s *Server) violate(violations ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violations = append(s.violations, violations...)
}

// TotalPaid returns what deploy and extend calls have cost, in USDC, without
// refunds deducted.
func (s *Server) TotalPaid() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cents(s.paid)
}

// TotalRefunded returns what was refunded for destroyed deployments, in USDC.
func (s *Server) TotalRefunded() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	return cents(s.refunded)
}
