package caas

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// The API has been seen to send numbers as strings, integers as 8.0, and times
// with and without a zone. The types below accept all of these. They never fail:
// a value that can't be read counts as missing, so that it does not hide what
// stands beside it.

// Int is a whole number. It reads 8, 8.0 and "8"; anything else is 0.
type Int int64

// UnmarshalJSON implements json.Unmarshaler.
func (i *Int) UnmarshalJSON(b []byte) error {
	*i = 0
	text := parseScalar(b)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = Int(n)
	} else if f, ok := parseFloat(text); ok && f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		*i = Int(f)
	}
	return nil
}

// Float is a finite number. It reads 1.5 and "1.5"; anything else is 0.
type Float float64

// UnmarshalJSON implements json.Unmarshaler.
func (f *Float) UnmarshalJSON(b []byte) error {
	n, _ := parseFloat(parseScalar(b))
	*f = Float(n)
	return nil
}

// optionalFloat is a Float that knows whether it was there.
type optionalFloat struct{ value *Float }

// UnmarshalJSON implements json.Unmarshaler.
func (o *optionalFloat) UnmarshalJSON(b []byte) error {
	o.value = nil
	if n, ok := parseFloat(parseScalar(b)); ok {
		f := Float(n)
		o.value = &f
	}
	return nil
}

// Text is the value of an environment variable, which may be JSON of any type
// (reference): what is not a string reads as its JSON, and null as "".
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	*t = Text(s)
	return nil
}

// Status is the status of a deployment or container in lower case, such as
// "running". The reference lists the values; others are passed on.
type Status string

// UnmarshalJSON implements json.Unmarshaler.
func (s *Status) UnmarshalJSON(b []byte) error {
	var text string
	_ = json.Unmarshal(b, &text) // anything but a string is missing
	*s = Status(strings.ToLower(printable(text)))
	return nil
}

// Time is a moment in UTC, truncated to seconds; zero for anything that is not a
// time.
type Time struct{ time.Time }

// timeLayouts are tried in turn. A layout without a zone is UTC (seen), and Go
// accepts any number of fraction digits after the seconds.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700"}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	text := parseScalar(b)
	t.Time = time.Time{}
	for _, layout := range timeLayouts {
		if parsed, err := time.Parse(layout, text); err == nil {
			// A zone can move a time out of the years that RFC 3339 can write.
			if utc := parsed.UTC(); utc.Year() >= 1 && utc.Year() <= 9999 {
				t.Time = utc.Truncate(time.Second)
			}
			break
		}
	}
	return nil
}

// RFC3339 returns the time as a string, "" for the zero Time.
func (t Time) RFC3339() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// parseFloat returns false for anything that is not a finite number.
func parseFloat(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, false
	}
	return n, true
}

// parseScalar returns a JSON scalar without its quotes; "" for null, a list and an
// object.
func parseScalar(b []byte) string {
	b = bytes.TrimSpace(b)
	var s string
	switch {
	case len(b) == 0 || b[0] == '[' || b[0] == '{' || b[0] == 'n':
		return ""
	case json.Unmarshal(b, &s) == nil:
		return strings.TrimSpace(s)
	default:
		return string(b)
	}
}
