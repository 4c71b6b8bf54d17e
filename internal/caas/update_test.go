package caas_test

import (
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// TestUpdate_body: the body is flat and holds nothing but the changes.
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
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, respond(200, ``))
			if err := h.client.Update(t.Context(), someID, test.change); err != nil {
				t.Fatal(err)
			}
			wantJSON(t, h.requests()[0].body, test.want)
		})
	}
}
