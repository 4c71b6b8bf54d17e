package deployment

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// bareDollar tells whether a text has a $ that the service would take for the
// beginning of a substitution: one that is not doubled (reference).
func bareDollar(text string) bool {
	return strings.Contains(strings.ReplaceAll(text, "$$", ""), "$")
}

// escaped is the text with every bare $ doubled.
func escaped(text string) string {
	const doubled = "\x00"
	text = strings.ReplaceAll(text, "$$", doubled)
	return strings.ReplaceAll(strings.ReplaceAll(text, "$", "$$"), doubled, "$$")
}

// warnOfDollars warns of texts that the service would substitute in, with what to
// write instead. The values of secret variables are not repeated.
func (d definition) warnOfDollars(before definition) diag.Diagnostics {
	var diags diag.Diagnostics
	warn := func(at path.Path, text string, secret bool) {
		if !bareDollar(text) {
			return
		}
		instead := fmt.Sprintf("write %s", hclText(escaped(text)))
		if secret {
			instead = "double it"
		}
		// The attribute is in the summary, as Terraform folds warnings of one summary.
		diags.AddAttributeWarning(at, fmt.Sprintf("Bare $ in %s", at), fmt.Sprintf(
			"io.net takes it for the beginning of a variable, which can make the deployment fail. "+
				"For a literal $, %s, or use provider::ioneth::escape.", instead))
	}
	list := func(at path.Path, now, was []string) {
		if slices.Equal(now, was) {
			return
		}
		for i, text := range now {
			warn(at.AtListIndex(i), text, false)
		}
	}
	list(attributePaths["entrypoint"], d.entrypoint, before.entrypoint)
	list(attributePaths["args"], d.args, before.args)
	for _, name := range slices.Sorted(maps.Keys(d.env)) {
		if was, had := before.env[name]; !had || was != d.env[name] {
			warn(attributePaths["env_variables"].AtMapKey(name), d.env[name], false)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.variables.value)) {
		if was, had := before.variables.value[name]; !had || was != d.variables.value[name] {
			warn(attributePaths["secret_env_variables"].AtMapKey(name), d.variables.value[name], true)
		}
	}
	return diags
}

// hclText is a text as a Terraform string literal.
func hclText(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", text))
}
