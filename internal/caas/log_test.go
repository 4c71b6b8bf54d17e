package caas_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const someContainer = "7c1e0a4e-0000-4000-8000-000000000002"

// logged are all lines of a log that ends.
func (r *harness) logged(stream string) ([]string, error) {
	r.Helper()
	log, err := r.client.Log(r.Context(), someID, someContainer, stream)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	var lines []string
	for {
		line, err := log.Next()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		lines = append(lines, line)
	}
}

// text is a step that answers with a string, piece by piece.
func text(pieces ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, piece := range pieces {
			_, _ = io.WriteString(w, piece)
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func TestLog_lines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100<<10)
	for name, c := range map[string]struct {
		pieces []string
		want   []string
	}{
		"none":                              {nil, nil},
		"plain":                             {[]string{"one\ntwo\n"}, []string{"one", "two"}},
		"empty lines are lines":             {[]string{"one\n\ntwo\n"}, []string{"one", "", "two"}},
		"the last without an end":           {[]string{"one\ntw", "o"}, []string{"one", "two"}},
		"lines end as Windows ends them":    {[]string{"one\r\ntwo\r\n"}, []string{"one", "two"}},
		"indentation is kept":               {[]string{"Traceback:\n  File\n\tat\n"}, []string{"Traceback:", "  File", "    at"}},
		"a progress bar shows its last":     {[]string{"10%\r55%\r100%\n"}, []string{"100%"}},
		"colours":                           {[]string{"\x1b[1;31mred\x1b[0m end\n"}, []string{"red end"}},
		"a title and a link":                {[]string{"\x1b]0;title\aone \x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\\n"}, []string{"one link"}},
		"an escape sequence without an end": {[]string{"one\x1b[\n\x1b]two\n"}, []string{"one", "]two"}},
		"control characters":                {[]string{"a\x00b\x07c\u202ed\xffe\n"}, []string{"a b c d e"}},
		"a long line":                       {[]string{long + "\nend\n"}, []string{long[:2000] + "…", "end"}},
		"events":                            {[]string{"data: one\n\ndata: two\n\n"}, []string{"one", "", "two", ""}},
		"events without the space":          {[]string{"data:one\r\n\r\ndata:  two\r\n"}, []string{"one", "", " two"}},
		"no line of events is dropped":      {[]string{": ping\nevent: log\nid: 1\ndata:\nretry: 5\n"}, []string{": ping", "event: log", "id: 1", "", "retry: 5"}},
		"a secret":                          {[]string{"the token is test-token\n"}, []string{"the token is (hidden)"}},
		"a secret with colours in it":       {[]string{"test-\x1b[31mtoken\n"}, []string{"(hidden)"}},
		"a secret in an event":              {[]string{"data: test-token\n\n"}, []string{"(hidden)", ""}},
		"a secret across the cut of a line": {[]string{strings.Repeat("\x1b[0m", 16<<10-2) + "test-token\n"}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onScript(t, text(c.pieces...))
			got, err := r.logged("stdout")
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

// TestLog_request shows the request, and that it is repeated as any other.
func TestLog_request(t *testing.T) {
	t.Parallel()
	r := onScript(t, script(reset, reply(503, ""), reply(429, "", "Retry-After", "7"), text("one\n")))
	got, err := r.logged("stderr")
	if err != nil || !slices.Equal(got, []string{"one"}) {
		t.Fatalf("got %q, %v", got, err)
	}
	r.wantSent(4)
	last := r.seen()[3]
	if last.method != "GET" || last.uri != prefix+"/deployment/"+someID+"/log/"+someContainer+"?stream=stderr" {
		t.Errorf("requested %s %s", last.method, last.uri)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + testToken, "Accept": "text/event-stream, text/plain, */*", "Accept-Encoding": "identity", "User-Agent": "agent/1",
	} {
		if got := last.header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if waited := last.at - r.seen()[2].at; waited < 7*time.Second {
		t.Errorf("repeated %s after the 429", waited)
	}
	if attempts := r.traced(); len(attempts) != 4 || attempts[3].Status != 200 {
		t.Errorf("traced %+v", attempts)
	}
}

func TestLog_rejected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step   http.HandlerFunc
		status int
		says   string
	}{
		"unknown":        {reply(404, `{"detail": "no such container"}`), 404, "no such container"},
		"bad key":        {reply(400, `{"key_set": true}`), 400, "API key is missing, wrong or expired"},
		"a gateway":      {reply(502, `<html>`), 502, "HTML page"},
		"moved":          {reply(302, "", "Location", "https://elsewhere.example.test/"), 302, "redirects are not followed"},
		"never ends":     {hang(time.Hour), 0, "no complete response within request_timeout 30s"},
		"breaks at once": {reset, 0, "reset"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onScript(t, c.step, withRetries(1))
			_, err := r.logged("stdout")
			e := apiError(t, err)
			if e.Status != c.status {
				t.Errorf("status %d, want %d", e.Status, c.status)
			}
			contains(t, e.Error(), c.says, "/log/"+someContainer)
		})
	}
	if _, err := onScript(t, text()).client.Log(t.Context(), someID, "..", "stdout"); !caas.IsRejected(err) {
		t.Errorf("a bad id: %v", err)
	}
}

// TestLog_endless shows that request_timeout does not bound a log, and that its
// reader ends it.
func TestLog_endless(t *testing.T) {
	t.Parallel()
	read, left := make(chan struct{}), make(chan struct{}, 2)
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		text("one\n")(w, req)
		<-read
		text("two\n")(w, req)
		<-req.Context().Done()
		left <- struct{}{}
	})
	open := func(ctx context.Context) *caas.Log {
		log, err := r.client.Log(ctx, someID, someContainer, "stdout")
		if err != nil {
			t.Fatal(err)
		}
		if line, err := log.Next(); line != "one" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		r.clock.Advance(time.Hour)
		read <- struct{}{}
		if line, err := log.Next(); line != "two" || err != nil {
			t.Errorf("got %q, %v after an hour", line, err)
		}
		return log
	}

	log := open(t.Context())
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	<-left

	ctx, cancel := context.WithCancel(t.Context())
	log = open(ctx)
	cancel()
	_, err := log.Next()
	if e := apiError(t, err); !errors.Is(e, context.Canceled) || e.Reason() != "the operation was interrupted while the log was read" {
		t.Errorf("after its context ended: %v", err)
	}
	<-left
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}

func TestLog_brokenOff(t *testing.T) {
	t.Parallel()
	r := onScript(t, func(w http.ResponseWriter, req *http.Request) {
		text("one\n")(w, req)
		panic(http.ErrAbortHandler)
	})
	lines, err := r.logged("stdout")
	if !slices.Equal(lines, []string{"one"}) {
		t.Errorf("got %q", lines)
	}
	contains(t, apiError(t, err).Error(), "the log was interrupted")
	r.wantSent(1)
}
