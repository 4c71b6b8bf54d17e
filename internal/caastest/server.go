package caastest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Options say what kind of server to make. The zero value is a good one.
type Options struct {
	// Clock moves the deployments; nil is real time.
	Clock Clock
	// Token and APIKey are the credentials accepted; "test-token" and
	// "test-key" when empty. A request is authorised when it sends at least
	// one credential and each one it sends is right.
	Token, APIKey string
	// Timings say how long the phases of a deployment take.
	Timings Timings
	// Addr is where to listen, "127.0.0.1:0" when empty.
	Addr string
	// Balance is what the account can spend, in USDC; 0 is without limit.
	// What costs more is answered with "payment_required" and not done (seed).
	Balance float64
	// EndedNamesTaken makes completed and failed deployments hold their name
	// until they are destroyed, and lets DELETE destroy them.
	EndedNamesTaken bool
	// MendFailed lets a PATCH bring a failed deployment back to "deployment
	// requested". Off, a failed deployment refuses changes as any ended one.
	MendFailed bool
	// AbsentContract switches the contract off, for benchmarks.
	AbsentContract bool
}

// Timings say how long the phases of a deployment take on the clock. The zero
// value means the defaults given below; any other is used as it stands.
type Timings struct {
	Provision time.Duration // from the request to running; 90 s
	URL       time.Duration // from running to a public URL; 30 s
	Terminate time.Duration // from the termination request to destroyed; 20 s
	List      time.Duration // how long a new deployment is missing from the list; 0
	// Restart, when above 0, is how long a running deployment is back in
	// "deployment requested" after its container was changed. Nobody says
	// whether it is, so by default it isn't.
	Restart time.Duration
}

// Server is a running mock. Its methods are safe for concurrent use.
type Server struct {
	options  Options
	contract *contract // nil: switched off
	mux      *http.ServeMux
	listener net.Listener
	http     *http.Server
	closed   chan struct{}
	close    func()

	journal journal
	faults  faults

	mu      sync.Mutex // guards all below
	records []*record  // in the order of creation
	stock   stock
	names   ids
	logs    map[string]*logs // by container id
	dialect Dialect
	spent   float64 // USDC, refunds taken off
	turn    int     // counts replies with locations, for the shuffle
	next    plans

	verdicts verdicts
}

// New starts a server. It fails when the address can't be listened on or the
// contract can't be read.
func New(o Options) (*Server, error) {
	o.setDefaults()
	s := &Server{
		options: o,
		closed:  make(chan struct{}),
		stock:   newStock(),
		logs:    map[string]*logs{},
	}
	s.close = sync.OnceFunc(func() { close(s.closed) })
	if !o.AbsentContract {
		c, err := parsedContract()
		if err != nil {
			return nil, err
		}
		s.contract = c
	}
	s.mux = s.routes()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("caastest: listen: %w", err)
	}
	s.listener = listener
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.verdicts.add("the server stopped: " + err.Error())
		}
	}()
	return s, nil
}

// Start is New for a test: it closes the server when the test ends, and fails
// the test when the contract was broken and AllowViolations not called.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if s.verdicts.allowed() {
			return
		}
		for _, v := range s.Violations() {
			t.Errorf("contract violation: %s", v)
		}
	})
	return s
}

func (o *Options) setDefaults() {
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	if o.Token == "" {
		o.Token = "test-token"
	}
	if o.APIKey == "" {
		o.APIKey = "test-key"
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Timings == (Timings{}) {
		o.Timings = Timings{Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second}
	}
}

// URL is the base URL of the API, without a slash at the end.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close stops the server, and ends replies that hang or stream. It may be
// called more than once.
func (s *Server) Close() {
	s.close()
	// All that can fail is closing a listener that nobody asks any more.
	_ = s.http.Close()
}

// AllowViolations keeps Start from failing the test: for a test that sends bad
// requests on purpose.
func (s *Server) AllowViolations() { s.verdicts.allow() }

// Violations returns how requests or replies broke the contract, in the order
// seen, whether they are allowed or not.
func (s *Server) Violations() []string { return s.verdicts.all() }

// Balance is what the account can still spend, in USDC; without a limit it is
// what was spent, below zero.
func (s *Server) Balance() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	return cents(s.options.Balance - s.spent)
}
