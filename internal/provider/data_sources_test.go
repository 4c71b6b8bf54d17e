package provider_test

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// unusualFormat are all unusual formats of replies at once.
var unusualFormat = caastest.Format{
	UpperStatus: true, Zoneless: true, Nanoseconds: true, NumberStrings: true, FloatIntegers: true,
	NullLists: true, ShuffleLocations: true, DoubleWrap: true, ExtraMembers: true, RegionalRows: true,
}

// dataSourceRead is one read of a data source, without Terraform.
type dataSourceRead struct {
	typeName string // ioneth_caas_deployment when empty
	unusual  bool   // whether the replies have unusual formats
	prepare  func(*caastest.Server)
	config   string // in JSON; "{}" when empty
	// want is a part of the state, in JSON: attributes that it lacks may have any value.
	want string
	// fails are parts of the only diagnostic, an error.
	fails []string
	// sent are the requests, as path and query. Nil: any.
	sent []string
}

// reply makes the API return a body from a path.
func reply(path, body string) func(*caastest.Server) {
	return func(api *caastest.Server) { api.Inject(caastest.Fault{Path: path, Times: -1, Body: body}) }
}

// testDataSources reads data sources in subtests.
func testDataSources(t *testing.T, reads map[string]dataSourceRead) {
	t.Helper()
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, caastest.Options{})
			if read.unusual {
				env.API.SetFormat(unusualFormat)
			}
			if read.prepare != nil {
				read.prepare(env.API)
			}
			state, diagnostics := env.Server(t).ReadDataSource(cmp.Or(read.typeName, acctest.DeploymentType), cmp.Or(read.config, "{}"))
			if read.fails != nil {
				wantError(t, diagnostics, read.fails...)
			} else if len(diagnostics) > 0 {
				t.Errorf("diagnostics %q", diagnostics)
			}
			if read.want != "" {
				wantPart(t, state, read.want)
			}
			if sent := requested(env.API); read.sent != nil && !slices.Equal(sent, read.sent) {
				t.Errorf("the API received %q, want %q", sent, read.sent)
			}
		})
	}
}

// requested returns the requests, as path and query.
func requested(api *caastest.Server) []string {
	sent := []string{}
	for _, r := range api.Requests("", "") {
		query, err := url.QueryUnescape(r.Query.Encode())
		if err != nil {
			panic(err) // it was encoded
		}
		sent = append(sent, strings.TrimSuffix(strings.TrimPrefix(r.Path, caastest.Prefix)+"?"+query, "?"))
	}
	return sent
}

// wantError checks that an error with these parts is the only diagnostic.
func wantError(t *testing.T, diagnostics []string, parts ...string) {
	t.Helper()
	if len(diagnostics) != 1 || !strings.HasPrefix(diagnostics[0], "ERROR") {
		t.Errorf("diagnostics %q, want one error", diagnostics)
		return
	}
	got := strings.Join(strings.Fields(diagnostics[0]), " ")
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("the error is %q, want %q in it", got, part)
		}
	}
}

// wantPart checks the attributes of a state that JSON has.
func wantPart(t *testing.T, state any, text string) {
	t.Helper()
	var want any
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	if !contains(state, want) {
		got, err := json.MarshalIndent(state, "", "  ")
		t.Errorf("the state is %s %v\nwant %s", got, err, text)
	}
}

// contains reports whether a value has all members of objects that another has,
// and is equal to it in all else.
func contains(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		members, ok := got.(map[string]any)
		for name, value := range want {
			member, found := members[name]
			ok = ok && found && contains(member, value)
		}
		return ok
	case []any:
		elements, ok := got.([]any)
		return ok && slices.EqualFunc(elements, want, contains)
	default:
		return got == want
	}
}

const (
	hardwareType    = "ioneth_caas_hardware"
	locationsType   = "ioneth_caas_locations"
	replicasType    = "ioneth_caas_available_replicas"
	priceType       = "ioneth_caas_price"
	containersType  = "ioneth_caas_containers"
	deploymentsType = "ioneth_caas_deployments"
)

// everyDataSource has a valid configuration for each data source, and what its errors
// are called. With these no two requests are sent at once: the retries of one would
// move the other's clock.
var everyDataSource = []struct{ typeName, config, summary string }{
	{hardwareType, `{}`, "Error reading hardware"},
	{locationsType, `{}`, "Error reading locations"},
	{deploymentsType, `{}`, "Error reading deployments"},
	{replicasType, `{"hardware_id": 203}`, "Error reading available replicas"},
	{priceType, `{"hardware_id": 203, "location_ids": [1], "duration_hours": 1, "replica_count": 1}`, "Error reading price"},
	{containersType, `{"deployment_id": "` + sampleID + `"}`, "Error reading containers"},
	{acctest.DeploymentType, `{"name": "vllm"}`, "Error reading deployments"},
}

