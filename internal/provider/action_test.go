package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// Invalid values are errors before the apply, and unknown ones are not.
func TestActions_validation(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p := env.Server(t)
	for name, c := range map[string]struct{ action, config, says string }{
		"extend":            {extendAction, `{"deployment_id": "x", "hours": 1}`, ""},
		"no hour":           {extendAction, `{"deployment_id": "x", "hours": 0}`, `AttributeName("hours") Invalid Attribute Value: Attribute hours value must be at least 1, got: 0`},
		"no id":             {extendAction, `{"deployment_id": "", "hours": 1}`, `AttributeName("deployment_id")`},
		"logs":              {logsAction, `{"deployment_id": "x"}`, ""},
		"logs with all":     {logsAction, `{"deployment_id": "x", "stream": "stderr", "lines": 1000, "follow_seconds": 600}`, ""},
		"another stream":    {logsAction, `{"deployment_id": "x", "stream": "stdin"}`, `AttributeName("stream") Invalid Attribute Value Match: Attribute stream value must be one of: ["stdout" "stderr"]`},
		"no lines":          {logsAction, `{"deployment_id": "x", "lines": 0}`, `AttributeName("lines")`},
		"too many lines":    {logsAction, `{"deployment_id": "x", "lines": 1001}`, `AttributeName("lines")`},
		"followed backward": {logsAction, `{"deployment_id": "x", "follow_seconds": -1}`, `AttributeName("follow_seconds")`},
		"followed too long": {logsAction, `{"deployment_id": "x", "follow_seconds": 601}`, `AttributeName("follow_seconds")`},
	} {
		resp, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: c.action, Config: p.ActionConfig(c.action, c.config)})
		p.Must(err, nil)
		said := strings.Join(acctest.Texts(resp.Diagnostics), "\n")
		if (c.says == "") != (said == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: said %q, want %q", name, said, c.says)
		}
	}
	for _, name := range []string{extendAction, logsAction} {
		config := unknownConfig(p, name)
		valid, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
		p.Must(err, valid.Diagnostics)
		planned, err := p.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: config})
		p.Must(err, planned.Diagnostics)
		if len(planned.Diagnostics) > 0 {
			t.Errorf("%s: the plan has %q", name, acctest.Texts(planned.Diagnostics))
		}
	}
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("asked %s %s", calls[0].Method, calls[0].Path)
	}
}

// unknownConfig returns a configuration of an action of which nothing is known yet.
func unknownConfig(p *acctest.Server, action string) *tfprotov6.DynamicValue {
	of := p.Schemas.ActionSchemas[action].Schema.ValueType().(tftypes.Object)
	attributes := map[string]tftypes.Value{}
	for name, of := range of.AttributeTypes {
		attributes[name] = tftypes.NewValue(of, tftypes.UnknownValue)
	}
	return p.Dynamic(tftypes.NewValue(of, attributes))
}

// With an unknown credential a plan succeeds, and an invocation is an error.
func TestActions_unknownProvider(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p := env.ServerWithUnknownToken(t)
	for name, config := range map[string]string{extendAction: `{"deployment_id": "x", "hours": 1}`, logsAction: `{"deployment_id": "x"}`} {
		planned, err := p.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: p.ActionConfig(name, config)})
		p.Must(err, planned.Diagnostics)
		p.Invoke(t.Context(), name, config).WantDiagnostics(t, "ERROR  Provider configuration is not known at plan")
	}
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("asked %s %s", calls[0].Method, calls[0].Path)
	}
}

// TestActions_ranges checks that values which were not known at plan are checked
// at apply.
func TestActions_ranges(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	p := env.Server(t)
	id := env.API.Add(caastest.Deployment{Name: "vllm"})
	env.API.ResetJournal()
	for action, configs := range map[string][]string{
		extendAction: {`"hours": 0`, `"hours": -5`},
		logsAction:   {`"lines": 0`, `"lines": 1001`, `"follow_seconds": 601`, `"follow_seconds": -1`},
	} {
		for _, config := range configs {
			p.Invoke(t.Context(), action, fmt.Sprintf(`{"deployment_id": %q, %s}`, id, config)).WantDiagnostics(t, "Number out of range")
		}
	}
	if calls := env.API.Requests("", ""); len(calls) > 0 {
		t.Errorf("asked %s %s", calls[0].Method, calls[0].Path)
	}
}
