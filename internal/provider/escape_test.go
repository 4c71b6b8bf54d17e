package provider_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// The function needs no credential, and accepts strings that are known only at
// apply. Both ways to write each string in the guide's table of dollar signs have the
// value that must be sent.
func TestAccEscape(t *testing.T) {
	t.Parallel()
	cases := []struct{ hcl, want string }{
		{`provider::ioneth::escape("")`, ""},
		{`provider::ioneth::escape("plain text")`, "plain text"},
		{`provider::ioneth::escape("$HOME costs 5$")`, "$$HOME costs 5$$"},
		{`provider::ioneth::escape("$${HOME}")`, "$${HOME}"}, // HCL's $${ is ${ to the function
		{`provider::ioneth::escape("$$")`, "$$$$"},
		{`provider::ioneth::escape("a$\nb$ü")`, "a$$\nb$$ü"},
		{`provider::ioneth::escape(terraform_data.late.output)`, "pa$$ss"},
	}
	row := regexp.MustCompile("(?m)^\\| `[^`]+`[^|]* \\| `([^`]+)` \\| `([^`]+)` \\| `([^`]+)` \\|$")
	rows := row.FindAllStringSubmatch(textOf(t, "../../templates/guides/secrets-and-registries.md.tmpl"), -1)
	if len(rows) < 2 {
		t.Fatalf("the guide's table has %d rows", len(rows))
	}
	for _, r := range rows {
		sent, written, escaped := r[1], r[2], r[3]
		cases = append(cases, struct{ hcl, want string }{written, sent}, struct{ hcl, want string }{escaped, sent})
	}
	config := "resource \"terraform_data\" \"late\" {\n  input = \"pa$ss\"\n}\n"
	for i, c := range cases {
		config += fmt.Sprintf("output \"out%d\" {\n  value = %s\n}\n", i, c.hcl)
	}
	tf := acctest.New(t, caastest.Options{}).Terraform(t)
	tf.Env = append(tf.Env, "IONETH_TOKEN=")
	tf.Write("main.tf", config)
	tf.Run("apply", "-auto-approve")
	var outputs map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(tf.Run("output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got := outputs[fmt.Sprint("out", i)].Value; got != c.want {
			t.Errorf("%s is %q, want %q", c.hcl, got, c.want)
		}
	}
}