// TestDataSources_errors checks the errors that all data sources have in common.
func TestDataSources_errors(t *testing.T) {
	t.Parallel()
	if got := len(acctest.New(t, caastest.Options{}).Server(t).Schemas.DataSourceSchemas); got != len(everyDataSource) {
		t.Errorf("there are %d data sources, want %d", got, len(everyDataSource))
	}
	for _, c := range everyDataSource {
		t.Run(c.typeName, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, caastest.Options{})
			fails := func(p *acctest.Server, parts ...string) {
				t.Helper()
				_, diagnostics := p.ReadDataSource(c.typeName, c.config)
				wantError(t, diagnostics, parts...)
			}
			fails(env.ServerWithUnknownToken(t), "Provider configuration is not known at plan", "IONETH_TOKEN", "-target")
			if sent := requested(env.API); len(sent) > 0 {
				t.Errorf("the API received %q without a credential", sent)
			}

			wrong, _ := env.ServerWithConfig(t, `{"endpoint": "`+env.API.URL()+`", "token": "wrong-token"}`)
			fails(wrong, c.summary+": The API returned: Invalid or expired token",
				"Check token and api_key in the provider block, or IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY", "401 Unauthorized")

			p := env.Server(t)
			env.API.Inject(caastest.Fault{Times: -1, Status: 502, ContentType: "text/html", Body: "<html>bad gateway</html>"})
			fails(p, c.summary, "The API returned: an HTML page", "Run the command again.", "GET /", "502 Bad Gateway")
			env.API.ClearFaults()
			env.API.Inject(caastest.Fault{Times: -1, Status: 400, Body: `{}`})
			fails(p, c.summary+": The API returned no error message.", "400 Bad Request")
			env.API.ClearFaults()

			// A read ends after five minutes, whatever the API promises.
			before := env.Clock.Now()
			env.API.Inject(caastest.Fault{Times: -1, Status: 429, Body: `{"detail": "slow down"}`})
			fails(p, c.summary, "slow down", "429 Too Many Requests")
			if waited := env.Clock.Now().Sub(before); waited != 5*time.Minute {
				t.Errorf("the read ended after %s, want 5 minutes", waited)
			}

			env.API.Close()
			fails(p, c.summary, "connection refused", "Run the command again.", "not sent")
		})
	}
}

// An invalid configuration is one error, before any request.
func TestDataSources_validation(t *testing.T) {
	t.Parallel()
	const oneOf, whole = "one (and only one) of [deployment_id,name] is required", " must be a whole number; got 1.5."
	env := acctest.New(t, caastest.Options{})
	p := env.Server(t)
	for _, c := range []struct{ typeName, config, attribute, fails string }{
		{hardwareType, `{"name": ""}`, "name", "at least 1"},
		{deploymentsType, `{"status": ""}`, "status", "at least 1"},
		{containersType, `{"deployment_id": ""}`, "deployment_id", "at least 1"},
		{acctest.DeploymentType, `{"name": ""}`, "name", "at least 1"},
		{acctest.DeploymentType, `{"name": "a", "deployment_id": "b"}`, "", oneOf},
		{acctest.DeploymentType, `{}`, "", oneOf},
		{replicasType, `{"hardware_id": 0}`, "hardware_id", "at least 1"},
		{replicasType, `{"hardware_id": 203, "gpus_per_container": 0}`, "gpus_per_container", "at least 1"},
		{priceType, `{"hardware_id": 203, "location_ids": [], "duration_hours": 1, "replica_count": 1}`, "location_ids", "at least 1"},
		{priceType, `{"hardware_id": 203, "location_ids": [1], "duration_hours": 0, "replica_count": 1}`, "duration_hours", "at least 1"},
		{priceType, `{"hardware_id": 203, "location_ids": [1], "duration_hours": 1, "replica_count": 0}`, "replica_count", "at least 1"},
		{replicasType, `{"hardware_id": 1.5}`, "hardware_id", whole},
		{priceType, `{"hardware_id": 1.5, "location_ids": [1], "duration_hours": 1, "replica_count": 1}`, "hardware_id", whole},
		{priceType, `{"hardware_id": 203, "location_ids": [1.5], "duration_hours": 1, "replica_count": 1}`, "location_ids", whole},
		{priceType, `{"hardware_id": 203, "location_ids": [1], "duration_hours": 1.5, "replica_count": 1}`, "duration_hours", whole},
		{priceType, `{"hardware_id": 203, "location_ids": [1], "duration_hours": 1, "replica_count": 1.5}`, "replica_count", whole},
		{priceType, `{"hardware_id": 203, "location_ids": [1], "duration_hours": 1, "replica_count": 1, "gpus_per_container": 1.5}`, "gpus_per_container", whole},
	} {
		_, diagnostics := p.ReadDataSource(c.typeName, c.config)
		wantError(t, diagnostics, c.attribute, c.fails)
	}
	if sent := requested(env.API); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
}
