package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

const (
	defaultLines, maxLines = 100, 1000
	maxFollow              = 600 // seconds
)

// LogsAction is the action ioneth_caas_deployment_logs.
type LogsAction struct{ act }

var _ action.ActionWithConfigure = (*LogsAction)(nil)

// NewLogsAction makes the action; Configure gives it its session.
func NewLogsAction() action.Action { return &LogsAction{} }

type logsModel struct {
	DeploymentID  types.String `tfsdk:"deployment_id"`
	Stream        types.String `tfsdk:"stream"`
	Lines         types.Int64  `tfsdk:"lines"`
	FollowSeconds types.Int64  `tfsdk:"follow_seconds"`
}

// Metadata implements action.Action.
func (a *LogsAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment_logs"
}

// Schema implements action.Action.
func (a *LogsAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Prints what the containers of a deployment have written, and what they go on to write, as the action's progress. " +
			"Needs Terraform 1.14 or later.\n\n" +
			"The provider redacts its own credentials. It redacts the values of `secret_env_variables`, `registry_secret` and their write-only twins only in an apply that " +
			"creates, updates or replaces the deployment: an action has no access to the state, so a secret that a container writes to its log is printed at any other time. " +
			"A failed action fails the apply that triggered it and undoes nothing.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "Id of the deployment, a UUID.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"stream": schema.StringAttribute{
				MarkdownDescription: "What to print: `stdout` or `stderr`. Default: both.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf("stdout", "stderr")},
			},
			"lines": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How many lines to print of what each log holds, the last ones; 1 to %d. Default `%d`.", maxLines, defaultLines),
				Optional:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators:          []validator.Int64{int64validator.Between(1, maxLines)},
			},
			"follow_seconds": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How long to go on printing new lines, 0 to %d seconds, and at most %d lines of each log. Default `0`.", maxFollow, maxFollowed),
				Optional:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators:          []validator.Int64{int64validator.Between(0, maxFollow)},
			},
		},
	}
}

// Invoke implements action.Action.
func (a *LogsAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m := logsModel{}
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	resp.Diagnostics.Append(hold("lines", m.Lines, 1, maxLines)...)
	resp.Diagnostics.Append(hold("follow_seconds", m.FollowSeconds, 0, maxFollow)...)
	if !a.ready(&resp.Diagnostics) {
		return
	}
	tell := telling(ctx, resp)
	id := m.DeploymentID.ValueString()
	containers, err := a.containersOf(ctx, id)
	if err != nil {
		resp.Diagnostics.Append(noLogs(id, err)...)
		return
	}
	if len(containers) == 0 {
		tell("The deployment %s has no containers, so there are no logs.", id)
		return
	}

	logs := &tails{lines: m.lines(), follow: time.Duration(m.FollowSeconds.ValueInt64()) * time.Second, print: tell}
	for _, c := range inOrder(containers) {
		for _, stream := range m.streams() {
			logs.add("Container "+string(c.ContainerID)+", "+stream, func(ctx context.Context) (logReader, error) {
				return a.Client.Log(ctx, id, string(c.ContainerID), stream)
			})
		}
	}
	logs.run(ctx, a.Clock)
	resp.Diagnostics.Append(logs.diagnostics()...)
}

// containersOf are a deployment's containers, read in a bounded time.
func (a *LogsAction) containersOf(ctx context.Context, id string) ([]caas.Container, error) {
	ctx, cancel := a.ReadContext(ctx)
	defer cancel()
	return a.Client.Containers(ctx, id)
}

func (m logsModel) streams() []string {
	if stream := m.Stream.ValueString(); stream != "" {
		return []string{stream}
	}
	return []string{"stdout", "stderr"}
}

func (m logsModel) lines() int {
	if m.Lines.IsNull() {
		return defaultLines
	}
	return int(m.Lines.ValueInt64())
}

// noLogs explains a deployment whose containers could not be read.
func noLogs(id string, err error) diag.Diagnostics {
	var apiErr *caas.Error
	if caas.IsNotFound(err) && errors.As(err, &apiErr) {
		return diag.Diagnostics{noSuchDeployment(path.Root("deployment_id"), fmt.Sprintf("id %q", id), apiErr.Where())}
	}
	return diagnose.Failure{
		Summary: "Containers not read", Err: err, State: "No log was read.", Next: "Invoke the action again.",
	}.Diagnostics()
}

// diagnostics are an error for logs that were rejected, and a warning for each
// that was interrupted: what it held until then is printed.
func (g *tails) diagnostics() diag.Diagnostics {
	var diags diag.Diagnostics
	var rejected []string
	var why error
	for _, t := range g.all {
		switch {
		case t.err != nil && t.opened:
			diags.Append(diagnose.Failure{Summary: fmt.Sprintf("Log of %s was interrupted", t.name), Err: t.err, State: "The lines read until then are printed."}.Warning())
		case t.err != nil:
			rejected = append(rejected, t.name)
			if why == nil {
				why = t.err
			}
		}
	}
	if why != nil {
		diags.Append(diagnose.Failure{
			Summary: "Error reading log", Err: why, State: fmt.Sprintf("Not printed: %s.", strings.Join(rejected, "; ")), Next: "Invoke the action again.",
		}.Diagnostics()...)
	}
	return diags
}
