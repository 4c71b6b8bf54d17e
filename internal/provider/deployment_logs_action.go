package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

const (
	defaultLines, maxLines = 100, 1000
	maxFollowSeconds       = 600
)

// deploymentLogsAction is the action ioneth_caas_deployment_logs.
type deploymentLogsAction struct{ deploymentAction }

var _ action.ActionWithConfigure = (*deploymentLogsAction)(nil)

func newDeploymentLogsAction() action.Action { return &deploymentLogsAction{} }

type deploymentLogsModel struct {
	DeploymentID  types.String `tfsdk:"deployment_id"`
	Stream        types.String `tfsdk:"stream"`
	Lines         types.Int64  `tfsdk:"lines"`
	FollowSeconds types.Int64  `tfsdk:"follow_seconds"`
}

func (a *deploymentLogsAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment_logs"
}

func (a *deploymentLogsAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Prints the logs of the containers of a deployment as the action's progress, and optionally new lines for a limited time. " +
			"Requires Terraform 1.14 or later.\n\n" +
			"The provider redacts its own credentials in the logs. In an apply that also creates, updates or replaces the deployment, it redacts the values of `secret_env_variables`, `registry_secret` and their write-only attributes too. " +
			"In any other case the action does not know these values, because it has no access to the state: a secret that a container writes to its log is printed. Values shorter than six characters are never redacted. " +
			"An error of the action fails the apply that triggered it, and undoes nothing.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "ID of the deployment, a UUID.",
				Required:            true,
				Validators:          notEmpty(),
			},
			"stream": schema.StringAttribute{
				MarkdownDescription: "Stream to print: `stdout` or `stderr`. Defaults to both.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(deployment.LogStreams...)},
			},
			"lines": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("Number of existing lines to print from the end of each log. 1 to %d. Defaults to `%d`.", maxLines, defaultLines),
				Optional:            true,
				CustomType:          wholeNumberType{},
				Validators:          []validator.Int64{int64validator.Between(1, maxLines)},
			},
			"follow_seconds": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("Number of seconds for which the action also prints new lines of the logs. 0 to %d. Defaults to `0`: no new lines. It prints at most %d new lines of each log.",
					maxFollowSeconds, deployment.MaxFollowedLines),
				Optional:   true,
				CustomType: wholeNumberType{},
				Validators: []validator.Int64{int64validator.Between(0, maxFollowSeconds)},
			},
		},
	}
}

// Invoke implements action.Action.
func (a *deploymentLogsAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m deploymentLogsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	resp.Diagnostics.Append(validateRange("lines", m.Lines, 1, maxLines)...)
	resp.Diagnostics.Append(validateRange("follow_seconds", m.FollowSeconds, 0, maxFollowSeconds)...)
	if !a.requireConfigured(&resp.Diagnostics) {
		return
	}
	printMessage := progress(ctx, resp)
	id := m.DeploymentID.ValueString()
	containers, err := a.containers(ctx, id)
	switch {
	case caas.IsNotFound(err):
		resp.Diagnostics.Append(noContainersError(id, err)...)
		return
	case err != nil:
		resp.Diagnostics.Append(failure{summary: summaryContainersError, err: err, state: "No log was read.", next: invokeAgain}.errors()...)
		return
	case len(containers) == 0:
		printMessage(fmt.Sprintf("The deployment %s has no containers, so there are no logs.", id))
		return
	}
	logErrors := a.service.Logs(ctx, id, containers, m.options(), printMessage)
	resp.Diagnostics.Append(logDiagnostics(logErrors)...)
}

// containers reads the containers of a deployment.
func (a *deploymentLogsAction) containers(ctx context.Context, id string) ([]caas.Container, error) {
	ctx, cancel := a.service.WithTimeout(ctx, readTimeout)
	defer cancel()
	return a.service.Client().Containers(ctx, id)
}

// options returns what to print of the logs.
func (m deploymentLogsModel) options() deployment.LogOptions {
	options := deployment.LogOptions{
		Streams: deployment.LogStreams, Lines: defaultLines, Follow: time.Duration(m.FollowSeconds.ValueInt64()) * time.Second,
	}
	if stream := m.Stream.ValueString(); stream != "" {
		options.Streams = []string{stream}
	}
	if !m.Lines.IsNull() {
		options.Lines = int(m.Lines.ValueInt64())
	}
	return options
}

// logDiagnostics are one error for all logs that the API did not return, and a
// warning for each that was interrupted: its lines until then are printed.
func logDiagnostics(logErrors []*deployment.LogError) diag.Diagnostics {
	var diags diag.Diagnostics
	var missing []string
	var first error
	for _, e := range logErrors {
		if e.Opened {
			diags.Append(failure{
				summary: fmt.Sprintf("%s %s", summaryLogInterrupted, e.Log), err: e.Err, state: "The lines that were read before are printed.",
			}.warning()...)
			continue
		}
		missing = append(missing, e.Log)
		if first == nil {
			first = e.Err
		}
	}
	if first != nil {
		diags.Append(failure{
			summary: summaryLogError, err: first, state: fmt.Sprintf("Not printed: %s.", strings.Join(missing, "; ")), next: invokeAgain,
		}.errors()...)
	}
	return diags
}
