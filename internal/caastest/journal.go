package caastest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	Status  int  // of the reply; 0: none yet, a reset, or a hang
	Faulted bool // hit by a Fault
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

// Requests returns the requests with a method to the paths that match a pattern,
// in the order of their arrival; empty matches any. The pattern is a path below
// Prefix, or a full one that starts with "/v1/" or "/enterprise/", and "{}"
// matches one segment: Requests("PATCH", "/deployment/{}").
func (s *Server) Requests(method, pattern string) []Request {
	defer s.lock()()
	return find(s.journal, method, pattern)
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
	defer s.lock()()
	return find(s.visits, "", "")
}

// ResetJournal removes all requests from the journal.
func (s *Server) ResetJournal() {
	defer s.lock()()
	s.journal, s.visits = nil, nil
}

// find returns copies of the requests that match, see [Server.Requests].
func find(journal []*Request, method, pattern string) []Request {
	var found []Request
	for _, r := range journal {
		if matches(method, pattern, r.Method, r.Path) {
			found = append(found, *r)
		}
	}
	return found
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
