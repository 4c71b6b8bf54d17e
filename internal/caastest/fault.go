package caastest

import (
	"context"
	"net"
	"net/http"
	"strconv"
)

// Fault makes single requests go wrong. Without a member that replaces or
// distorts the reply, it only calls Do and adds Header.
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

	Do func() // called when hit, after the operation where that comes first
}

// Inject adds a fault. Of several that match a request, the first one injected
// that is not used up hits it.
func (s *Server) Inject(f Fault) {
	defer s.lock()()
	setDefault(&f.Times, 1)
	s.faults = append(s.faults, &f)
}

// ClearFaults removes all faults. Replies that hang go on hanging.
func (s *Server) ClearFaults() {
	defer s.lock()()
	s.faults = nil
}

// takeFault returns the fault that hits the request, or nil.
func (s *Server) takeFault(r *http.Request) *Fault {
	defer s.lock()()
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
		reset(x.w)
		return
	case f.Hang:
		x.waitForEnd(x.r)
		panic(http.ErrAbortHandler)
	case f.Status != 0 || f.Body != "":
		reply = f.reply()
	case !performed:
		reply = x.respond(ctx)
	}
	for name, values := range f.Header {
		reply.header[http.CanonicalHeaderKey(name)] = values
	}
	switch {
	case f.EmptyBody:
		reply.body, reply.endless = nil, false
	case f.Truncate > 0 && f.Truncate < len(reply.body):
		reply.header.Set("Content-Length", strconv.Itoa(len(reply.body)))
		reply.body, reply.broken = reply.body[:f.Truncate], true
	}
	x.send(reply)
}

// reply returns the reply that the fault has of its own.
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

// reset breaks the connection so that the client sees "connection reset by peer".
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not a connection, but a recorder
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the client sees EOF
	}
	_ = conn.Close() // it is broken on purpose
}

// takeToken reports whether the rate limit lets a request pass.
func (s *Server) takeToken() bool {
	defer s.lock()()
	limit, now := s.options.Limit, s.now()
	if limit.PerSecond == 0 {
		return true
	}
	s.tokens = min(s.tokens+limit.PerSecond*now.Sub(s.refilled).Seconds(), float64(limit.Burst))
	s.refilled = now
	if s.tokens < 1 {
		return false
	}
	s.tokens--
	return true
}

func tooManyRequests() response {
	reply := reject(http.StatusTooManyRequests, "Too Many Requests")
	reply.header.Set("Retry-After", "1")
	return reply
}
