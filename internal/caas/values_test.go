package caas

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"
)

// read decodes a JSON value as a member of a response is decoded.
func read[T any](t *testing.T, text string) T {
	t.Helper()
	var row struct{ V T }
	if err := json.Unmarshal([]byte(`{"V":`+text+`}`), &row); err != nil {
		t.Errorf("%s: %v", text, err)
	}
	return row.V
}

// wantValues checks what each JSON value is read as.
func wantValues[T any](t *testing.T, values map[string]T) {
	t.Helper()
	for text, want := range values {
		if got := read[T](t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestInt(t *testing.T) {
	wantValues(t, map[string]Int{
		`8`: 8, `8.0`: 8, `"8"`: 8, `"8.0"`: 8, `" 8 "`: 8, `-3`: -3, `1e3`: 1000, `"1e3"`: 1000, `0`: 0, `-0.0`: 0,
		`9223372036854775807`: math.MaxInt64, `"-9223372036854775808"`: math.MinInt64, `9007199254740992.0`: 1 << 53,
		`null`: 0, `""`: 0, `8.5`: 0, `"8.5"`: 0, `"eight"`: 0, `"n/a"`: 0, `true`: 0, `[]`: 0, `{}`: 0, `[8]`: 0, `"NaN"`: 0, `"inf"`: 0, `1e300`: 0,
		`9223372036854775808`: 0, `9007199254740994.0`: 0, `"8 GB"`: 0, `"gpu_8x_a100_SXM4"`: 0,
	})
}

func TestFloat(t *testing.T) {
	wantValues(t, map[string]Float{
		`1.5`: 1.5, `"1.5"`: 1.5, `8`: 8, `-2e-3`: -0.002, `" 7 "`: 7,
		`null`: 0, `""`: 0, `"NaN"`: 0, `"inf"`: 0, `1e999`: 0, `"n/a"`: 0, `true`: 0, `[]`: 0, `{}`: 0, `"1,5"`: 0,
	})
	for text, want := range map[string]bool{`0`: true, `"1.5"`: true, `null`: false, `"n/a"`: false, `""`: false, `{}`: false} {
		if got := read[optionalFloat](t, text); (got.value != nil) != want {
			t.Errorf("%s: got %v", text, got.value)
		}
	}
}

func TestText(t *testing.T) {
	wantValues(t, map[string]Text{
		`"a"`: "a", `""`: "", `null`: "", `8`: "8", `8.0`: "8.0", `true`: "true", `" a "`: " a ", `"null"`: "null", `"\u00e9\n"`: "é\n",
		`[1]`: "[1]", `{"a":1}`: `{"a":1}`,
	})
}

// TestStatus is lower case, whether it is known or not.
func TestStatus(t *testing.T) {
	wantValues(t, map[string]Status{
		`"running"`: StatusRunning, `"RUNNING"`: StatusRunning, `"Deployment Requested"`: StatusRequested, `" Completed\n"`: StatusCompleted,
		`"TERMINATION requested"`: StatusTerminationRequested, `"Never Heard Of"`: "never heard of",
		`"RUN\u001b[31mning\u202e"`: "run [31mning", `null`: "", `7`: "", `{}`: "",
	})
	ended := map[Status]bool{StatusCompleted: true, StatusFailed: true, StatusDestroyed: true}
	for _, s := range []Status{StatusRequested, StatusRunning, StatusTerminationRequested, StatusCompleted, StatusFailed, StatusDestroyed, "", "paused"} {
		if s.Ended() != ended[s] {
			t.Errorf("Ended of %q is %v", s, s.Ended())
		}
	}
}

func TestTime(t *testing.T) {
	const utc = "2026-01-02T03:04:05Z"
	for text, want := range map[string]string{
		`"2026-01-02T03:04:05Z"`: utc, `"2026-01-02T03:04:05"`: utc, `"2026-01-02 03:04:05"`: utc, `"2026-01-02 03:04:05Z"`: utc,
		`"2026-01-02T05:04:05+02:00"`: utc, `"2026-01-01 22:04:05-05:00"`: utc, `"2026-01-02T05:04:05+0200"`: utc,
		`"2026-01-02T03:04:05.9Z"`: utc, `"2026-01-02T03:04:05.123456789Z"`: utc, `"2026-01-02T03:04:05.123456789"`: utc,
		`"2026-01-02T03:04:05.123456+00:00"`: utc, `"2026-01-02 03:04:05.123456"`: utc, `" 2026-01-02T03:04:05Z "`: utc,
		`"1969-12-31T23:59:59.9Z"`: "1969-12-31T23:59:59Z",
		`null`:                     "", `""`: "", `"soon"`: "", `0`: "", `1767323045`: "", `{}`: "", `[]`: "", `true`: "", `"2026-13-01T00:00:00Z"`: "",
		`"2026-01-02"`: "", `"0000-01-01T00:00:00Z"`: "", `"9999-12-31T23:59:59-01:00"`: "", `"0001-01-01T00:00:00Z"`: "",
	} {
		got := read[Time](t, text)
		if got.RFC3339() != want {
			t.Errorf("%s: got %q", text, got.RFC3339())
		}
		if want != "" && (got.Nanosecond() != 0 || got.Location() != time.UTC) {
			t.Errorf("%s: %v is not a whole second in UTC", text, got)
		}
	}
}
