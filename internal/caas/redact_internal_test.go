package caas

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestRedact_forms: a secret is redacted as it is, and as Go writes it in JSON.
func TestRedact_forms(t *testing.T) {
	for _, secret := range []string{
		"hunter2-hunter2", `a"bc\d`, `a"b<c>d`, "-----BEGIN\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF", "p<a>&ss", "pässwörd", "a\x1b[31mb", "123456789",
		strings.Repeat("0123456789", 300), // longer than what is shown
	} {
		c := &Client{}
		c.Redact("", "other-secret")
		if got := c.clean("other-secret"); got != "(hidden)" {
			t.Errorf("got %q", got)
		}
		c.Redact(secret)
		quoted, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{secret, string(quoted[1 : len(quoted)-1]), jsonEscaped(secret, false)} {
			if got := c.clean("before " + form + " after " + form + "!"); got != "before (hidden) after (hidden)!" {
				t.Errorf("got %q", got)
			}
		}
	}
}

// TestRedact_places: the client shows no secret, wherever the API repeats it.
func TestRedact_places(t *testing.T) {
	c := &Client{}
	c.Redact(`hunter2"hunter2`)
	for _, body := range []string{
		`{"detail":%s}`, `{"detail":{"message":%s}}`, `{"message":%s}`, `{"error":%s}`, `{"detail":[%s]}`,
		`{"detail":[{"loc":["body"],"msg":%s,"type":"x"}]}`, `{"detail":[{"loc":["body",%s],"msg":"bad","type":"x"}]}`,
		`{"detail":[{"loc":["body"],"type":%s}]}`,
	} {
		body = fmt.Sprintf(body, `"before hunter2\"hunter2 after"`)
		for _, status := range []int{200, 422} {
			err := c.failure(request{method: http.MethodGet, path: "/x"}, outcome{status: status, body: []byte(body)})
			shown := err.Error() + fmt.Sprint(err.Problems)
			if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "before (hidden) after") {
				t.Errorf("%s: %s", body, shown)
			}
		}
	}
}

// TestClean: what is shown is harmless on a terminal and limited in length. Of
// secrets that begin at the same place the longest is redacted, no mask is redacted
// again, and short values stay.
func TestClean(t *testing.T) {
	c := &Client{}
	c.Redact("short", "abcdef", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghij", "hidden")
	for text, want := range map[string]string{
		"a\x00b\x07c":                              "a b c",
		"a\r\nb\tc":                                "a  b c",
		"\x1b[2J\x1b]0;x\x07y":                     "[2J ]0;x y",
		"\u009b31mx":                               "31mx",
		"a\u202eb\u2066c\u200b":                    "a b c",
		"a\u2028b\u2029c\xff":                      "a b c",
		"\ufeffx":                                  "x",
		"naïve ✓ 漢字":                               "naïve ✓ 漢字",
		strings.Repeat("é", 2001):                  strings.Repeat("é", 2000) + "…",
		strings.Repeat("é", 2000):                  strings.Repeat("é", 2000),
		"abcdefghij, abcdefghi, abcdefgh, abcdefg": "(hidden), (hidden), (hidden), (hidden)",
		"abcdefabcdef":                             "(hidden)(hidden)",
		"abcdef (hidden)":                          "(hidden) ((hidden))",
		"short and hidden":                         "short and (hidden)",
	} {
		if got := c.clean(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
