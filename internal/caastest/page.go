package caastest

import (
	"math"
	"net/http"
	"strconv"
)

// page is a window of a list.
type page struct{ from, size int }

// of cuts the window out of the list.
func (p page) of(items []any) []any {
	from := min(max(p.from, 0), len(items))
	to := min(max(p.from+p.size, from), len(items))
	if p.from < 0 {
		return []any{}
	}
	return items[from:to]
}

// page reads the window that a request asks for: page_size at most 100, 10 by
// default, and page 0 by default (reference), counted as the dialect has it.
func (s *Server) page(r *http.Request) (page, []issue) {
	first := 0
	if s.dialect.PagesFromOne {
		first = 1
	}
	number, found := queryInt(r, "page", 0, math.MaxInt32, first)
	size, more := queryInt(r, "page_size", 1, 100, 10)
	if found = append(found, more...); found != nil {
		return page{}, found
	}
	switch {
	case s.dialect.PageIgnored:
		number = max(number-1, 0)
	case s.dialect.PagesFromOne:
		number--
	}
	return page{from: number * size, size: size}, nil
}

// queryInt reads a whole number from the query; absent gives otherwise.
func queryInt(r *http.Request, name string, low, high, otherwise int) (int, []issue) {
	loc := []any{"query", name}
	if !r.URL.Query().Has(name) {
		return otherwise, nil
	}
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	switch {
	case err != nil:
		return 0, one(loc, "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
	case n < low:
		return 0, one(loc, "greater_than_equal", "Input should be greater than or equal to %d", low)
	case n > high:
		return 0, one(loc, "less_than_equal", "Input should be less than or equal to %d", high)
	}
	return n, nil
}

// requiredInt is queryInt for what must be there and at least 1.
func requiredInt(r *http.Request, name string) (int, []issue) {
	if !r.URL.Query().Has(name) {
		return 0, one([]any{"query", name}, "missing", "Field required")
	}
	return queryInt(r, name, 1, math.MaxInt32, 0)
}
