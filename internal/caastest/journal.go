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

// Request is one request that the server received, whatever the reply was.
type Request struct {
	At     time.Time // on the server's clock
	Method string
	Path   string // full, unescaped
	Query  url.Values
	Header http.Header // with the credentials
	Body   []byte
	Status int    // of the reply; 0: none yet, a reset, or a hang
	Fault  string // the name of the fault, "limit", or empty
	Conn   string // the client's address, one for each connection
}

// JSON returns the body as an object, with numbers as float64, or nil when it
// isn't one.
func (r Request) JSON() map[string]any {
	var o object
	if json.Unmarshal(r.Body, &o) != nil {
		return nil
	}
	return o
}

// journal holds requests in the order of their arrival.
type journal struct {
	mu       sync.Mutex
	requests []*Request
}

func (j *journal) add(at time.Time, r *http.Request, body []byte) *Request {
	added := &Request{
		At: at, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: body, Conn: r.RemoteAddr,
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = append(j.requests, added)
	return added
}

// complete notes the reply before it is sent, so that a client that has it finds
// it in the journal.
func (j *journal) complete(r *Request, status int, fault string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Status, r.Fault = status, fault
}

func (j *journal) find(match func(*Request) bool) []Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	var found []Request
	for _, r := range j.requests {
		if match(r) {
			c := *r
			c.Body, c.Header = slices.Clone(r.Body), r.Header.Clone()
			found = append(found, c)
		}
	}
	return found
}

// Requests returns the requests with a method to the paths that match a pattern,
// in the order of their arrival; empty matches any. The pattern is a path below
// Prefix, or a full one that starts with "/v1/" or "/enterprise/", and "{}"
// matches one segment: Requests("PATCH", "/deployment/{}").
func (s *Server) Requests(method, pattern string) []Request {
	return s.journal.find(func(r *Request) bool { return matches(method, pattern, r.Method, r.Path) })
}

// Count returns how many requests match, see [Server.Requests].
func (s *Server) Count(method, pattern string) int { return len(s.Requests(method, pattern)) }

// Bodies returns the JSON bodies of the requests that match, see
// [Server.Requests].
func (s *Server) Bodies(method, pattern string) []map[string]any {
	var bodies []map[string]any
	for _, r := range s.Requests(method, pattern) {
		bodies = append(bodies, r.JSON())
	}
	return bodies
}

// PublicRequests returns the requests to public URLs, see
// [Options.ServePublicURLs]. Their paths start with the container's id.
func (s *Server) PublicRequests() []Request {
	return s.visits.find(func(*Request) bool { return true })
}

// ResetJournal removes all requests from the journal.
func (s *Server) ResetJournal() {
	for _, j := range []*journal{&s.journal, &s.visits} {
		j.mu.Lock()
		j.requests = nil
		j.mu.Unlock()
	}
}

// matches reports whether a request matches a method and a pattern, see
// [Server.Requests].
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
