package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The credentials are those of the provider block, or those of the environment when
// the block has none, never one of each.
func TestConfig_credentials(t *testing.T) {
	type env map[string]string
	for name, c := range map[string]struct {
		block         providerModel
		env           env
		token, apiKey string
		fails         string // the summary; "" for success
	}{
		"token in the block":                 {block: providerModel{Token: types.StringValue("t")}, token: "t"},
		"both in the block":                  {block: providerModel{Token: types.StringValue("t"), APIKey: types.StringValue("k")}, token: "t", apiKey: "k"},
		"token in the block, key around it":  {block: providerModel{Token: types.StringValue("t")}, env: env{"IONETH_API_KEY": "other", "IOCLOUD_API_KEY": "other", "IONETH_TOKEN": "other"}, token: "t"},
		"key in the block, token around it":  {block: providerModel{APIKey: types.StringValue("k")}, env: env{"IONETH_TOKEN": "other", "IONETH_API_KEY": "other"}, apiKey: "k"},
		"both in the environment":            {env: env{"IONETH_TOKEN": "t", "IONETH_API_KEY": "k", "IOCLOUD_API_KEY": "other"}, token: "t", apiKey: "k"},
		"io.net's own variable":              {env: env{"IOCLOUD_API_KEY": "k"}, apiKey: "k"},
		"empty attributes":                   {block: providerModel{Token: types.StringValue(""), APIKey: types.StringValue("")}, env: env{"IONETH_TOKEN": "t"}, token: "t"},
		"none":                               {fails: summaryMissingCredential},
		"line break in the block":            {block: providerModel{Token: types.StringValue("t\n")}, token: "t\n", fails: summaryInvalidCredential},
		"space in the environment":           {env: env{"IONETH_API_KEY": "k k"}, apiKey: "k k", fails: summaryInvalidCredential},
		"invalid, but suppressed by the key": {block: providerModel{APIKey: types.StringValue("k")}, env: env{"IONETH_TOKEN": "t t"}, apiKey: "k"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"IONETH_TOKEN", "IONETH_API_KEY", "IOCLOUD_API_KEY"} {
				t.Setenv(variable, c.env[variable])
			}
			var diags diag.Diagnostics
			token, apiKey := c.block.credentials(&diags)
			if token != c.token || apiKey != c.apiKey {
				t.Errorf("token %q, API key %q; want %q, %q", token, apiKey, c.token, c.apiKey)
			}
			got := ""
			for _, d := range diags {
				got += d.Summary()
			}
			if got != c.fails {
				t.Errorf("summaries %q, want %q", got, c.fails)
			}
		})
	}
}
