package caas

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

// read decodes a JSON value the way that a reply's members are.
func read[T any](text string) (T, error) {
	var row struct{ V T }
	err := json.Unmarshal([]byte(`{"V":`+text+`}`), &row)
	return row.V, err
}

func TestInt(t *testing.T) {
	for text, want := range map[string]Int{
		`8`: 8, `8.0`: 8, `"8"`: 8, `"8.0"`: 8, `" 8 "`: 8, `-3`: -3, `1e3`: 1000, `"1e3"`: 1000, `null`: 0, `""`: 0, `0`: 0, `-0.0`: 0,
		`9223372036854775807`: math.MaxInt64, `"-9223372036854775808"`: math.MinInt64, `9007199254740992.0`: 1 << 53,
	} {
		if got, err := read[Int](text); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{
		`8.5`, `"8.5"`, `"eight"`, `true`, `[]`, `{}`, `[8]`, `"NaN"`, `"inf"`, `1e300`, `9223372036854775808`, `9007199254740994.0`, `"8 GB"`, `"0x"`,
	} {
		if got, err := read[Int](text); err == nil {
			t.Errorf("%s: got %d", text, got)
		}
	}
}

func TestFloat(t *testing.T) {
	for text, want := range map[string]Float{`1.5`: 1.5, `"1.5"`: 1.5, `8`: 8, `null`: 0, `""`: 0, `-2e-3`: -0.002, `" 7 "`: 7} {
		if got, err := read[Float](text); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`"NaN"`, `"inf"`, `"-Infinity"`, `1e999`, `"x"`, `true`, `[]`, `{}`, `"1,5"`} {
		if got, err := read[Float](text); err == nil {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]Text{
		`"a"`: "a", `""`: "", `null`: "", `8`: "8", `8.0`: "8.0", `1e3`: "1e3", `true`: "true", `false`: "false", `" a "`: " a ", `"null"`: "null",
		`"\u00e9\n"`: "é\n", `"8"`: "8",
	} {
		if got, err := read[Text](text); err != nil || got != want {
			t.Errorf("%s: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{`[]`, `{}`, `["a"]`, `{"a":1}`} {
		if got, err := read[Text](text); err == nil {
			t.Errorf("%s: got %q", text, got)
		}
	}
}

// TestStatus is lower case whatever it was, and known or not.
func TestStatus(t *testing.T) {
	for text, want := range map[string]Status{
		`"running"`: StatusRunning, `"RUNNING"`: StatusRunning, `"Deployment Requested"`: StatusRequested, `" Completed\n"`: StatusCompleted,
		`"TERMINATION requested"`: StatusTerminationRequested, `"Never Heard Of"`: "never heard of", `null`: "", `7`: "7",
	} {
		if got, err := read[Status](text); err != nil || got != want {
			t.Errorf("%s: got %q, %v", text, got, err)
		}
	}
	if _, err := read[Status](`{}`); err == nil {
		t.Error("an object is no status")
	}
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
		got, err := read[Time](text)
		if err != nil || got.RFC3339() != want {
			t.Errorf("%s: got %q, %v", text, got.RFC3339(), err)
		}
		if want != "" && (got.Nanosecond() != 0 || got.Location() != time.UTC) {
			t.Errorf("%s: %v is no whole second in UTC", text, got)
		}
	}
	// What is read twice into one value must not keep the first.
	moment := Time{time.Now()}
	if err := json.Unmarshal([]byte(`null`), &moment); err != nil || !moment.IsZero() {
		t.Errorf("null left %v, %v", moment, err)
	}
}

// TestHardwareID is 0 for what can't be deployed.
func TestHardwareID(t *testing.T) {
	for text, want := range map[string]HardwareID{`203`: 203, `"203"`: 203, `203.0`: 203, `"us-east-h100"`: 0, `null`: 0, `{}`: 0, `1.5`: 0} {
		if got, err := read[HardwareID](text); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
	}
}

func TestPaidTime(t *testing.T) {
	d := Deployment{ComputeMinutesServed: 59.6, ComputeMinutesRemaining: 60.4}
	if got := d.PaidTime(); got != 2*time.Hour {
		t.Errorf("got %s", got)
	}
}

func TestUnwrap(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, `{"data":{"a":1}}`: `{"a":1}`, `{"data":{"data":{"a":1}}}`: `{"a":1}`, `{"data":{"data":{"data":[1]}}}`: `[1]`,
		`{"data":true,"x":1}`: `true`, `{"data":null}`: `null`, `[1]`: `[1]`, `true`: `true`, ``: ``, "  \n": ``, `{"data":`: `{"data":`,
		` {"data": [ ] } `: `[ ]`, `{"data":"x"}`: `"x"`,
	} {
		if got := string(unwrap([]byte(body))); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}

// TestDecode_errors tells an empty reply from a strange one.
func TestDecode_errors(t *testing.T) {
	for body, empty := range map[string]bool{
		``: true, ` `: true, `null`: true, `{"data":null}`: true, `{"data":{"data":null}}`: true, `[]`: false, `"x"`: false, `{`: false, `7`: false,
	} {
		var d Deployment
		if err := decode([]byte(body), &d); err == nil || errors.Is(err, errEmptyReply) != empty {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestDecodeList(t *testing.T) {
	for body, want := range map[string][]Int{
		`[1,"2"]`: {1, 2}, `{"a":[1]}`: {1}, `{"b":[2]}`: {2}, `{"a":[1],"b":[2]}`: {1}, `{"data":{"b":[2],"total":1}}`: {2},
		`[]`: {}, `null`: nil, `{"a":null}`: nil, `{"data":[3]}`: {3}, `{"data":null}`: nil,
	} {
		if got, err := decodeList[Int]([]byte(body), "a", "b"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, %v", body, got, err)
		}
	}
	for _, body := range []string{``, `{}`, `{"c":[1]}`, `{"a":{}}`, `{"a":1}`, `true`, `"x"`, `{"a":["x"]}`} {
		if got, err := decodeList[Int]([]byte(body), "a", "b"); err == nil {
			t.Errorf("%q: got %v", body, got)
		}
	}
}

// TestDecode_wholeDeployment has every member of the reference at least once.
func TestDecode_wholeDeployment(t *testing.T) {
	var got Deployment
	if err := decode([]byte(deploymentReply), &got); err != nil {
		t.Fatal(err)
	}
	want := Deployment{
		ID: "5f0c", Status: StatusRunning, AmountPaid: 478.08, CompletedPercent: 12.5, TotalGPUs: 16, GPUsPerContainer: 8, TotalContainers: 2,
		HardwareName: "H100 SXM", HardwareID: 203, BrandName: "NVIDIA", ComputeMinutesServed: 180, ComputeMinutesRemaining: 1260,
		CreatedAt: Time{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, StartedAt: Time{time.Date(2026, 1, 2, 3, 6, 0, 0, time.UTC)},
		Locations: []Location{{1, "US", "United States"}, {2, "DE", "Germany"}},
		ContainerConfig: DeployedContainer{
			Entrypoint: []Text{"/bin/sh", "-c"}, EnvVariables: map[string]Text{"A": "1", "B": ""}, TrafficPort: 8080,
			ImageURL: "ghcr.io/o/i:1", SecretEnvKeys: []Text{"TOKEN"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	var empty Deployment
	nulls := `{"status":"x","entrypoint":null,"started_at":null,"locations":null,"container_config":{"entrypoint":null,"env_variables":null,"secret_env_keys":null}}`
	if err := decode([]byte(nulls), &empty); err != nil || !reflect.DeepEqual(empty, Deployment{Status: "x"}) {
		t.Errorf("got %+v, %v", empty, err)
	}
}

const deploymentReply = `{"data":{"id":"5f0c","status":"RUNNING","created_at":"2026-01-02T03:04:05.123456","started_at":"2026-01-02T03:06:00Z",
"finished_at":null,"amount_paid":"478.08","completed_percent":12.5,"total_gpus":16.0,"gpus_per_container":8,"total_containers":"2",
"hardware_name":"H100 SXM","hardware_id":203,"locations":[{"id":1,"iso2":"US","name":"United States"},{"id":"2","iso2":"DE","name":"Germany"}],
"brand_name":"NVIDIA","compute_minutes_served":180,"compute_minutes_remaining":1260,"x_new":{"a":[null]},
"container_config":{"entrypoint":["/bin/sh","-c"],"env_variables":{"A":1,"B":null},"traffic_port":8080,"image_url":"ghcr.io/o/i:1",
"secret_env_keys":["TOKEN"],"x_new":[]}}}`

// pageReply is a page of n deployments.
func pageReply(n int) string {
	row := `{"id":"5f0c","status":"running","name":"web","completed_percent":12.5,"hardware_quantity":16,"brand_name":"NVIDIA","hardware_name":"H100 SXM",
"served":"3h","remaining":"21h","compute_minutes_served":180,"compute_minutes_remaining":1260,"created_at":"2026-01-02T03:04:05Z"}`
	return `{"data":{"deployments":[` + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + `],"total":250,"statuses":["running"]}}`
}
