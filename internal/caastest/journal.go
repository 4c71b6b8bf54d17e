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
	At      time.Time // on the server's clock
	Method  string
	Path    string // full, unescaped
	Query   url.Values
	Header  http.Header // with the credentials
	Body    []byte
	Status  int    // of the reply; 0: none yet, a reset, or a hang
	Faulted bool   // hit by a Fault
	Conn    string // the client's address, one for each connection
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

func (j *journal) add(r *Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = append(j.requests, r)
}

// complete notes the status before the reply is sent, so that a client that has
// it finds it in the journal.
func (j *journal) complete(r *Request, status int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Status = status
}

// find returns copies of the requests that match, see [Server.Requests].
func (j *journal) find(method, pattern string) []Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	var found []Request
	for _, r := range j.requests {
		if matches(method, pattern, r.Method, r.Path) {
			found = append(found, *r)
		}
	}
	return found
}

func (j *journal) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = nil
}

// Requests returns the requests with a method to the paths that match a pattern,
// in the order of their arrival; empty matches any. The pattern is a path below
// Prefix, or a full one that starts with "/v1/" or "/enterprise/", and "{}"
// matches one segment: Requests("PATCH", "/deployment/{}").
func (s *Server) Requests(method, pattern string) []Request { return s.journal.find(method, pattern) }

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
func (s *Server) PublicRequests() []Request { return s.visits.find("", "") }

// ResetJournal removes all requests from the journal.
func (s *Server) ResetJournal() {
	s.journal.reset()
	s.visits.reset()
}

// matches reports whether a request matches a method and a pattern, see
// [Server.Requests].
func matches(method, pattern, gotMethod, gotPath string) bool {
	if method != "" && method != gotMethod {
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
