package caastest

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Fault is something that goes wrong with requests on purpose. Without any
// member that distorts the answer it only notices: Do, Latency and Header go
// with the real answer then.
type Fault struct {
	Method, Path string // which requests, as in Calls; empty: any
	Skip         int    // let so many of them through first
	Times        int    // then hit so many; 0: one, below 0: all
	AfterWork    bool   // do the work first; else an answer of one's own, a reset or a hang comes in its place

	Status      int         // an answer of one's own; 0 with a Body: 200
	Header      http.Header // added to the answer, one's own or the real one
	Body        string
	ContentType string // of the Body; "application/json" when empty

	Reset     bool // a TCP reset and no answer
	Hang      bool // no answer until the client leaves or the server is closed
	Truncate  int  // when above 0: cut the real body after so many bytes, though Content-Length says more
	EmptyBody bool // the real status without the body

	Latency time.Duration // real time before anything else
	Do      func()        // called when hit, after the work where that comes first
	Name    string        // shown in the journal; what the fault does when empty
}

// Inject adds a fault. Of several that match a request, the one injected first
// hits it, once its Skip and until its Times are used up.
func (s *Server) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.injected = append(s.faults.injected, &f)
}

// ClearFaults takes all faults, the latency and the limit back. What hangs
// goes on hanging.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injected, s.faults.latency, s.faults.bucket = nil, 0, nil
}

// SetLatency delays every answer by real time.
func (s *Server) SetLatency(d time.Duration) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.latency = d
}

// Limit lets no more requests through than so many per second of real time,
// and so many at once; the others are answered 429, with retryAfter, when it is
// not empty, as Retry-After. A perSecond of 0 lifts the limit.
func (s *Server) Limit(perSecond float64, burst int, retryAfter string) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.bucket, s.faults.retryAfter = nil, retryAfter
	if perSecond > 0 {
		s.faults.bucket = &bucket{perSecond: perSecond, burst: float64(burst), tokens: float64(burst), filled: time.Now()}
	}
}

// faults are what is injected and how much of it is left.
type faults struct {
	mu         sync.Mutex
	injected   []*Fault // Skip and Times count down
	latency    time.Duration
	bucket     *bucket // nil: no limit
	retryAfter string
}

// bucket is a token bucket on real time.
type bucket struct {
	perSecond, burst, tokens float64
	filled                   time.Time
}

// take takes a token, and returns false when there is none.
func (b *bucket) take() bool {
	now := time.Now()
	b.tokens = min(b.tokens+b.perSecond*now.Sub(b.filled).Seconds(), b.burst)
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// admit tells whether the limit lets one more request through, or what to
// answer.
func (f *faults) admit() (answer, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.bucket == nil || f.bucket.take() {
		return answer{}, true
	}
	a := refuse(http.StatusTooManyRequests, "Too Many Requests")
	if f.retryAfter != "" {
		a.header.Set("Retry-After", f.retryAfter)
	}
	return a, false
}

// hit returns the fault that hits the request, or nil, and counts it.
func (f *faults) hit(r *http.Request) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.injected {
		if c.Times == 0 || !matches(c.Method, c.Path, r.Method, r.URL.Path) {
			continue
		}
		if c.Skip > 0 {
			c.Skip--
			continue
		}
		if c.Times > 0 {
			c.Times--
		}
		hit := *c
		return &hit
	}
	return nil
}

// delay waits as long as the server and the fault (or nil) ask for, and tells
// whether the client is still there then.
func (s *Server) delay(r *http.Request, f *Fault) bool {
	s.faults.mu.Lock()
	d := s.faults.latency
	s.faults.mu.Unlock()
	if f != nil {
		d += f.Latency
	}
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}

// replaces tells whether the fault has an answer of its own.
func (f *Fault) replaces() bool { return f.Status != 0 || f.Body != "" }

// worksFirst tells whether the work is done before the fault strikes.
func (f *Fault) worksFirst() bool { return f.AfterWork || f.Truncate > 0 || f.EmptyBody }

// answer is the fault's own.
func (f *Fault) answer() answer {
	a := answer{status: f.Status, header: http.Header{}, body: []byte(f.Body)}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if f.Body != "" {
		a.header.Set("Content-Type", f.ContentType)
		if f.ContentType == "" {
			a.header.Set("Content-Type", "application/json")
		}
	}
	return a
}

// name is what the journal shows; empty without a fault.
func (f *Fault) name() string {
	switch {
	case f == nil:
		return ""
	case f.Name != "":
		return f.Name
	case f.Reset:
		return "reset"
	case f.Hang:
		return "hang"
	case f.EmptyBody:
		return "empty body"
	case f.Truncate > 0:
		return "truncate"
	case f.replaces():
		return strconv.Itoa(f.answer().status)
	}
	return "notice"
}

// reset breaks the connection in a way that the client sees as "connection
// reset by peer".
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// Without this the close would be a polite one, seen as EOF.
		if tcp.SetLinger(0) != nil {
			panic(http.ErrAbortHandler)
		}
	}
	_ = conn.Close() // nothing is left to be done about it
}

// writePart sends the first n bytes of an answer that promises all of them,
// and breaks the connection.
func (s *Server) writePart(w http.ResponseWriter, r *http.Request, a answer, n int) {
	whole := a.body
	for _, piece := range a.pieces {
		whole = append(whole, piece...)
	}
	if n >= len(whole) {
		s.write(w, r, a)
		return
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
	w.WriteHeader(a.status)
	if _, err := w.Write(whole[:n]); err == nil {
		_ = http.NewResponseController(w).Flush() // else the client has left
	}
	panic(http.ErrAbortHandler)
}
