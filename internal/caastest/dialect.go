package caastest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Dialect is how the API spells its answers. All of it has been seen or can't
// be excluded, so a client has to understand every combination. Errors are
// not translated.
type Dialect struct {
	UpperStatus      bool // statuses in upper case
	Zoneless         bool // times without a zone, in UTC
	Nanoseconds      bool // times with nine fraction digits
	NumberStrings    bool // every number is a string
	FloatIntegers    bool // integers as 8.0
	NullLists        bool // null for an empty list
	ShuffleLocations bool // "locations" in another order each time
	Bare             bool // without {"data": ...} where it is told, and with it where it isn't
	DoubleWrap       bool // {"data": {"data": ...}}
	ExtraMembers     bool // a member nobody knows in every object
	PagesFromOne     bool // pages count from 1; page 0 is empty, though total is right
	PageIgnored      bool // pages count from 1, and page 0 is page 1 again
	RegionalRows     bool // the catalogue has rows with strings for ids too
	SSEFraming       bool // log lines as "data: line" and an empty line
	EmptyDeployReply bool // 200 without a body for a deployment made
	GPUMinutes       bool // compute_minutes_* count GPUs times minutes
}

// Speak makes the server speak a dialect from the next request on; the zero
// value is the canonical one.
func (s *Server) Speak(d Dialect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dialect = d
}

// translate puts an answer into the dialect spoken.
func (s *Server) translate(r *http.Request, a answer) answer {
	s.mu.Lock()
	d := s.dialect
	if bytes.Contains(a.body, []byte(`"locations":`)) {
		s.turn++
	}
	turn := s.turn
	s.mu.Unlock()
	if !a.json || a.status != http.StatusOK || d == (Dialect{}) {
		return a
	}
	made := r.Method == http.MethodPost && matches("", "/deploy", "", r.URL.Path) &&
		bytes.Contains(a.body, []byte(`"deployment_id"`))
	if d.EmptyDeployReply && made {
		a.body = nil
		return a
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		panic("caastest: a reply is not JSON: " + err.Error()) // a bug of the mock
	}
	if d.RegionalRows && matches("", "/hardware/max-gpus-per-container", "", r.URL.Path) {
		addRegionalRows(v)
	}
	v = speaker{d, turn}.value("", v)
	v = d.wrap(v)
	body, err := json.Marshal(v)
	if err != nil {
		panic("caastest: a reply is not JSON: " + err.Error())
	}
	a.body = body
	return a
}

// wrap changes what is around the answer.
func (d Dialect) wrap(v any) any {
	inner, wrapped := unwrap(v)
	if d.Bare {
		wrapped = !wrapped
	}
	if !wrapped {
		return inner
	}
	if d.DoubleWrap {
		inner = d.extended(map[string]any{"data": inner})
	}
	return d.extended(map[string]any{"data": inner})
}

// extended adds the member nobody knows.
func (d Dialect) extended(o map[string]any) map[string]any {
	if d.ExtraMembers {
		o["x_new"] = map[string]any{"since": "tomorrow", "list": []any{nil}}
	}
	return o
}

func unwrap(v any) (any, bool) {
	o, ok := v.(map[string]any)
	if !ok {
		return v, false
	}
	inner, ok := o["data"]
	if !ok {
		return v, false
	}
	return inner, true
}

// addRegionalRows adds what later versions of the public catalogue show too.
func addRegionalRows(v any) {
	inner, _ := unwrap(v)
	o, ok := inner.(map[string]any)
	if !ok {
		return
	}
	rows, ok := o["hardware"].([]any)
	if !ok {
		return
	}
	for _, id := range []string{"us-east-h100", "eu-north-h200"} {
		row := map[string]any{
			"hardware_id": id, "hardware_name": strings.ToUpper(id[len(id)-4:]), "brand_name": "NVIDIA",
			"max_gpus_per_container": json.Number("8"), "available": json.Number("3"),
		}
		// In front, where a reader that gives up on them loses all.
		rows = slices.Insert(rows, 0, any(row))
	}
	o["hardware"], o["total"] = rows, json.Number(fmt.Sprint(len(rows)))
}

// speaker translates values.
type speaker struct {
	Dialect
	turn int
}

// value translates the value of a member of that name.
func (d speaker) value(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if name == "env_variables" {
			return v // the user's own
		}
		for key, inner := range v {
			v[key] = d.value(key, inner)
		}
		return d.extended(v)
	case []any:
		return d.list(name, v)
	case json.Number:
		return d.number(v)
	case string:
		return d.text(name, v)
	}
	return v
}

func (d speaker) list(name string, items []any) any {
	if len(items) == 0 && d.NullLists {
		return nil
	}
	itemName := name
	if name == "statuses" {
		itemName = "status"
	}
	for i := range items {
		items[i] = d.value(itemName, items[i])
	}
	if name == "locations" && d.ShuffleLocations && len(items) > 1 {
		by := d.turn % len(items)
		return slices.Concat(items[by:], items[:by])
	}
	return items
}

func (d speaker) number(n json.Number) any {
	if d.FloatIntegers && !strings.ContainsAny(n.String(), ".eE") {
		n += ".0"
	}
	if d.NumberStrings {
		return n.String()
	}
	return n
}

// fraction is what comes between a time and its zone.
var fraction = regexp.MustCompile(`(\.\d+)?Z$`)

func (d speaker) text(name, s string) string {
	switch name {
	case "status":
		if d.UpperStatus {
			return strings.ToUpper(s)
		}
	case "created_at", "started_at", "finished_at", "time":
		if d.Nanoseconds {
			s = fraction.ReplaceAllString(s, ".123456789Z")
		}
		if d.Zoneless {
			s = strings.TrimSuffix(s, "Z")
		}
	}
	return s
}
