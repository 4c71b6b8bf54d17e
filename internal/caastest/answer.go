package caastest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is a reply before it is written.
type answer struct {
	status int
	header http.Header
	body   []byte
	json   bool // the body is JSON, of the contract

	// What is streamed is written and flushed piece by piece after the body.
	pieces  [][]byte
	endless bool // then stays open until the client leaves
}

// reply is an answer of JSON.
func reply(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic("caastest: a reply is not JSON: " + err.Error()) // a bug of the mock
	}
	return answer{
		status: status,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   body,
		json:   true,
	}
}

// data is a 200 in the wrapper that most calls have.
func data(v any) answer { return reply(http.StatusOK, map[string]any{"data": v}) }

// refuse is an error with one sentence (seen).
func refuse(status int, detail string) answer {
	return reply(status, map[string]any{"detail": detail})
}

// invalid is a 422 (reference).
func invalid(found []issue) answer {
	return reply(http.StatusUnprocessableEntity, map[string]any{"detail": found})
}

// write sends the answer. It returns when an endless one has lost its client
// or the server is closed.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	streams := a.pieces != nil || a.endless
	if !streams {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	flush := func() bool { return http.NewResponseController(w).Flush() == nil }
	if _, err := w.Write(a.body); err != nil || !streams {
		return // the client has left, or has it all
	}
	for _, piece := range a.pieces {
		if _, err := w.Write(piece); err != nil || !flush() {
			return
		}
	}
	if a.endless && flush() {
		s.wait(r)
	}
}

// wait returns when the client has left or the server is closed.
func (s *Server) wait(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
}
