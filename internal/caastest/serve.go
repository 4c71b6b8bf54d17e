package caastest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Prefix is the path of the enterprise calls, below the base URL.
const Prefix = "/enterprise/v1/io-cloud/caas"

// operations are the handlers by the contract's operation ids. They run with the
// server's lock held.
var operations = map[string]func(*Server, input) response{
	"deploy":                (*Server).deploy,
	"listDeployments":       (*Server).list,
	"readDeployment":        (*Server).read,
	"changeDeployment":      (*Server).patch,
	"destroyDeployment":     (*Server).destroy,
	"extendDeployment":      (*Server).extend,
	"listContainers":        (*Server).listContainers,
	"readLog":               (*Server).readLog,
	"renameDeployment":      (*Server).rename,
	"checkName":             (*Server).checkName,
	"listHardware":          (*Server).listHardware,
	"listAvailableReplicas": (*Server).listAvailableReplicas,
	"price":                 (*Server).price,
	"listLocations":         (*Server).listLocations,
}

// input is what a handler gets of a valid request.
type input struct {
	record *record // that the path names; nil: none
	path   map[string]string
	query  url.Values
	body   []byte
}

// integer returns an integer of the query, or otherwise when it is missing.
func (in input) integer(name string, otherwise int) int {
	n, err := strconv.Atoi(in.query.Get(name))
	if err != nil {
		return otherwise
	}
	return n
}

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
	switch {
	case !s.takeToken():
		x.send(tooManyRequests())
	case f != nil:
		x.serveWithFault(r.Context(), f)
	default:
		x.send(x.respond(r.Context()))
	}
}

// receive reads a request and adds it to a journal.
func (s *Server) receive(journal *[]*Request, w http.ResponseWriter, r *http.Request, faulted bool) *exchange {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has left
	}
	request := &Request{
		At: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: body, Faulted: faulted,
	}
	defer s.lock()()
	*journal = append(*journal, request)
	return &exchange{Server: s, w: w, r: r, request: request}
}

// violate records an error that is not nil as a violation of the contract.
func (x *exchange) violate(what string, err error) {
	if err == nil {
		return
	}
	defer x.lock()()
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
	defer x.lock()()
	if rejected, ok := x.authorize(x.r.Header); !ok {
		return rejected
	}
	handle, known := operations[x.call.operation]
	if !known {
		return reject(http.StatusNotFound, "Not Found")
	}
	if x.invalid != nil {
		return invalid(issueOf(x.invalid))
	}
	in := input{path: x.call.path, query: x.request.Query, body: x.request.Body}
	if id, named := in.path["id"]; named {
		if in.record = x.record(id); in.record == nil || in.record.forgotten {
			return reject(http.StatusNotFound, "Deployment not found")
		}
	}
	return handle(x.Server, in)
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

// send writes the reply, after its status was noted in the journal, so that a
// client that has the reply finds it there.
func (x *exchange) send(reply response) {
	x.complete(reply.status)
	x.write(x.w, x.r, reply)
}

func (x *exchange) complete(status int) {
	defer x.lock()()
	x.request.Status = status
}

// servePublic answers a request to the public URL of a container.
func (s *Server) servePublic(w http.ResponseWriter, r *http.Request) {
	x := s.receive(&s.visits, w, r, false)
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	status := s.publicStatus(id)
	x.complete(status)
	http.Error(w, http.StatusText(status), status)
}

// publicStatus returns the status that a container's public URL answers.
func (s *Server) publicStatus(containerID string) int {
	defer s.lock()()
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
