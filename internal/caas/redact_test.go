package caas_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestRedact_goErrors: Go's errors repeat some of what they can't read. The
// credentials are redacted without a call of Redact.
func TestRedact_goErrors(t *testing.T) {
	raw := func(head string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = conn.Write([]byte(head))
			_ = conn.Close()
		}
	}
	for name, step := range map[string]http.HandlerFunc{
		"not JSON":          respond(200, `token-hunter2 key-hunter2`),
		"another structure": respond(200, `["token-hunter2", "key-hunter2"]`),
		"an error":          respond(403, `{"detail":"token-hunter2 or key-hunter2 is wrong"}`),
		"a redirect":        respond(302, ``, "Location", "ht!tp://token-hunter2:"),
		"an invalid header": raw("HTTP/1.1 200 OK\r\nX token-hunter2 \x1b[31m\r\n\r\n"),
		"an invalid status": raw("HTTP/1.1 key-hunter2\r\n\r\n"),
	} {
		h := newHarness(t, step, withRetries(0), withCredentials("token-hunter2", "key-hunter2"))
		_, err := h.client.Deployment(t.Context(), someID)
		shown := apiError(t, err).Error()
		if a := h.attempts()[0]; a.Err != nil {
			shown += a.Err.Error()
		}
		if strings.Contains(shown, "hunter2") || strings.Contains(shown, "\x1b") {
			t.Errorf("%s: %q", name, shown)
		}
	}
	// A token that can't be a header is neither repeated nor sent.
	h := newHarness(t, respond(200, `true`), withCredentials("line\nbreak", ""), withRetries(0))
	_, err := h.client.IsNameAvailable(t.Context(), "web")
	if !caas.IsRejected(err) || strings.Contains(err.Error(), "line") {
		t.Errorf("got %v", err)
	}
	h.wantSent(0, 0)
}
