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

// seeds are pieces of JSON that the decoders have opinions on.
var seeds = []string{
	``, ` `, `null`, `true`, `8`, `8.0`, `-0`, `1e400`, `"8"`, `""`, `"`, `"\u"`, `"x`, `[`, `[]`, `[1,"2",null]`, `{`, `{}`, `{"data":1}`,
	`{"data":{"data":{"data":{"data":1}}}}`, `{"detail":"x"}`, `{"detail":[{"loc":["body",0],"msg":"m","type":"t"}]}`, `{"a":[1]}`, `{"a":null}`,
	`"2026-01-02T03:04:05.123456789Z"`, `"9999-12-31T23:59:59-23:59"`, `"0000-01-01T00:00:00+23:59"`, `<html>`, "\xff", "\"\xff\"", deploymentReply,
}

func addSeeds(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
}

// FuzzInt: what is read is the number that was written.
func FuzzInt(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var i Int
		if !json.Valid(b) || json.Unmarshal(b, &i) != nil {
			return
		}
		var again Int
		out, err := json.Marshal(i)
		if err != nil || json.Unmarshal(out, &again) != nil || again != i {
			t.Errorf("%q: %d became %s, %d", b, i, out, again)
		}
		var n json.Number
		if json.Unmarshal(b, &n) == nil && n != "" {
			if want, err := n.Float64(); err != nil || float64(i) != want {
				t.Errorf("%q: got %d", b, i)
			}
		}
	})
}

// FuzzFloat: never infinite, never NaN.
func FuzzFloat(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var v Float
		if json.Unmarshal(b, &v) == nil && (math.IsNaN(float64(v)) || math.IsInf(float64(v), 0)) {
			t.Errorf("%q: got %v", b, v)
		}
	})
}

// FuzzText: a string is read as any Go program reads it.
func FuzzText(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var text Text
		err := json.Unmarshal(b, &text)
		var want string
		if json.Unmarshal(b, &want) == nil && (err != nil || string(text) != want) {
			t.Errorf("%q: got %q, %v", b, text, err)
		}
		if !json.Valid(b) && err == nil {
			t.Errorf("%q is no JSON", b)
		}
		var s Status
		if json.Unmarshal(b, &s) == nil && string(s) != strings.ToLower(string(s)) {
			t.Errorf("%q: status %q", b, s)
		}
		_ = text.UnmarshalJSON(b) // by itself it must not panic
	})
}

// FuzzTime: what is shown is RFC 3339, and reads as the same moment.
func FuzzTime(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var v Time
		if err := v.UnmarshalJSON(b); err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if v.IsZero() {
			return
		}
		again, err := time.Parse(time.RFC3339, v.RFC3339())
		if err != nil || !again.Equal(v.Time) {
			t.Errorf("%q: %v is shown as %s: %v", b, v.Time, v.RFC3339(), err)
		}
	})
}

// FuzzDecode: a reply and the same one wrapped once more mean the same.
func FuzzDecode(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		inner := unwrap(b)
		if len(inner) > len(b) {
			t.Errorf("unwrapping %q made %q", b, inner)
		}
		var d, wrapped Deployment
		err := decode(b, &d)
		if err == nil && !json.Valid(b) {
			t.Errorf("%q is no JSON", b)
		}
		// Of what is wrapped too often, the last wrapper stays.
		if !json.Valid(b) || strings.Contains(strings.ToLower(string(b)), "data") || strings.Contains(string(b), `\u`) || len(inner) == 0 {
			return
		}
		again := decode([]byte(`{"data":`+string(b)+`}`), &wrapped)
		if (err == nil) != (again == nil) || d.ID != wrapped.ID || d.Status != wrapped.Status {
			t.Errorf("%q: %+v, %v and wrapped %+v, %v", b, d, err, wrapped, again)
		}
	})
}

// FuzzDecodeList: a list alone and under its name mean the same.
func FuzzDecodeList(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := decodeList[Text](b, "a", "b")
		if err == nil && !json.Valid(b) {
			t.Errorf("%q is no JSON", b)
		}
		inner := unwrap(b)
		if len(inner) == 0 || inner[0] != '[' || !json.Valid(b) {
			return
		}
		named, again := decodeList[Text]([]byte(`{"a":`+string(inner)+`}`), "a", "b")
		if (err == nil) != (again == nil) || err == nil && len(rows) != len(named) {
			t.Errorf("%q: %v, %v and named %v, %v", b, rows, err, named, again)
		}
	})
}

// FuzzParseDetail: what is told can be shown, and has an end.
func FuzzParseDetail(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		hidden := &secrets{}
		hidden.add("body-secret")
		clean := func(text string) string { return printable(hidden.redact(text)) }
		e := refusal("GET", "/x", http.StatusUnprocessableEntity, b, clean)
		for _, p := range e.Problems {
			wantPrintable(t, p.Msg+p.Type+strings.Join(p.Loc, ""))
		}
		if e.Reason() == "" {
			t.Errorf("%q: no reason at all", b)
		}
		lacksControls(t, e.Error())
		isKeyRefusal(b)
	})
}

// FuzzRetryAfter: never less than the shortest pause, never more than the longest.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "-1", "7", "1e-300", "1e300", "inf", "NaN", "0x10", "1_0", "Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 2999 23:59:59 GMT"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		d, told := retryAfter(http.Header{"Retry-After": {value}}, now)
		if told && (d < minRetryAfter || d > maxRetryAfter) || !told && d != 0 {
			t.Errorf("%q: %s, %v", value, d, told)
		}
	})
}

// FuzzPrintable: nothing that a terminal obeys, and a bounded length.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a", "a\nb", "\x1b[31m", "\u202e", "\u2028", "\xff", "\ufffd", strings.Repeat("é", 2001)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := printable(text)
		wantPrintable(t, got)
		if again := printable(got); utf8.RuneCountInString(got) <= maxTextRunes && again != got {
			t.Errorf("%q became %q, and then %q", text, got, again)
		}
	})
}

func wantPrintable(t *testing.T, text string) {
	t.Helper()
	lacksControls(t, text)
	if utf8.RuneCountInString(text) > 8*(maxTextRunes+1) {
		t.Errorf("%d runes", utf8.RuneCountInString(text))
	}
}

func lacksControls(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%q is no UTF-8", text)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Fatalf("%q holds %U", text, r)
		}
	}
}

// FuzzRedact: no secret of the required length stays, and nothing else goes.
func FuzzRedact(f *testing.F) {
	f.Add("the key is abcdef", "abcdef")
	f.Add("abcdefabcdef", "abcdef")
	f.Add("x\ny-and-more", "x\ny-and-more")
	f.Add("short", "short")
	f.Fuzz(func(t *testing.T, text, secret string) {
		s := &secrets{}
		s.add(secret, secret)
		got := s.redact(text)
		long := utf8.RuneCountInString(secret) >= minSecretRunes
		if long && !strings.Contains(mask, secret) && !strings.Contains(text, mask) && strings.Contains(strings.ReplaceAll(got, mask, "\x00"), secret) {
			t.Errorf("%q became %q, which holds %q", text, got, secret)
		}
		if !long && got != text {
			t.Errorf("%q became %q for a secret that is too short", text, got)
		}
	})
}
