package caastest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// Format is how the API writes its replies, errors excepted. Each field was
// seen or can't be excluded, so a client has to support every combination. The
// zero value is the documented format.
type Format struct {
	UpperStatus      bool // statuses in upper case
	Zoneless         bool // times without a zone, in UTC
	Nanoseconds      bool // times with nine fraction digits
	NumberStrings    bool // every number is a string
	FloatIntegers    bool // integers as 8.0
	NullLists        bool // null for an empty list
	ShuffleLocations bool // locations in another order each time
	LocationSubset   bool // details with the first location only
	CanonicalImages  bool // details with docker.io/library/nginx:latest for nginx
	OmitMinutes      bool // no compute_minutes_* members
	Bare             bool // no {"data": ...} envelope where it is documented, and one where it isn't
	DoubleWrap       bool // {"data": {"data": ...}}
	ExtraMembers     bool // an unknown member in every object
	PagesFromOne     bool // pages are counted from 1; page 0 is empty, its total is right
	PageIgnored      bool // pages are counted from 1, and page 0 is page 1 again
	RegionalRows     bool // hardware rows with string ids
	RegionalIDs      bool // details with string hardware and location ids
	OddListRow       bool // a first row of the list with members of unexpected types
	EmptyDeployReply bool // 200 without a body for a new deployment
	// PaymentRequired is the shape of "payment_required" replies.
	PaymentRequired PaymentFormat
}

// PaymentFormat is a shape of "payment_required" replies.
type PaymentFormat int

// Shapes of "payment_required" replies.
const (
	PaymentBare     PaymentFormat = iota // {"status": "payment_required"}
	PaymentNullData                      // {"status": "payment_required", "data": null}
	PaymentInData                        // {"data": {"status": "payment_required"}}
)

// format returns the reply to an operation in the current format.
func (s *Server) format(operation string, reply response) response {
	defer s.lock()()
	f := s.options.Format
	if operation == "readLog" || reply.status != http.StatusOK || f == (Format{}) {
		return reply
	}
	created := operation == "deploy" && bytes.Contains(reply.body, []byte(`"deployment_id"`))
	if f.EmptyDeployReply && created {
		reply.body = nil
		return reply
	}
	decoder := json.NewDecoder(bytes.NewReader(reply.body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		panic("caastest: a reply is not JSON: " + err.Error()) // a bug of the mock
	}
	o, _ := v.(object)
	switch required := o["status"] == "payment_required"; {
	case required && f.PaymentRequired == PaymentInData:
		v = object{"data": o}
	case required && f.PaymentRequired == PaymentNullData:
		o["data"] = nil
	default:
		v = f.envelope(f.value("", f.addRows(operation, v)))
	}
	reply.body = jsonResponse(reply.status, v).body
	return reply
}

// addRows adds rows to lists.
func (f Format) addRows(operation string, v any) any {
	o, _ := v.(object)
	inner, _ := o["data"].(object)
	switch {
	case f.RegionalRows && operation == "listHardware":
		for _, id := range []string{"us-east-h100", "eu-north-h200"} {
			prepend(inner, "hardware", object{
				"hardware_id": id, "hardware_name": strings.ToUpper(id[len(id)-4:]), "brand_name": "NVIDIA",
				"max_gpus_per_container": json.Number("8"), "available": json.Number("3"),
			})
		}
	case f.OddListRow && operation == "listDeployments":
		prepend(inner, "deployments", object{
			"id": "0dd00000-0000-4000-8000-000000000000", "name": "odd", "status": json.Number("7"), "created_at": object{},
			"hardware_id": "gpu_8x_a100_SXM4", "hardware_quantity": "eight", "brand_name": nil,
			"compute_minutes_served": []any{}, "compute_minutes_remaining": true,
		})
	}
	return v
}

// prepend adds a row to the front of a list, where a reader that gives up on it
// loses all others.
func prepend(o object, name string, row object) {
	rows, _ := o[name].([]any)
	rows = slices.Insert(rows, 0, any(row))
	o[name], o["total"] = rows, json.Number(fmt.Sprint(len(rows)))
}

// envelope changes what surrounds the reply.
func (f Format) envelope(v any) any {
	o, _ := v.(object)
	inner, wrapped := o["data"]
	if !wrapped {
		inner = v
	}
	if wrapped == f.Bare {
		return inner
	}
	if f.DoubleWrap {
		inner = f.extend(object{"data": inner})
	}
	return f.extend(object{"data": inner})
}

// extend adds an unknown member.
func (f Format) extend(o object) object {
	if f.ExtraMembers {
		o["x_new"] = object{"since": "tomorrow", "list": []any{nil}}
	}
	return o
}

// value formats the value of a member.
func (f Format) value(name string, v any) any {
	switch v := v.(type) {
	case object:
		if name == "env_variables" {
			return v // the user's own
		}
		for key, inner := range v {
			v[key] = f.value(key, inner)
		}
		return f.extend(f.detail(v))
	case []any:
		return f.list(name, v)
	case json.Number:
		return f.number(v)
	case string:
		return f.text(name, v)
	}
	return v
}

// detail changes the details of a deployment, and nothing else.
func (f Format) detail(o object) object {
	if f.OmitMinutes {
		delete(o, "compute_minutes_served")
		delete(o, "compute_minutes_remaining")
	}
	config, ok := o["container_config"].(object)
	if !ok {
		return o
	}
	if image, ok := config["image_url"].(string); ok && f.CanonicalImages && image != "" {
		if named, err := reference.ParseNormalizedNamed(image); err == nil {
			config["image_url"] = reference.TagNameOnly(named).String()
		}
	}
	if f.RegionalIDs {
		o["hardware_id"] = "gpu_8x_a100_SXM4"
		locations, _ := o["locations"].([]any)
		for _, l := range locations {
			if l, ok := l.(object); ok {
				l["id"] = l["iso2"]
			}
		}
	}
	return o
}

func (f Format) list(name string, items []any) any {
	if len(items) == 0 && f.NullLists {
		return nil
	}
	if name == "statuses" {
		name = "status"
	}
	for i := range items {
		items[i] = f.value(name, items[i])
	}
	return items
}

func (f Format) number(n json.Number) any {
	if f.FloatIntegers && !strings.ContainsAny(n.String(), ".eE") {
		n += ".0"
	}
	if f.NumberStrings {
		return n.String()
	}
	return n
}

// fraction is what is between a time and its zone.
var fraction = regexp.MustCompile(`(\.\d+)?Z$`)

func (f Format) text(name, s string) string {
	switch name {
	case "status":
		if f.UpperStatus {
			return strings.ToUpper(s)
		}
	case "created_at", "started_at", "finished_at", "time":
		if f.Nanoseconds {
			s = fraction.ReplaceAllString(s, ".123456789Z")
		}
		if f.Zoneless {
			s = strings.TrimSuffix(s, "Z")
		}
	}
	return s
}
