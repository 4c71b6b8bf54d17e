package caastest

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// maxBody is the most a request may hold, in bytes.
const maxBody = 16 << 20

// exchange is one request on its way to its answer.
type exchange struct {
	*Server
	w         http.ResponseWriter
	r         *http.Request
	body      []byte
	judgement *judgement
	entry     *entry
}

// ServeHTTP answers one request, in the order the package comment tells.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	entry := s.journal.open(s.options.Clock.Now(), r, body)
	if err != nil {
		entry.close(http.StatusBadRequest, "unreadable body")
		s.write(w, r, refuse(http.StatusBadRequest, "There was an error parsing the body"))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	x := exchange{Server: s, w: w, r: r, body: body, judgement: s.judge(r, body), entry: entry}

	if refused, ok := s.faults.admit(); !ok {
		x.send(refused, "limit")
		return
	}
	f := s.faults.hit(r)
	if !s.delay(r, f) {
		x.abort(f)
	}
	if f == nil {
		x.send(x.answer(r.Context()), "")
		return
	}
	x.suffer(r.Context(), f)
}

// answer has the work done and returns the answer in the dialect spoken.
func (x *exchange) answer(ctx context.Context) answer {
	a := x.work(x.r, x.body)
	x.judgement.answer(ctx, a)
	return x.translate(x.r, a)
}

// send notes the end of the exchange and writes the answer.
func (x *exchange) send(a answer, fault string) {
	x.entry.close(a.status, fault)
	x.write(x.w, x.r, a)
}

// abort breaks the connection without an answer; it does not return.
func (x *exchange) abort(f *Fault) {
	x.entry.close(0, f.name())
	panic(http.ErrAbortHandler)
}

// suffer is the way of an exchange that a fault has hit.
func (x *exchange) suffer(ctx context.Context, f *Fault) {
	var a answer
	worked := f.worksFirst()
	if worked {
		a = x.answer(ctx)
	}
	if f.Do != nil {
		f.Do()
	}
	switch {
	case f.Reset:
		x.entry.close(0, f.name())
		reset(x.w)
		return
	case f.Hang:
		x.entry.close(0, f.name())
		x.wait(x.r)
		x.abort(f)
	case f.replaces():
		a = f.answer()
	case !worked:
		a = x.answer(ctx)
	}
	for name, values := range f.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	switch {
	case f.EmptyBody:
		a.body, a.pieces, a.endless = nil, nil, false
	case f.Truncate > 0:
		x.entry.close(a.status, f.name())
		x.writePart(x.w, x.r, a, f.Truncate)
		return
	}
	x.send(a, f.name())
}
