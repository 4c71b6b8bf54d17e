package caastest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// exchange is one request and what is known of it.
type exchange struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	request *Request // in the journal
	call    call
	invalid error // how the request violates the contract
}

// ServeHTTP answers one request: journal, contract, rate limit, faults,
// credentials, the operation itself, format.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.takeFault(r)
	x := s.receive(&s.journal, w, r, f != nil)
	x.call = match(s.contract, r, x.request.Body)
	if !s.skipContract {
		x.invalid = x.call.validateRequest(r.Context())
		x.violate("request", x.invalid)
		x.violate("request", x.call.validateQuery())
	}
	if !s.takeToken() {
		x.send(tooManyRequests())
		return
	}
	if f != nil {
		x.serveWithFault(r.Context(), f)
		return
	}
	x.send(x.respond(r.Context()))
}

// receive reads a request and adds it to a journal.
func (s *Server) receive(j *journal, w http.ResponseWriter, r *http.Request, faulted bool) *exchange {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has left
	}
	request := &Request{
		At: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: body, Faulted: faulted, Conn: r.RemoteAddr,
	}
	j.add(request)
	return &exchange{Server: s, w: w, r: r, request: request}
}

// violate records an error that is not nil as a violation of the contract.
func (x *exchange) violate(what string, err error) {
	if err == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.violations = append(x.violations, fmt.Sprintf("%s %s: %s: %v", x.r.Method, x.r.URL.Path, what, err))
}

// respond performs the operation and returns the reply in the current format.
func (x *exchange) respond(ctx context.Context) response {
	reply := x.perform()
	if !x.skipContract {
		x.violate("reply", x.call.validateReply(ctx, reply))
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
	if x.invalid != nil {
		return invalid(issueOf(x.invalid))
	}
	x.advance()
	return handle(input{path: x.call.path, query: x.request.Query, body: x.request.Body})
}

// authorize checks the credentials, and returns the rejection if they are wrong.
func (s *Server) authorize(h http.Header) (response, bool) {
	token, key := h.Get("Authorization"), h.Get("X-Api-Key")
	switch {
	case token == "" && key == "":
		return reject(http.StatusUnauthorized, "Not authenticated"), false
	case token != "" && token != "Bearer "+s.options.Token:
		return reject(http.StatusUnauthorized, "Invalid or expired token"), false
	case key != "" && key != s.options.APIKey:
		return jsonResponse(http.StatusBadRequest, object{"key_set": true}), false // seen
	}
	return response{}, true
}

// send completes the journal and writes the reply.
func (x *exchange) send(reply response) {
	x.complete(reply.status)
	x.write(x.w, x.r, reply)
}

// complete notes the status of the reply in the journal; 0 is no reply.
func (x *exchange) complete(status int) { x.journal.complete(x.request, status) }

// servePublic answers a request to the public URL of a container.
func (s *Server) servePublic(w http.ResponseWriter, r *http.Request) {
	x := s.receive(&s.visits, w, r, false)
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	status := s.publicStatus(id)
	s.visits.complete(x.request, status)
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
