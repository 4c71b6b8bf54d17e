package caastest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// object is a JSON object.
type object = map[string]any

// response is a reply before it is written.
type response struct {
	status int
	header http.Header
	body   []byte
	json   bool // the body is JSON of the contract

	// A stream is written and flushed piece by piece after the body.
	pieces  [][]byte
	endless bool // it then stays open until the client leaves
}

func jsonResponse(status int, v any) response {
	body, err := json.Marshal(v)
	if err != nil {
		panic("caastest: a reply is not JSON: " + err.Error()) // a bug of the mock
	}
	return response{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body, json: true}
}

// data is a 200 in the envelope that most replies have.
func data(v any) response { return jsonResponse(http.StatusOK, object{"data": v}) }

// reject is an error with one sentence (seen).
func reject(status int, detail string) response {
	return jsonResponse(status, object{"detail": detail})
}

// invalid is a 422 (reference).
func invalid(issues ...issue) response {
	return jsonResponse(http.StatusUnprocessableEntity, object{"detail": issues})
}

func deploymentNotFound() response { return reject(http.StatusNotFound, "Deployment not found") }

// write sends the reply. It returns when an endless one has lost its client or
// the server is closed.
func (s *Server) write(w http.ResponseWriter, r *http.Request, reply response) {
	for name, values := range reply.header {
		w.Header()[name] = values
	}
	streams := reply.pieces != nil || reply.endless
	if !streams {
		w.Header().Set("Content-Length", strconv.Itoa(len(reply.body)))
	}
	w.WriteHeader(reply.status)
	flush := func() bool { return http.NewResponseController(w).Flush() == nil }
	if _, err := w.Write(reply.body); err != nil || !streams {
		return // the client has left, or has it all
	}
	for _, piece := range reply.pieces {
		if _, err := w.Write(piece); err != nil || !flush() {
			return
		}
	}
	if reply.endless && flush() {
		s.waitForEnd(r)
	}
}

// waitForEnd returns when the client has left or the server is closed.
func (s *Server) waitForEnd(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
}
