package caas_test

import (
	"net/http"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestUpdate_body: flat, and nothing but what changes.
func TestUpdate_body(t *testing.T) {
	for name, test := range map[string]struct {
		change caas.UpdateRequest
		want   string
	}{
		"nothing": {caas.UpdateRequest{}, `{}`},
		"everything set": {caas.UpdateRequest{
			Entrypoint: caas.Set([]string{"/bin/app"}), Args: caas.Set([]string{"a"}), TrafficPort: caas.Set(int64(81)),
			EnvVariables: caas.Set(map[string]string{"A": "1"}), SecretEnvVariables: caas.Set(map[string]string{"S": "x"}),
			ImageURL: caas.Set("i"), RegistryUsername: caas.Set("u"), RegistrySecret: caas.Set("p"),
		}, `{"entrypoint":["/bin/app"],"args":["a"],"traffic_port":81,"env_variables":{"A":"1"},"secret_env_variables":{"S":"x"},
			"image_url":"i","registry_username":"u","registry_secret":"p"}`},
		"everything cleared": {caas.UpdateRequest{
			Entrypoint: caas.Clear[[]string](), Args: caas.Clear[[]string](), TrafficPort: caas.Clear[int64](),
			EnvVariables: caas.Clear[map[string]string](), SecretEnvVariables: caas.Clear[map[string]string](),
			ImageURL: caas.Clear[string](), RegistryUsername: caas.Clear[string](), RegistrySecret: caas.Clear[string](),
		}, `{"entrypoint":null,"args":null,"traffic_port":null,"env_variables":null,"secret_env_variables":null,
			"image_url":null,"registry_username":null,"registry_secret":null}`},
		"emptied": {caas.UpdateRequest{
			EnvVariables: caas.Set(map[string]string{}), Args: caas.Set([]string{}), RegistryUsername: caas.Set(""), TrafficPort: caas.Set(int64(0)),
		}, `{"env_variables":{},"args":[],"registry_username":"","traffic_port":0}`},
		"one": {caas.UpdateRequest{ImageURL: caas.Set("nginx:2")}, `{"image_url":"nginx:2"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, reply(200, ``))
			if err := r.client.Update(t.Context(), someID, test.change); err != nil {
				t.Fatal(err)
			}
			sent := r.seen()[0]
			if sent.method != http.MethodPatch || sent.uri != prefix+"/deployment/"+someID {
				t.Errorf("sent %s %s", sent.method, sent.uri)
			}
			wantJSON(t, sent.body, test.want)
		})
	}
}

// TestChange_isZero is what leaves a member out.
func TestChange_isZero(t *testing.T) {
	var absent caas.Change[string]
	if !absent.IsZero() || caas.Set("").IsZero() || caas.Clear[string]().IsZero() {
		t.Error("only a change that was not given is left out")
	}
}

// TestBodies_ofTheOtherChanges are those of extend, rename and destroy.
func TestBodies_ofTheOtherChanges(t *testing.T) {
	r := onScript(t, reply(200, `{}`))
	ctx := t.Context()
	for _, err := range []error{
		r.client.Extend(ctx, someID, 5), r.client.Rename(ctx, someID, `a "b"`), r.client.Destroy(ctx, someID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []request{
		{method: http.MethodPost, uri: prefix + "/deployment/" + someID + "/extend", body: `{"duration_hours":5}`},
		{method: http.MethodPut, uri: prefix + "/clusters/" + someID + "/update-name", body: `{"cluster_name":"a \"b\""}`},
		{method: http.MethodDelete, uri: prefix + "/deployment/" + someID},
	} {
		got := r.seen()[i]
		if got.method != want.method || got.uri != want.uri || got.body != want.body {
			t.Errorf("sent %s %s %q, want %+v", got.method, got.uri, got.body, want)
		}
	}
}
