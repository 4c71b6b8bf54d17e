package caastest

import (
	"encoding/json"
	"maps"
	"net/http"
)

// object is a JSON object.
type object = map[string]any

// response is a reply before it is written.
type response struct {
	status  int
	header  http.Header
	body    []byte
	endless bool // stays open after the body until the client leaves
	broken  bool // the connection breaks after the body
}

func jsonResponse(status int, v any) response {
	body, err := json.Marshal(v)
	if err != nil {
		panic("caastest: a reply is not JSON: " + err.Error()) // a bug of the mock
	}
	return response{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body}
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

// unreadable rejects a body that the contract lets pass and Go does not, such as
// 8.0 for an integer.
func unreadable(err error) response {
	return reject(http.StatusBadRequest, "There was an error parsing the body: "+err.Error())
}

// write sends the reply. It returns when an endless one has lost its client or
// the server is closed.
func (s *Server) write(w http.ResponseWriter, r *http.Request, reply response) {
	maps.Copy(w.Header(), reply.header)
	w.WriteHeader(reply.status)
	_, err := w.Write(reply.body)
	if err != nil || !reply.endless && !reply.broken {
		return // the client has left, or has it all
	}
	_ = http.NewResponseController(w).Flush() // fails when the client has left
	if reply.broken {
		panic(http.ErrAbortHandler)
	}
	s.waitForEnd(r)
}

// waitForEnd returns when the client has left or the server is closed.
func (s *Server) waitForEnd(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
}
