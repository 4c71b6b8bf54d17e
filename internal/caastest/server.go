package caastest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/routers"
)

// Server is a running mock. Its methods are safe for concurrent use.
type Server struct {
	api    *httptest.Server
	public *httptest.Server // nil: public URLs are not served
	closed chan struct{}
	close  func()

	clock        TimeSource // nil: real time
	skipContract bool
	contract     routers.Router

	mu       sync.Mutex // guards all below, see lock
	options  Options
	journal  []*Request
	visits   []*Request // of public URLs
	tokens   float64    // of the rate limit
	refilled time.Time  // the tokens
	faults   []*Fault   // Skip and Times count down
	records  []*record  // in the order of creation
	hardware []hardware
	added    map[placement]int // replicas, by SetReplicas; below 0: removed
	lastID   uint64
	paid     float64   // USDC
	shuffled int       // how often locations were shuffled
	outcomes []outcome // of the next deploy calls
	restarts []outcome // of the next restarts

	logs            map[stream][]string // lines
	endlessLogs     []string            // container ids
	violations      []string
	allowViolations bool
}

// New starts a server on a loopback address.
func New(o Options) (*Server, error) {
	contract, err := loadContract()
	if err != nil {
		return nil, err
	}
	s := &Server{
		clock: o.Clock, skipContract: o.SkipContract, closed: make(chan struct{}),
		contract: contract, hardware: slices.Clone(hardwareTypes), added: map[placement]int{}, logs: map[stream][]string{},
	}
	s.close = sync.OnceFunc(func() { close(s.closed) })
	s.apply(o)
	s.api = httptest.NewServer(s)
	if o.ServePublicURLs {
		s.public = httptest.NewServer(http.HandlerFunc(s.servePublic))
	}
	return s, nil
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
func (s *Server) URL() string { return s.api.URL }

// Close stops the server and ends replies that hang or stream. It may be called
// more than once.
func (s *Server) Close() {
	s.close()
	// Their own Close waits for the handlers, but a Fault may call this one.
	_ = s.api.Config.Close() // the mock ends anyway
	if s.public != nil {
		_ = s.public.Config.Close()
	}
}

// lock locks the server, and brings every deployment up to the clock's time. It
// returns the function that unlocks it.
func (s *Server) lock() (unlock func()) {
	s.mu.Lock()
	for _, r := range s.records {
		s.advance(r)
	}
	return s.mu.Unlock
}

func (s *Server) now() time.Time {
	if s.clock == nil {
		return time.Now().UTC()
	}
	return s.clock.Now().UTC()
}

// Configure changes the options from the next request on.
func (s *Server) Configure(change func(*Options)) {
	defer s.lock()()
	o := s.options
	change(&o)
	s.apply(o)
}

// apply sets the options. The caller holds the lock.
func (s *Server) apply(o Options) {
	o.setDefaults()
	s.options = o
	s.tokens, s.refilled = float64(o.Limit.Burst), s.now()
}

// SetFormat changes the format of the replies from the next request on.
func (s *Server) SetFormat(f Format) { s.Configure(func(o *Options) { o.Format = f }) }

// AllowViolations keeps Start from failing the test, for tests that send invalid
// requests on purpose.
func (s *Server) AllowViolations() {
	defer s.lock()()
	s.allowViolations = true
}

// Violations returns how requests and replies violated the contract, in order,
// whether they are allowed or not.
func (s *Server) Violations() []string {
	defer s.lock()()
	return slices.Clone(s.violations)
}

// TotalPaid returns what deploy and extend calls have cost, in USDC.
func (s *Server) TotalPaid() float64 {
	defer s.lock()()
	return cents(s.paid)
}
