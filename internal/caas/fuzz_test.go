package caas

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func addSeeds(f *testing.F) {
	for _, s := range []string{
		``, ` `, `null`, `true`, `8`, `8.0`, `-0`, `1e400`, `"8"`, `""`, `"`, `"\u"`, `"x`, `[`, `[]`, `[1,"2",null]`, `{`, `{}`, `{"data":1}`,
		`{"data":{"data":{"data":{"data":1}}}}`, `{"detail":"x"}`, `{"detail":[{"loc":["body",0],"msg":"m","type":"t"}]}`, `{"a":[1]}`, `{"a":null}`,
		`{"data":null,"detail":{"msg":"m"}}`, `{"status":"x","key_set":1,"error":["x"]}`,
		`"2026-01-02T03:04:05.123456789Z"`, `"9999-12-31T23:59:59-23:59"`, `"0000-01-01T00:00:00+23:59"`, `<html>`, "\xff", "\"\xff\"", deploymentResponse,
	} {
		f.Add([]byte(s))
	}
}

// FuzzValues: no value fails, and what is read can be shown.
func FuzzValues(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var v struct {
			i Int
			f Float
			t Text
			s Status
			m Time
		}
		for _, u := range []json.Unmarshaler{&v.i, &v.f, &v.t, &v.s, &v.m} {
			if err := u.UnmarshalJSON(b); err != nil {
				t.Errorf("%q: %v", b, err)
			}
		}
		var n json.Number
		if json.Unmarshal(b, &n) == nil && v.i != 0 {
			if want, err := n.Float64(); err != nil || float64(v.i) != want {
				t.Errorf("%q: got %d", b, v.i)
			}
		}
		if math.IsNaN(float64(v.f)) || math.IsInf(float64(v.f), 0) {
			t.Errorf("%q: got %v", b, v.f)
		}
		wantPrintable(t, string(v.s))
		if again, err := time.Parse(time.RFC3339, v.m.RFC3339()); !v.m.IsZero() && (err != nil || !again.Equal(v.m.Time)) {
			t.Errorf("%q: %v is shown as %s: %v", b, v.m.Time, v.m.RFC3339(), err)
		}
	})
}

// FuzzResponse: no response makes the decoders fail in a way that is not an error, and
// what an error shows is printable.
func FuzzResponse(f *testing.F) {
	addSeeds(f)
	c := &Client{}
	c.Redact("body-secret")
	f.Fuzz(func(t *testing.T, b []byte) {
		e := openEnvelope(b)
		if len(e.content) > len(b) {
			t.Errorf("opening %q made %q", b, e.content)
		}
		var d Deployment
		if err := unmarshal(e.content, &d); err == nil && !json.Valid(b) {
			t.Errorf("%q is not JSON", b)
		}
		_, _ = rows(e, func(DeploymentItem) bool { return true }, "deployments")
		for _, status := range []int{200, 400, 422} {
			err := c.failure(request{method: http.MethodPost, path: "/x"}, outcome{status: status, body: b, connected: true})
			wantPrintable(t, err.Error())
			if strings.Contains(err.Error(), "body-secret") {
				t.Errorf("%q: %v", b, err)
			}
			for _, p := range err.Problems {
				wantPrintable(t, p.Msg+p.Type+strings.Join(p.Loc, ""))
			}
		}
	})
}

func wantPrintable(t *testing.T, text string) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n > 8*(maxTextRunes+1) || !utf8.ValidString(text) {
		t.Errorf("%d runes: %q", n, text)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Fatalf("%q holds %U", text, r)
		}
	}
}
