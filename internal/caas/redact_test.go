package caas_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestRedact_echoed: whatever the API repeats of what it was sent, and
// wherever, is not repeated by us.
func TestRedact_echoed(t *testing.T) {
	secrets := map[string]string{
		"plain": "hunter2-hunter2", "with quotes": `a"bc\d`, "of several lines": "-----BEGIN\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF",
		"with angles": "p<a>&ss", "not ASCII": "pässwörd", "with an escape": "a\x1b[31mb", "of digits": "123456789",
		"longer than is shown": strings.Repeat("0123456789", 300),
	}
	for name, secret := range secrets {
		goJSON, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		quoted := string(goJSON[1 : len(goJSON)-1])
		for form, echo := range map[string]string{"raw": secret, "as Go's JSON": quoted} {
			text, err := json.Marshal("before " + echo + " after " + echo + "!")
			if err != nil {
				t.Fatal(err)
			}
			for place, body := range map[string]string{
				"detail":        `{"detail":` + string(text) + `}`,
				"detail object": `{"detail":{"message":` + string(text) + `}}`,
				"message":       `{"message":` + string(text) + `}`,
				"msg":           `{"detail":[{"loc":["body"],"msg":` + string(text) + `,"type":"x"}]}`,
				"loc":           `{"detail":[{"loc":["body",` + string(text) + `],"msg":"bad","type":"x"}]}`,
				"type":          `{"detail":[{"loc":["body"],"type":` + string(text) + `}]}`,
				"list of texts": `{"detail":[` + string(text) + `]}`,
			} {
				r := onScript(t, reply(422, body))
				r.client.Redact("", "other", secret)
				err := r.client.Destroy(t.Context(), someID)
				e := apiError(t, err)
				whole := err.Error() + e.Reason() + e.Message + fmt.Sprintf("%v", e.Problems)
				for _, leak := range []string{secret, quoted, secret[:min(len(secret), 20)]} {
					if strings.Contains(whole, leak) {
						t.Errorf("%s, %s, in %s: leaked %q", name, form, place, whole)
					}
				}
				contains(t, whole, "before (hidden) after (hidden)!")
			}
		}
	}
}

// TestRedact_credentials are hidden without anybody asking for it.
func TestRedact_credentials(t *testing.T) {
	r := onScript(t, reply(403, `{"detail":"Bearer tok-1234 or key-5678 is wrong"}`), withCredentials("tok-1234", "key-5678"))
	_, err := r.client.Hardware(t.Context())
	contains(t, err.Error(), "Bearer (hidden) or (hidden) is wrong")
}

// TestRedact_events are cleaned as errors are.
func TestRedact_events(t *testing.T) {
	r := onMock(t, caastest.Options{})
	r.client.Redact("hunter2-hunter2")
	id := r.mock.Add(caastest.Deployment{Name: "web"})
	r.mock.Fail(id, "starting with hunter2-hunter2", "\x1b[31mred\x1b[0m \u202egnp.exe")
	containers, err := r.client.Containers(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, e := range containers[0].Events {
		messages = append(messages, e.Message)
	}
	contains(t, strings.Join(messages, "\n"), "starting with (hidden)", "[31mred [0m  gnp.exe")
}

// TestRedact_goErrors: the errors of Go repeat some of what they can't read.
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
	for name, answer := range map[string]http.HandlerFunc{
		"not JSON":      reply(200, `hunter2-hunter2`),
		"a wrong shape": reply(200, `["hunter2-hunter2"]`),
		"a redirect":    reply(302, ``, "Location", "ht!tp://hunter2-hunter2:"),
		"a bad header":  raw("HTTP/1.1 200 OK\r\nX hunter2-hunter2 \x1b[31m\r\n\r\n"),
		"a bad status":  raw("HTTP/1.1 hunter2-hunter2\r\n\r\n"),
	} {
		r := onScript(t, answer, withRetries(0))
		r.client.Redact("hunter2-hunter2")
		_, err := r.client.Deployment(t.Context(), someID)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		lacks(t, err.Error(), "hunter2", "\x1b")
		for _, attempt := range r.traced() {
			if attempt.Err != nil {
				lacks(t, attempt.Err.Error(), "hunter2", "\x1b")
			}
		}
	}
	// A token that can't be a header is neither repeated nor sent.
	r := onScript(t, reply(200, `true`), withCredentials("line\nbreak", ""))
	_, err := r.client.IsNameAvailable(t.Context(), "web")
	if !caas.IsRejected(err) {
		t.Errorf("got %v", err)
	}
	lacks(t, err.Error(), "line")
	r.wantSent(0)
}

// TestRedact_textsAreHarmless: a terminal shows what it is given.
func TestRedact_textsAreHarmless(t *testing.T) {
	for sent, want := range map[string]string{
		"a\x00b\x07c":             "a b c",
		"a\r\nb\tc":               "a  b c",
		"\x1b[2J\x1b]0;x\x07y":    "[2J ]0;x y",
		"\u009b31mx":              "31mx",
		"a\u202eb\u2066c\u200b":   "a b c",
		"a\u2028b\u2029c":         "a b c",
		"\ufeffx":                 "x",
		"naïve ✓ 漢字":              "naïve ✓ 漢字",
		strings.Repeat("é", 2001): strings.Repeat("é", 2000) + "…",
		strings.Repeat("é", 2000): strings.Repeat("é", 2000),
	} {
		body, err := json.Marshal(map[string]string{"detail": sent})
		if err != nil {
			t.Fatal(err)
		}
		e := apiError(t, onScript(t, reply(400, string(body))).client.Destroy(t.Context(), someID))
		if e.Message != want {
			t.Errorf("%q became %q, want %q", sent, e.Message, want)
		}
	}
}

// TestRedact_order: of secrets that begin at the same place the longest is
// redacted, no mask is redacted again, and short values stay.
func TestRedact_order(t *testing.T) {
	for text, test := range map[string]struct {
		secrets []string
		want    string
	}{
		"-abcdefgh-":       {[]string{"abcdef", "abcdefgh"}, "-(hidden)-"},
		"abcdefabcdef":     {[]string{"abcdef"}, "(hidden)(hidden)"},
		"abcdef (hidden)":  {[]string{"abcdef", "hidden"}, "(hidden) ((hidden))"},
		"short and longer": {[]string{"short", "longer"}, "short and (hidden)"},
	} {
		r := onScript(t, reply(400, `{"detail":"`+text+`"}`))
		r.client.Redact(test.secrets...)
		if e := apiError(t, r.client.Destroy(t.Context(), someID)); e.Message != test.want {
			t.Errorf("%q became %q, want %q", text, e.Message, test.want)
		}
	}
}
