package deployment_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// invoked is how an action went.
type invoked struct {
	progress    []string
	diagnostics []string // severity, attribute, summary and detail
}

// actions is the part of the provider that acts.
type actions interface {
	ValidateActionConfig(context.Context, *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error)
	PlanAction(context.Context, *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error)
	InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error)
}

func (p *protocol) actions() actions { return p.ProviderServer.(actions) }

func (p *protocol) actionConfig(ctx context.Context, name, config string) *tfprotov6.DynamicValue {
	p.t.Helper()
	return p.value(p.schemas(ctx).ActionSchemas[name].Schema.ValueType(), config)
}

// invoke runs an action to its end.
func (p *protocol) invoke(ctx context.Context, name, config string) invoked {
	p.t.Helper()
	stream, err := p.actions().InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: name, Config: p.actionConfig(ctx, name, config)})
	p.ok(err, nil)
	var i invoked
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			i.progress = append(i.progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			i.diagnostics = texts(e.Diagnostics)
		}
	}
	return i
}

// texts are diagnostics as text.
func texts(diagnostics []*tfprotov6.Diagnostic) []string {
	var all []string
	for _, d := range diagnostics {
		all = append(all, fmt.Sprintf("%s %s %s: %s", d.Severity, d.Attribute, d.Summary, d.Detail))
	}
	return all
}

// tells checks the progress, message by message, each by a part of it.
func (i invoked) tells(t *testing.T, want ...string) {
	t.Helper()
	if !slices.EqualFunc(i.progress, want, strings.Contains) {
		t.Errorf("told %q, want %q", i.progress, want)
	}
}

// says checks the diagnostics, one by one, each by a part of it.
func (i invoked) says(t *testing.T, want ...string) {
	t.Helper()
	if !slices.EqualFunc(i.diagnostics, want, strings.Contains) {
		t.Errorf("said %q, want %q", i.diagnostics, want)
	}
}

// TestActions_validation shows what is refused before anything is applied, and
// that what is not known yet is not.
func TestActions_validation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	p := w.protocol(t)
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
		resp, err := p.actions().ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: c.action, Config: p.actionConfig(t.Context(), c.action, c.config)})
		p.ok(err, nil)
		said := strings.Join(texts(resp.Diagnostics), "\n")
		if (c.says == "") != (said == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: said %q, want %q", name, said, c.says)
		}
	}
	for _, name := range []string{extendAction, logsAction} {
		config := p.unknown(name)
		valid, err := p.actions().ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
		p.ok(err, valid.Diagnostics)
		planned, err := p.actions().PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: config})
		p.ok(err, planned.Diagnostics)
		if len(planned.Diagnostics) > 0 {
			t.Errorf("%s: the plan said %q", name, texts(planned.Diagnostics))
		}
	}
	if calls := w.Requests(); len(calls) > 0 {
		t.Errorf("asked %s %s", calls[0].Method, calls[0].Path)
	}
}

// unknown is a configuration of an action of which nothing is known yet.
func (p *protocol) unknown(name string) *tfprotov6.DynamicValue {
	p.t.Helper()
	of := p.schemas(p.t.Context()).ActionSchemas[name].Schema.ValueType().(tftypes.Object)
	members := map[string]tftypes.Value{}
	for attribute, of := range of.AttributeTypes {
		members[attribute] = tftypes.NewValue(of, tftypes.UnknownValue)
	}
	config, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, members))
	if err != nil {
		p.t.Fatal(err)
	}
	return &config
}

// TestActions_unknownProvider shows that a plan with a credential that is not
// known yet goes on, and that without one nothing is invoked.
func TestActions_unknownProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	p := w.unconfigured(t)
	for name, config := range map[string]string{extendAction: `{"deployment_id": "x", "hours": 1}`, logsAction: `{"deployment_id": "x"}`} {
		planned, err := p.actions().PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: p.actionConfig(t.Context(), name, config)})
		p.ok(err, planned.Diagnostics)
		p.invoke(t.Context(), name, config).says(t, "ERROR  Provider configuration not known yet")
	}
	if calls := w.Requests(); len(calls) > 0 {
		t.Errorf("asked %s %s", calls[0].Method, calls[0].Path)
	}
}

// TestActions_bounds shows that values which a plan did not know are held to the
// same bounds when they are known.
func TestActions_bounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	p := w.protocol(t)
	id := w.Add(caastest.Deployment{Name: "vllm"})
	w.ResetJournal()
	for action, configs := range map[string][]string{
		extendAction: {`"hours": 0`, `"hours": -5`},
		logsAction:   {`"lines": 0`, `"lines": 1001`, `"follow_seconds": 601`, `"follow_seconds": -1`},
	} {
		for _, config := range configs {
			p.invoke(t.Context(), action, fmt.Sprintf(`{"deployment_id": %q, %s}`, id, config)).says(t, "Number out of bounds")
		}
	}
	if calls := w.Requests(); len(calls) > 0 {
		t.Errorf("asked %s %s", calls[0].Method, calls[0].Path)
	}
}
