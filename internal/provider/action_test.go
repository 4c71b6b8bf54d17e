package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// An invalid configuration is an error at validation.
func TestActions_validation(t *testing.T) {
	t.Parallel()
	p := newEnv(t, caastest.Options{}).Server(t)
	for _, c := range []struct {
		action, config string
		want           []string // parts of the diagnostics, which are in order
	}{
		{extendAction, `"deployment_id": "x", "hours": 1`, nil},
		{extendAction, `"deployment_id": "x", "hours": 0`, []string{"Attribute hours value must be at least 1, got: 0"}},
		{extendAction, `"deployment_id": "x", "hours": 1.5`, []string{"hours must be a whole number; got 1.5."}},
		{extendAction, `"deployment_id": "", "hours": 1`, []string{"Attribute deployment_id "}},
		{logsAction, `"deployment_id": "x", "stream": "stderr", "lines": 1000, "follow_seconds": 600`, nil},
		{logsAction, `"deployment_id": "x", "stream": "stdin"`, []string{`Attribute stream value must be one of: ["stdout" "stderr"]`}},
		{logsAction, `"deployment_id": "x", "lines": 0, "follow_seconds": -1`, []string{"Attribute follow_seconds ", "Attribute lines "}},
		{logsAction, `"deployment_id": "x", "lines": 1001, "follow_seconds": 601`, []string{"Attribute follow_seconds ", "Attribute lines "}},
		{logsAction, `"deployment_id": "x", "lines": 1.5, "follow_seconds": -0.5`, []string{
			"follow_seconds must be a whole number; got -0.5.", "lines must be a whole number; got 1.5.",
		}},
	} {
		resp, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: c.action, Config: p.ActionConfig(c.action, "{"+c.config+"}")})
		p.Must(err, nil)
		got := acctest.Texts(resp.Diagnostics)
		slices.Sort(got)
		if !slices.EqualFunc(got, c.want, strings.Contains) {
			t.Errorf("%s: {%s} has the diagnostics %q, want %q", c.action, c.config, got, c.want)
		}
	}
}

// A plan succeeds while the configuration or the credential is not known yet. The
// invocation checks what could not be checked then, before any request.
func TestActions_unknownAtPlan(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p, unconfigured := env.Server(t), env.ServerWithUnknownToken(t)
	for action, c := range map[string]struct {
		valid      string
		outOfRange []string
	}{
		extendAction: {`, "hours": 1`, []string{`, "hours": 0`, `, "hours": -5`}},
		logsAction:   {``, []string{`, "lines": 0`, `, "lines": 1001`, `, "follow_seconds": 601`, `, "follow_seconds": -1`}},
	} {
		of := p.Schemas.ActionSchemas[action].Schema.ValueType().(tftypes.Object)
		unknown := map[string]tftypes.Value{}
		for name, of := range of.AttributeTypes {
			unknown[name] = tftypes.NewValue(of, tftypes.UnknownValue)
		}
		config := p.Dynamic(tftypes.NewValue(of, unknown))
		valid, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: action, Config: config})
		p.Must(err, valid.Diagnostics)
		planned, err := p.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: action, Config: config})
		if p.Must(err, planned.Diagnostics); len(planned.Diagnostics) > 0 {
			t.Errorf("%s: the plan has %v", action, planned.Diagnostics)
		}
		if got := unconfigured.PlanDiagnostics(action, `{"deployment_id": "x"`+c.valid+`}`); len(got) > 0 {
			t.Errorf("%s: without a credential the plan has %q", action, got)
		}
		unconfigured.Invoke(t.Context(), action, `{"deployment_id": "x"`+c.valid+`}`).WantDiagnostics(t, "ERROR  Provider configuration is not known at plan")
		for _, numbers := range c.outOfRange {
			p.Invoke(t.Context(), action, fmt.Sprintf(`{"deployment_id": "x"%s}`, numbers)).WantDiagnostics(t, "Number out of range")
		}
	}
	if sent := requested(env.API); len(sent) > 0 {
		t.Errorf("the API received %q", sent)
	}
}
