package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// hasBareDollar reports whether a string has a $ that is not doubled: the service
// takes it for the start of a variable (reference).
func hasBareDollar(s string) bool {
	return strings.Contains(strings.ReplaceAll(s, "$$", ""), "$")
}

// dollarWarnings report strings that the service would substitute, one warning for
// each attribute. They name indexes and keys and never a value, which may be
// secret. What is as before was reported before.
func dollarWarnings(want, had deployment.Spec) diag.Diagnostics {
	var diags diag.Diagnostics
	warn := func(attribute, what string, where []string) {
		if len(where) == 0 {
			return
		}
		at := attributePaths[attribute]
		diags.AddAttributeWarning(at, fmt.Sprintf("%s %s", summaryDollar, at), fmt.Sprintf(
			"%s %s of %s: io.net interprets a $ as the start of a variable, which can make the deployment fail. "+
				"Write $$ for a literal $, or use provider::ioneth::escape. The guide \"Secrets and registries\" shows how to write a literal ${.", what, strings.Join(where, ", "), at))
	}
	warn("entrypoint", "Index", dollarIndexes(want.Entrypoint, had.Entrypoint))
	warn("args", "Index", dollarIndexes(want.Args, had.Args))
	warn("env_variables", "Key", dollarKeys(want.Env, had.Env))
	secrets := "secret_env_variables"
	if want.SecretEnv.Version != nil {
		secrets = "secret_env_variables_wo"
	}
	warn(secrets, "Key", dollarKeys(want.SecretEnv.Value, had.SecretEnv.Value))
	return diags
}

func dollarIndexes(want, had []string) []string {
	var where []string
	for i, s := range want {
		if hasBareDollar(s) && (i >= len(had) || had[i] != s) {
			where = append(where, fmt.Sprint(i))
		}
	}
	return where
}

func dollarKeys(want, had map[string]string) []string {
	var where []string
	for _, key := range sortedKeys(want) {
		if before, ok := had[key]; hasBareDollar(want[key]) && (!ok || before != want[key]) {
			where = append(where, fmt.Sprintf("%q", key))
		}
	}
	return where
}
