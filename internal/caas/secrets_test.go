package caas_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestSecrets_echoed: whatever the API repeats of what it was sent, and
// wherever, is not repeated by us.
func TestSecrets_echoed(t *testing.T) {
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
				r.client.Conceal("", "other", secret)
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

// TestSecrets_credentials are hidden without anybody asking for it.
func TestSecrets_credentials(t *testing.T) {
	r := onScript(t, reply(403, `{"detail":"Bearer tok-1234 or key-5678 is wrong"}`), withCredentials("tok-1234", "key-5678"))
	_, err := r.client.Hardware(t.Context())
	contains(t, err.Error(), "Bearer (hidden) or (hidden) is wrong")
}

// TestSecrets_events are cleaned as errors are.
func TestSecrets_events(t *testing.T) {
	r := onMock(t, caastest.Options{})
	r.client.Conceal("hunter2-hunter2")
	id := r.mock.Add(caastest.Deployment{Name: "web"})
	r.mock.Fail(id, "starting with hunter2-hunter2", "\x1b[31mred\x1b[0m \u202egnp.exe")
	containers, err := r.client.Containers(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var messages []string
	for _, e := range containers[0].Events {
		messages = append(messages, string(e.Message))
	}
	contains(t, strings.Join(messages, "\n"), "starting with (hidden)", "[31mred [0m  gnp.exe")
}

// TestSecrets_inWhatCannotBeRead: the errors of Go repeat some of their input.
func TestSecrets_inWhatCannotBeRead(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a string for a number": reply(200, `{"data":{"status":"running","total_gpus":"hunter2-hunter2"}}`),
		"a list for a text":     reply(200, `{"data":{"status":"running","brand_name":["hunter2-hunter2"]}}`),
		"a number for a list":   reply(200, `{"data":{"status":"running","locations":313373}}`),
		"no JSON":               reply(200, `hunter2-hunter2`),
		"a redirect":            reply(302, ``, "Location", "ht!tp://hunter2-hunter2:313373:/"),
		"a bad header": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nX hunter2-hunter2 \x1b[31m 313373\r\n\r\n"))
			_ = conn.Close()
		},
		"a bad status": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = conn.Write([]byte("HTTP/1.1 hunter2-hunter2 313373\r\n\r\n"))
			_ = conn.Close()
		},
	} {
		r := onScript(t, answer, withRetries(0))
		r.client.Conceal("hunter2-hunter2", "313373")
		_, err := r.client.Deployment(t.Context(), someID)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		lacks(t, err.Error(), "hunter2", "313373", "\x1b")
		for _, try := range r.traced() {
			if try.Err != nil {
				lacks(t, try.Err.Error(), "hunter2", "313373", "\x1b")
			}
		}
	}
}

// TestSecrets_unreadableNamesTheMember: the value is not told, its place is.
func TestSecrets_unreadableNamesTheMember(t *testing.T) {
	r := onScript(t, reply(200, `{"data":{"status":"running","container_config":{"traffic_port":"http"}}}`))
	_, err := r.client.Deployment(t.Context(), someID)
	contains(t, err.Error(), "the reply has an unexpected shape", "container_config.traffic_port", "string")
	lacks(t, err.Error(), `"http"`)
}

// TestSecrets_token that can't be a header at all is not repeated, nor sent.
func TestSecrets_token(t *testing.T) {
	for _, c := range everyCall {
		r := onScript(t, reply(200, c.good), withCredentials("line\nbreak", ""))
		_, err := c.do(t.Context(), r.client)
		if e := apiError(t, err); !e.NotSent {
			t.Errorf("%s: %#v", c.name, e)
		}
		lacks(t, err.Error(), "line\nbreak", "line break")
		r.wantSent(0)
		if n := len(r.traced()); n != 1 {
			t.Errorf("%s: %d tries", c.name, n)
		}
	}
}

// TestSecrets_textsAreHarmless: a terminal shows what it is given.
func TestSecrets_textsAreHarmless(t *testing.T) {
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
	r := onScript(t, reply(200, "{\"data\":{\"id\":\"d\",\"status\":\"RUN\\u001b[31mning\\u202e\"}}"))
	if d, err := r.client.Deployment(t.Context(), someID); err != nil || d.Status != "run [31mning" {
		t.Errorf("a status gets into messages too: %+v, %v", d, err)
	}
}

// TestSecrets_order: of secrets that begin at the same place the longest is
// redacted, no mask is redacted again, and short values stay.
func TestSecrets_order(t *testing.T) {
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
		r.client.Conceal(test.secrets...)
		if e := apiError(t, r.client.Destroy(t.Context(), someID)); e.Message != test.want {
			t.Errorf("%q became %q, want %q", text, e.Message, test.want)
		}
	}
}

// TestSecrets_ofOthers: what is concealed for one client is known to it alone.
func TestSecrets_ofOthers(t *testing.T) {
	r := onScript(t, reply(400, `{"detail":"hunter2"}`))
	other := onScript(t, reply(400, `{"detail":"hunter2"}`))
	r.client.Conceal("hunter2")
	if e := apiError(t, other.client.Destroy(t.Context(), someID)); e.Message != "hunter2" {
		t.Errorf("got %q", e.Message)
	}
	if e := apiError(t, r.client.Destroy(t.Context(), someID)); e.Message != "(hidden)" {
		t.Errorf("got %q", e.Message)
	}
}
