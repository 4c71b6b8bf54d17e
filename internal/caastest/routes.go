package caastest

import (
	"net/http"
	"path"
)

// Prefix is where the enterprise calls live, below the base URL.
const Prefix = "/enterprise/v1/io-cloud/caas"

// locationsPath is the one call outside of the enterprise ones.
const locationsPath = "/v1/io-cloud/caas/locations"

// handler answers one call. It runs with the server's lock held and the
// deployments brought up to date.
type handler func(r *http.Request, body []byte) answer

// calls maps the calls, by method and path, to their handlers.
func (s *Server) calls() map[string]handler {
	return map[string]handler{
		"POST " + Prefix + "/deploy":                                  s.deploy,
		"GET " + Prefix + "/deployments":                              s.list,
		"GET " + Prefix + "/deployment/{id}":                          s.read,
		"PATCH " + Prefix + "/deployment/{id}":                        s.patch,
		"DELETE " + Prefix + "/deployment/{id}":                       s.destroy,
		"POST " + Prefix + "/deployment/{id}/extend":                  s.extend,
		"GET " + Prefix + "/deployment/{id}/containers":               s.containers,
		"GET " + Prefix + "/deployment/{id}/container/{cid}":          s.container,
		"GET " + Prefix + "/deployment/{id}/containers-jobs/{cid}":    s.containerJobs,
		"GET " + Prefix + "/deployment/{id}/log/{cid}":                s.log,
		"PUT " + Prefix + "/clusters/{id}/update-name":                s.rename,
		"GET " + Prefix + "/clusters/check_cluster_name_availability": s.nameAvailable,
		"GET " + Prefix + "/hardware/max-gpus-per-container":          s.hardware,
		"GET " + Prefix + "/available-replicas":                       s.availableReplicas,
		"GET " + Prefix + "/price":                                    s.price,
		"GET " + locationsPath:                                        s.locations,
	}
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range s.calls() {
		mux.Handle(pattern, route(h))
	}
	mux.Handle("/", route(func(*http.Request, []byte) answer {
		return refuse(http.StatusNotFound, "Not Found")
	}))
	return mux
}

// route is a handler as the mux wants it: it has the mux fill in the path's
// values and leaves the answer in the desk that it was called with.
type route handler

func (h route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d, ok := w.(*desk); ok {
		d.answer = h(r, d.body)
	}
}

// desk is where an answer is made: a ResponseWriter that nobody writes to.
type desk struct {
	http.ResponseWriter
	body   []byte
	answer answer
}

// work has the call done, and is the only thing that changes state.
func (s *Server) work(r *http.Request, body []byte) answer {
	if a, ok := s.authorise(r.Header); !ok {
		return a
	}
	if path.Clean(r.URL.Path) != r.URL.Path {
		// The mux would redirect; an empty segment is a path nobody knows.
		return refuse(http.StatusNotFound, "Not Found")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	d := &desk{body: body}
	s.mux.ServeHTTP(d, r)
	return d.answer
}

// authorise tells whether the credentials are right, or what to answer.
func (s *Server) authorise(h http.Header) (answer, bool) {
	bearer, key := h.Values("Authorization"), h.Values("X-Api-Key")
	switch {
	case len(bearer) == 0 && len(key) == 0:
		return refuse(http.StatusUnauthorized, "Not authenticated"), false
	case len(bearer) > 0 && bearer[0] != "Bearer "+s.options.Token:
		return refuse(http.StatusUnauthorized, "Invalid or expired token"), false
	case len(key) > 0 && key[0] != s.options.APIKey && len(bearer) == 0:
		return reply(http.StatusBadRequest, map[string]any{"key_set": true}), false // seen
	case len(key) > 0 && key[0] != s.options.APIKey:
		return refuse(http.StatusUnauthorized, "Invalid API key"), false
	}
	return answer{}, true
}
