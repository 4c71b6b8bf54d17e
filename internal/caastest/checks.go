package caastest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
)

// issue is one item of a 422's detail, as pydantic writes them (reference).
type issue struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// check judges the value at loc.
type check func(loc []any, v any) []issue

// member is what is known of one member of an object.
type member struct {
	required bool
	check    check
}

func one(loc []any, kind, format string, args ...any) []issue {
	return []issue{{Loc: loc, Msg: fmt.Sprintf(format, args...), Type: kind}}
}

// at is loc one level further down.
func at(loc []any, key any) []any { return append(slices.Clone(loc), key) }

// object accepts an object of these members and no others.
func object(members map[string]member) check {
	return func(loc []any, v any) []issue {
		o, ok := v.(map[string]any)
		if !ok {
			return one(loc, "model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
		}
		var found []issue
		for _, name := range sortedKeys(members) {
			value, given := o[name]
			switch {
			case given:
				found = append(found, members[name].check(at(loc, name), value)...)
			case members[name].required:
				found = append(found, one(at(loc, name), "missing", "Field required")...)
			}
		}
		for _, name := range sortedKeys(o) {
			if _, known := members[name]; !known {
				found = append(found, one(at(loc, name), "extra_forbidden", "Extra inputs are not permitted")...)
			}
		}
		return found
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func text(loc []any, v any) []issue {
	if _, ok := v.(string); !ok {
		return one(loc, "string_type", "Input should be a valid string")
	}
	return nil
}

func nonEmpty(loc []any, v any) []issue {
	if v == "" {
		return one(loc, "string_too_short", "String should have at least 1 character")
	}
	return text(loc, v)
}

// integer accepts whole numbers from low to high.
func integer(low, high int) check {
	return func(loc []any, v any) []issue {
		n, ok := whole(v)
		switch {
		case !ok:
			return one(loc, "int_type", "Input should be a valid integer")
		case n < low:
			return one(loc, "greater_than_equal", "Input should be greater than or equal to %d", low)
		case n > high:
			return one(loc, "less_than_equal", "Input should be less than or equal to %d", high)
		}
		return nil
	}
}

// literally accepts the one number (seed: gpus_per_container must be 8).
func literally(want int) check {
	return func(loc []any, v any) []issue {
		n, ok := whole(v)
		if !ok {
			return one(loc, "int_type", "Input should be a valid integer")
		}
		if n != want {
			return one(loc, "literal_error", "Input should be %d", want)
		}
		return nil
	}
}

func whole(v any) (int, bool) {
	number, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(number.String())
	return n, err == nil && n <= math.MaxInt32
}

// list accepts an array of at least so many items.
func list(least int, item check) check {
	return func(loc []any, v any) []issue {
		items, ok := v.([]any)
		if !ok {
			return one(loc, "list_type", "Input should be a valid list")
		}
		if len(items) < least {
			return one(loc, "too_short", "List should have at least %d item after validation, not %d", least, len(items))
		}
		var found []issue
		for i, v := range items {
			found = append(found, item(at(loc, i), v)...)
		}
		return found
	}
}

// texts accepts an object of strings, whatever their names.
func texts(loc []any, v any) []issue {
	o, ok := v.(map[string]any)
	if !ok {
		return one(loc, "dict_type", "Input should be a valid dictionary")
	}
	var found []issue
	for _, name := range sortedKeys(o) {
		found = append(found, text(at(loc, name), o[name])...)
	}
	return found
}

// orNull accepts null besides.
func orNull(c check) check {
	return func(loc []any, v any) []issue {
		if v == nil {
			return nil
		}
		return c(loc, v)
	}
}

// decode reads a JSON body and has it judged. Into is filled when there is no
// issue.
func decode(body []byte, c check, into any) []issue {
	loc := []any{"body"}
	if len(bytes.TrimSpace(body)) == 0 {
		return one(loc, "missing", "Field required")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return one(at(loc, int(d.InputOffset())), "json_invalid", "JSON decode error: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return one(at(loc, int(d.InputOffset())), "json_invalid", "JSON decode error: extra data")
	}
	if found := c(loc, v); found != nil {
		return found
	}
	if err := json.Unmarshal(body, into); err != nil {
		return one(loc, "json_invalid", "JSON decode error: %v", err)
	}
	return nil
}
