package caastest

import "net/http"

// logs are what one container has written, by stream.
type logs struct {
	lines   map[string][]string
	endless bool
}

// SetLog sets what a container has written to a stream, "stdout" or "stderr",
// in lines without line ends. A container without a log writes nothing.
func (s *Server) SetLog(containerID, stream string, lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logOf(containerID).lines[stream] = lines
}

// EndlessLog makes the log of a container, after its lines, stay open until
// the client leaves or the server is closed.
func (s *Server) EndlessLog(containerID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logOf(containerID).endless = true
}

func (s *Server) logOf(containerID string) *logs {
	l := s.logs[containerID]
	if l == nil {
		l = &logs{lines: map[string][]string{}}
		s.logs[containerID] = l
	}
	return l
}

// log is GET …/deployment/{id}/log/{cid}: a stream of text lines, standard
// output by default, and not JSON (reference).
func (s *Server) log(r *http.Request, _ []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	id := r.PathValue("cid")
	if d.container(id) == nil {
		return unknownContainer()
	}
	stream := "stdout"
	if r.URL.Query().Has("stream") {
		stream = r.URL.Query().Get("stream")
	}
	if stream != "stdout" && stream != "stderr" {
		return invalid(one([]any{"query", "stream"}, "literal_error", "Input should be 'stdout' or 'stderr'"))
	}
	prefix, end := "", "\n"
	if s.dialect.SSEFraming {
		prefix, end = "data: ", "\n\n"
	}
	a := answer{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}},
		pieces: [][]byte{},
	}
	if l := s.logs[id]; l != nil {
		a.endless = l.endless
		for _, line := range l.lines[stream] {
			a.pieces = append(a.pieces, []byte(prefix+line+end))
		}
	}
	return a
}
