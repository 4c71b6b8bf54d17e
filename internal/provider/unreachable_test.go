package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// A plan of several deployments without a connection to the API warns once, not
// for the name, the capacity and the price of each.
func TestDeployment_unreachableWarnedOnce(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	s := env.Server(t)
	env.API.Close()
	warnings := slices.Concat(planned(s, nil, baseJSON("a")), planned(s, nil, baseJSON("b")), planned(s, nil, baseJSON("c")))
	if len(warnings) != 1 || !strings.Contains(strings.ToLower(warnings[0]), "failed to connect") {
		t.Errorf("the warnings are %q, want one", warnings)
	}
}
