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

// open returns the log of a container.
func (h *harness) open(ctx context.Context) *caas.Log {
	h.Helper()
	log, err := h.client.Log(ctx, someID, "container", "stdout")
	if err != nil {
		h.Fatal(err)
	}
	return log
}

// readLog returns the lines of a log up to its end.
func (h *harness) readLog() ([]string, error) {
	h.Helper()
	log := h.open(h.Context())
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

func TestLog_lines(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"none":                              {"", nil},
		"plain":                             {"one\ntwo\n", []string{"one", "two"}},
		"empty lines are lines":             {"one\n\ntwo\n", []string{"one", "", "two"}},
		"the last without an end":           {"one\ntwo", []string{"one", "two"}},
		"lines end as Windows ends them":    {"one\r\ntwo\r\n", []string{"one", "two"}},
		"indentation is kept":               {"Traceback:\n  File\n\tat\n", []string{"Traceback:", "  File", "    at"}},
		"a progress bar shows its last":     {"10%\r55%\r100%\n", []string{"100%"}},
		"colours":                           {"\x1b[1;31mred\x1b[0m end\n", []string{"red end"}},
		"a title and a link":                {"\x1b]0;title\aone \x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\\n", []string{"one link"}},
		"an escape sequence without an end": {"one\x1b[\n\x1b]two\n", []string{"one", "]two"}},
		"control characters":                {"a\x00b\x07c\u202ed\xffe\n", []string{"a b c d e"}},
		"a long line":                       {long + "\nend\n", []string{long[:2000] + "…", "end"}},
		"events":                            {"data: one\n\ndata: two\n\n", []string{"one", "", "two", ""}},
		"events without the space":          {"data:one\r\n\r\ndata:  two\r\n", []string{"one", "", " two"}},
		"no line of events is dropped":      {": ping\nevent: log\nid: 1\ndata:\nretry: 5\n", []string{": ping", "event: log", "id: 1", "", "retry: 5"}},
		"a secret":                          {"the token is test-token\n", []string{"the token is (hidden)"}},
		"a secret with colours in it":       {"test-\x1b[31mtoken\n", []string{"(hidden)"}},
		"a secret in an event":              {"data: test-token\n\n", []string{"(hidden)", ""}},
		"a secret across the cut of a line": {strings.Repeat("\x1b[0m", 16<<10-2) + "test-token\n", []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := newHarness(t, respond(200, c.body)).readLog()
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

// TestLog_endless: request_timeout does not limit a log; its reader ends it, by
// closing it or by ending the context.
func TestLog_endless(t *testing.T) {
	next, left := make(chan struct{}), make(chan struct{})
	h := newHarness(t, func(w http.ResponseWriter, r *http.Request) {
		flush("one\n")(w, r)
		<-next
		flush("two\n")(w, r)
		<-r.Context().Done()
		left <- struct{}{}
	})
	for _, closes := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		log := h.open(ctx)
		if line, err := log.Next(); line != "one" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		h.clock.Advance(time.Hour)
		next <- struct{}{}
		if line, err := log.Next(); line != "two" || err != nil {
			t.Errorf("got %q, %v after an hour", line, err)
		}
		if closes {
			if err := log.Close(); err != nil {
				t.Error(err)
			}
		} else {
			cancel()
			_, err := log.Next()
			if e := apiError(t, err); !errors.Is(e, context.Canceled) || e.Reason() != "the operation was interrupted while the log was read" {
				t.Errorf("after its context ended: %v", err)
			}
		}
		<-left
	}
}

// TestLog_interrupted: what was read is kept, and nothing is read again.
func TestLog_interrupted(t *testing.T) {
	h := newHarness(t, func(w http.ResponseWriter, r *http.Request) {
		flush("one\n")(w, r)
		panic(http.ErrAbortHandler)
	})
	lines, err := h.readLog()
	if !slices.Equal(lines, []string{"one"}) {
		t.Errorf("got %q", lines)
	}
	contains(t, apiError(t, err).Error(), "the log was interrupted", "/log/container")
	h.wantSent(1, 0)
}
