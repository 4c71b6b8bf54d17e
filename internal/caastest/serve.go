package caastest

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// maxBody is the maximum size of a request body, in bytes.
const maxBody = 16 << 20

// exchange is one request and what is known of it.
type exchange struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	body    []byte
	call    *call
	request *Request // in the journal
}

// ServeHTTP answers one request: journal, contract, rate limit, faults,
// credentials, the operation itself, format.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, err := s.receive(&s.journal, w, r)
	if err != nil {
		x.send(reject(http.StatusBadRequest, "There was an error parsing the body"), "")
		return
	}
	x.call = s.contract.match(r, x.body)
	if !s.skipContract {
		s.violate(x.call.validateRequest(r.Context())...)
	}
	if rejected, ok := s.checkLimit(); !ok {
		x.send(rejected, "limit")
		return
	}
	f := s.takeFault(r)
	if !s.delay(r, f) {
		x.abort(f)
	}
	if f == nil {
		x.send(x.respond(r.Context()), "")
		return
	}
	x.serveWithFault(r.Context(), f)
}

// receive reads a request and adds it to a journal, even when its body can't be
// read.
func (s *Server) receive(j *journal, w http.ResponseWriter, r *http.Request) (*exchange, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	return &exchange{Server: s, w: w, r: r, body: body, request: j.add(s.now(), r, body)}, err
}

// respond performs the operation and returns the reply in the current format.
func (x *exchange) respond(ctx context.Context) response {
	reply := x.perform()
	if !x.skipContract {
		x.violate(x.call.validateResponse(ctx, reply)...)
	}
	return x.format(x.call.operation, reply)
}

// perform checks the credentials and the request, and calls the handler.
func (x *exchange) perform() response {
	x.mu.Lock()
	defer x.mu.Unlock()
	if rejected, ok := x.authorize(x.r.Header); !ok {
		return rejected
	}
	handle, known := x.handlers[x.call.operation]
	if !known {
		return reject(http.StatusNotFound, "Not Found")
	}
	if len(x.call.issues) > 0 {
		return invalid(x.call.issues...)
	}
	x.advance()
	return handle(input{path: x.call.path, query: x.r.URL.Query(), body: x.body})
}

// authorize checks the credentials, and returns the rejection if they are wrong.
func (s *Server) authorize(h http.Header) (response, bool) {
	bearer, key := h.Values("Authorization"), h.Values("X-Api-Key")
	wrongKey := len(key) > 0 && key[0] != s.options.APIKey
	switch {
	case len(bearer) == 0 && len(key) == 0:
		return reject(http.StatusUnauthorized, "Not authenticated"), false
	case len(bearer) > 0 && bearer[0] != "Bearer "+s.options.Token:
		return reject(http.StatusUnauthorized, "Invalid or expired token"), false
	case wrongKey && len(bearer) == 0:
		return jsonResponse(http.StatusBadRequest, object{"key_set": true}), false // seen
	case wrongKey:
		return reject(http.StatusUnauthorized, "Invalid API key"), false
	}
	return response{}, true
}

// send completes the journal and writes the reply.
func (x *exchange) send(reply response, fault string) {
	x.complete(reply.status, fault)
	x.write(x.w, x.r, reply)
}

// complete notes the end of the exchange in the journal.
func (x *exchange) complete(status int, fault string) { x.journal.complete(x.request, status, fault) }

// abort breaks the connection without a reply; it does not return.
func (x *exchange) abort(f *Fault) {
	x.complete(0, f.name())
	panic(http.ErrAbortHandler)
}

// servePublic answers a request to the public URL of a container.
func (s *Server) servePublic(w http.ResponseWriter, r *http.Request) {
	x, err := s.receive(&s.visits, w, r)
	if err != nil {
		return // the client has left
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	status := s.publicStatus(id)
	s.visits.complete(x.request, status, "")
	http.Error(w, http.StatusText(status), status)
}

// publicStatus returns the status that a container's public URL answers.
func (s *Server) publicStatus(containerID string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	for _, r := range s.records {
		if c := r.container(containerID); c != nil && c.PublicURL != "" {
			if s.now().Before(c.readyAt) {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		}
	}
	return http.StatusNotFound
}
