package caastest

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault makes single requests go wrong. Without a member that replaces or
// distorts the reply, it only calls Do, waits for Latency and adds Header.
type Fault struct {
	Method, Path string // which requests, see Requests; empty: any
	Skip         int    // leave so many of them alone first
	Times        int    // then hit so many; 0: one, below 0: all
	AfterWork    bool   // perform the operation first; by default Status, Body, Reset and Hang take its place

	Status      int         // a reply of the fault's own; 0 with a Body: 200
	Header      http.Header // added to the reply
	Body        string
	ContentType string // of the Body; "application/json" when empty

	Reset     bool // a TCP reset in place of the reply
	Hang      bool // no reply until the client leaves or the server is closed
	Truncate  int  // above 0: cut the real body after so many bytes, with the Content-Length of all
	EmptyBody bool // the real status without the body

	Latency time.Duration // real time before anything else
	Do      func()        // called when hit, after the operation where that comes first
	Name    string        // in the journal; what the fault does when empty
}

// Inject adds a fault. Of several that match a request, the first one injected
// that is not used up hits it.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	setDefault(&f.Times, 1)
	s.faults = append(s.faults, &f)
}

// ClearFaults removes all faults. Replies that hang go on hanging.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// checkLimit applies the rate limit, and returns the rejection if it is exceeded.
func (s *Server) checkLimit() (response, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.Limit.PerSecond == 0 || s.bucket.take(s.options.Limit, s.now()) {
		return response{}, true
	}
	rejected := reject(http.StatusTooManyRequests, "Too Many Requests")
	if s.options.Limit.RetryAfter != "" {
		rejected.header.Set("Retry-After", s.options.Limit.RetryAfter)
	}
	return rejected, false
}

// bucket is a token bucket.
type bucket struct {
	tokens float64
	filled time.Time
}

// take takes a token, and returns false when there is none.
func (b *bucket) take(l RateLimit, now time.Time) bool {
	b.tokens = min(b.tokens+l.PerSecond*now.Sub(b.filled).Seconds(), float64(l.Burst))
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// takeFault returns the fault that hits the request, or nil.
func (s *Server) takeFault(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times == 0 || !matches(f.Method, f.Path, r.Method, r.URL.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		hit := *f
		return &hit
	}
	return nil
}

// delay waits for the latency of the server and of a fault, and reports whether
// the client is still there.
func (s *Server) delay(r *http.Request, f *Fault) bool {
	s.mu.Lock()
	d := s.options.Latency
	s.mu.Unlock()
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

// serveWithFault serves an exchange that a fault has hit.
func (x *exchange) serveWithFault(ctx context.Context, f *Fault) {
	var reply response
	performed := f.AfterWork || f.Truncate > 0 || f.EmptyBody
	if performed {
		reply = x.respond(ctx)
	}
	if f.Do != nil {
		f.Do()
	}
	switch {
	case f.Reset:
		x.complete(0, f.name())
		reset(x.w)
		return
	case f.Hang:
		x.complete(0, f.name())
		x.waitForEnd(x.r)
		x.abort(f)
	case f.replies():
		reply = f.reply()
	case !performed:
		reply = x.respond(ctx)
	}
	for name, values := range f.Header {
		reply.header[http.CanonicalHeaderKey(name)] = values
	}
	switch {
	case f.EmptyBody:
		reply.body, reply.pieces, reply.endless = nil, nil, false
	case f.Truncate > 0:
		x.truncate(reply, f)
		return
	}
	x.send(reply, f.name())
}

// replies reports whether the fault has a reply of its own.
func (f *Fault) replies() bool { return f.Status != 0 || f.Body != "" }

func (f *Fault) reply() response {
	reply := response{status: f.Status, header: http.Header{}, body: []byte(f.Body)}
	setDefault(&reply.status, http.StatusOK)
	if f.Body != "" {
		contentType := f.ContentType
		setDefault(&contentType, "application/json")
		reply.header.Set("Content-Type", contentType)
	}
	return reply
}

// name returns what the journal shows; empty without a fault.
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
	case f.replies():
		return strconv.Itoa(f.reply().status)
	}
	return "notice"
}

// reset breaks the connection so that the client sees "connection reset by peer".
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// Without this the client sees EOF.
		if tcp.SetLinger(0) != nil {
			panic(http.ErrAbortHandler)
		}
	}
	_ = conn.Close() // it is broken on purpose
}

// truncate sends the first bytes of a reply with the length of all of them, and
// breaks the connection.
func (x *exchange) truncate(reply response, f *Fault) {
	whole := slices.Concat(append([][]byte{reply.body}, reply.pieces...)...)
	if f.Truncate >= len(whole) {
		x.send(reply, f.name())
		return
	}
	x.complete(reply.status, f.name())
	for name, values := range reply.header {
		x.w.Header()[name] = values
	}
	x.w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
	x.w.WriteHeader(reply.status)
	if _, err := x.w.Write(whole[:f.Truncate]); err == nil {
		_ = http.NewResponseController(x.w).Flush() // fails when the client has left
	}
	panic(http.ErrAbortHandler)
}
