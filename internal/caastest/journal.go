package caastest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one request the server got, whatever became of it.
type Request struct {
	At     time.Time // by the server's clock
	Method string
	Path   string // full, unescaped
	Query  url.Values
	Header http.Header
	Body   []byte
	Status int    // of the answer sent; 0: none yet, or a reset, or a hang
	Fault  string // what hit it: the fault's name, "limit", or empty
	Conn   string // the client's address, one for each connection
}

// JSON returns the body as an object, with numbers as float64; nil when it
// isn't one.
func (r Request) JSON() map[string]any {
	var o map[string]any
	if json.Unmarshal(r.Body, &o) != nil {
		return nil
	}
	return o
}

// journal keeps the requests in the order of their arrival.
type journal struct {
	mu      sync.Mutex
	entries []*entry
}

// entry is a request whose end is still to be written down.
type entry struct {
	journal *journal
	request Request
}

func (j *journal) open(at time.Time, r *http.Request, body []byte) *entry {
	e := &entry{journal: j, request: Request{
		At: at, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: body, Conn: r.RemoteAddr,
	}}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
	return e
}

// close notes the end before the answer is sent, so that a client that has its
// answer finds it in the journal.
func (e *entry) close(status int, fault string) {
	e.journal.mu.Lock()
	defer e.journal.mu.Unlock()
	e.request.Status, e.request.Fault = status, fault
}

// Requests returns all requests since the start or the last ResetJournal, in
// the order of their arrival.
func (s *Server) Requests() []Request { return s.Calls("", "") }

// Calls returns the requests of one method ("": any) to the paths that a
// pattern matches ("": any), in the order of their arrival. The pattern is a
// path below Prefix, or a full one that starts with "/v1/" or "/enterprise/",
// in which "{}" stands for any one segment: Calls("PATCH", "/deployment/{}").
func (s *Server) Calls(method, pattern string) []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	var found []Request
	for _, e := range s.journal.entries {
		if matches(method, pattern, e.request.Method, e.request.Path) {
			r := e.request
			r.Body, r.Header = slices.Clone(r.Body), r.Header.Clone()
			found = append(found, r)
		}
	}
	return found
}

// ResetJournal forgets all requests so far.
func (s *Server) ResetJournal() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.entries = nil
}

// matches tells whether a request is of the method and pattern told in Calls.
func matches(method, pattern, gotMethod, gotPath string) bool {
	if method != "" && !strings.EqualFold(method, gotMethod) {
		return false
	}
	if pattern == "" {
		return true
	}
	if !strings.HasPrefix(pattern, "/v1/") && !strings.HasPrefix(pattern, "/enterprise/") {
		pattern = Prefix + pattern
	}
	want, got := strings.Split(pattern, "/"), strings.Split(gotPath, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool { return w == g || w == "{}" && g != "" })
}
