package caas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// The API has been seen to send numbers as strings, integers as 8.0, times with
// and without a zone, null for an empty list, and replies with one "data"
// wrapper more or fewer than told. The types below take all of these.

// Int is a whole number. It reads 8, 8.0, "8" and null (0).
type Int int64

// UnmarshalJSON implements json.Unmarshaler. It fails on fractions and on text
// that is no number.
func (i *Int) UnmarshalJSON(b []byte) error {
	text := scalarText(b)
	if text == "" {
		*i = 0
		return nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = Int(n)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return misfit(b, i)
	}
	*i = Int(f)
	return nil
}

// Float is a number. It reads 1.5, "1.5" and null (0).
type Float float64

// UnmarshalJSON implements json.Unmarshaler. It fails on text that is no finite
// number.
func (f *Float) UnmarshalJSON(b []byte) error {
	text := scalarText(b)
	if text == "" {
		*f = 0
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return misfit(b, f)
	}
	*f = Float(n)
	return nil
}

// Text is a string. It reads null as "", and numbers and booleans as written.
type Text string

// UnmarshalJSON implements json.Unmarshaler. It fails on lists and objects.
func (t *Text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		return misfit(b, t)
	}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	*t = Text(scalarText(b))
	return nil
}

// Status is where a deployment or container is in its life, in lower case, such
// as "running". The reference names the values; others are passed on.
type Status string

// UnmarshalJSON implements json.Unmarshaler.
func (s *Status) UnmarshalJSON(b []byte) error {
	var t Text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	*s = Status(strings.ToLower(printable(string(t)))) // it gets into messages
	return nil
}

// Time is a moment in UTC, cut to whole seconds. Null, "" and what is no time
// read as the zero Time: a strange time must not hide the deployment it is on.
type Time struct{ time.Time }

// timeLayouts are tried in turn; a layout without a zone is UTC (seen), and Go
// accepts any number of fraction digits after the seconds.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700"}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	text := scalarText(b)
	t.Time = time.Time{}
	for _, layout := range timeLayouts {
		if parsed, err := time.Parse(layout, text); err == nil {
			// A zone can carry a moment out of the years that RFC 3339 can write.
			if utc := parsed.UTC(); utc.Year() >= 1 && utc.Year() <= 9999 {
				t.Time = utc.Truncate(time.Second)
			}
			break
		}
	}
	return nil
}

// RFC3339 is the moment as text, "" for the zero Time.
func (t Time) RFC3339() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// misfit is the error of a value that target can't hold. It names the kind of
// value and, through encoding/json, the member that it is of, but never the
// value, which may be an echo of a secret.
func misfit[T any](value []byte, _ *T) error {
	kind := "number"
	if len(value) > 0 {
		switch value[0] {
		case '"':
			kind = "string"
		case '{':
			kind = "object"
		case '[':
			kind = "array"
		case 't', 'f':
			kind = "bool"
		}
	}
	return &json.UnmarshalTypeError{Value: kind, Type: reflect.TypeFor[T]()}
}

// scalarText is a JSON scalar without its quotes; null is "".
func scalarText(b []byte) string {
	b = bytes.TrimSpace(b)
	if bytes.Equal(b, []byte("null")) {
		return ""
	}
	if len(b) > 0 && b[0] == '"' {
		var s string
		if json.Unmarshal(b, &s) == nil {
			return strings.TrimSpace(s)
		}
	}
	return string(b)
}

// maxWrappers bounds how many "data" wrappers are taken off a reply; two have
// been seen.
const maxWrappers = 3

// unwrap takes the "data" wrappers off a reply, however many there are. None of
// the API's own objects has a member of that name.
func unwrap(body []byte) []byte {
	body = bytes.TrimSpace(body)
	for range maxWrappers {
		if len(body) == 0 || body[0] != '{' {
			return body
		}
		var wrapper struct {
			Data json.RawMessage `json:"data"`
		}
		if json.Unmarshal(body, &wrapper) != nil || wrapper.Data == nil {
			return body
		}
		body = bytes.TrimSpace(wrapper.Data)
	}
	return body
}

// decode reads a reply into out, without its wrappers.
func decode(body []byte, out any) error {
	inner := unwrap(body)
	if len(inner) == 0 {
		return errEmptyReply
	}
	if bytes.Equal(inner, []byte("null")) {
		return fmt.Errorf("%w: null", errEmptyReply)
	}
	if err := json.Unmarshal(inner, out); err != nil {
		// Neither encoding/json nor our own types quote the value, so no secret
		// that the API echoes gets into the text.
		return fmt.Errorf("the reply has an unexpected shape: %w", err)
	}
	return nil
}

// decodeList reads a reply that is a list, bare or under one of the names. A null
// list is an empty one.
func decodeList[T any](body []byte, names ...string) ([]T, error) {
	inner := unwrap(body)
	if len(inner) == 0 {
		return nil, errEmptyReply
	}
	if inner[0] == '{' {
		var members map[string]json.RawMessage
		if err := decode(inner, &members); err != nil {
			return nil, err
		}
		inner = nil
		for _, name := range names {
			if list, ok := members[name]; ok {
				inner = list
				break
			}
		}
		if inner == nil {
			return nil, fmt.Errorf("the reply has an unexpected shape: it has no member %q", names[0])
		}
	}
	var rows []T
	if err := json.Unmarshal(inner, &rows); err != nil {
		return nil, fmt.Errorf("the reply has an unexpected shape: %w", err)
	}
	return rows, nil
}
