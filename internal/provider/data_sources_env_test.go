package provider_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// unusualFormat are all unusual formats of replies at once.
var unusualFormat = caastest.Format{
	UpperStatus: true, Zoneless: true, Nanoseconds: true, NumberStrings: true, FloatIntegers: true,
	NullLists: true, ShuffleLocations: true, DoubleWrap: true, ExtraMembers: true, RegionalRows: true,
}

// shows returns a step with state checks.
func shows(config string, checks ...statecheck.StateCheck) resource.TestStep {
	return resource.TestStep{Config: config, ConfigStateChecks: checks}
}

// fails returns a step with an error that has these words in this order.
func fails(config string, words ...string) resource.TestStep {
	for i := range words {
		words[i] = strings.Join(strings.Fields(regexp.QuoteMeta(words[i])), `\s+`) // lines are wrapped
	}
	return resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`(?s)` + strings.Join(words, `.*`))}
}

// wantQuery checks that there was a request to the path, and the query of each.
func wantQuery(t *testing.T, env *acctest.Env, path string, want url.Values) {
	t.Helper()
	requests := env.API.Requests("GET", path)
	if len(requests) == 0 {
		t.Fatalf("no request GET %s", path)
	}
	for _, r := range requests {
		if r.Query.Encode() != want.Encode() {
			t.Errorf("GET %s has the query %q, want %q", path, r.Query.Encode(), want.Encode())
		}
	}
}
