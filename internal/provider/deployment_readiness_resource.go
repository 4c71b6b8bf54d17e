package provider

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// readyTimeout is how long a deployment may take to become ready when the
// configuration does not say: a large model takes up to an hour to load (seen).
const readyTimeout = 60 * time.Minute

// deploymentReadinessResource is ioneth_caas_deployment_readiness. It stands for
// the fact that a deployment answers. It is a resource of its own, so that a
// service that does not answer fails the apply without tainting the deployment,
// and so that what depends on it waits.
type deploymentReadinessResource struct{ *providerData }

var _ resource.ResourceWithConfigure = (*deploymentReadinessResource)(nil)

func newDeploymentReadinessResource() resource.Resource { return &deploymentReadinessResource{} }

type deploymentReadinessModel struct {
	DeploymentID types.String   `tfsdk:"deployment_id"`
	Path         types.String   `tfsdk:"path"`
	Triggers     types.Map      `tfsdk:"triggers"`
	URLs         types.List     `tfsdk:"urls"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

func (r *deploymentReadinessResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment_readiness"
}

func (r *deploymentReadinessResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Readiness check of a deployment. The creation of this resource repeats GET requests to the public URL of each container, with `path` appended, until all containers answer with a 2xx status. Redirects are not followed. " +
			"This resource buys nothing, and destroying it does nothing. When the deployment does not become ready, the apply fails, the deployment is not tainted, and the next apply waits again.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "ID of the deployment, a UUID. Changing this forces replacement.",
				Required:            true,
				Validators:          notEmpty(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"path": schema.StringAttribute{
				MarkdownDescription: "Path of the request, which must start with `/` and contain neither spaces nor `#`, such as `\"/health\"`. Defaults to `\"/\"`. Changing this forces replacement.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString("/"),
				Validators:          []validator.String{stringvalidator.RegexMatches(regexp.MustCompile(`^/[^\s#]*$`), "must be a path that starts with /, without spaces and without #")},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"triggers": schema.MapAttribute{
				MarkdownDescription: "Arbitrary strings. When one of them changes, the provider waits for readiness again, for example after the image was changed in place. Defaults to no triggers. Changing this forces replacement.",
				ElementType:         types.StringType,
				Optional:            true,
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"urls": schema.ListAttribute{
				MarkdownDescription: "Public URLs of the containers, ordered by container ID. Anyone who knows a URL can call it.",
				ElementType:         types.StringType,
				Computed:            true,
				PlanModifiers:       []planmodifier.List{listplanmodifier.UseStateForUnknown()},
			},
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
				Create:            true,
				CreateDescription: "Timeout of the wait until every container answers with a 2xx status. A duration such as `\"30m\"` or `\"1h\"`, longer than 0. Defaults to `\"60m\"`.",
			}),
		},
	}
}

func (r *deploymentReadinessResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.providerData = providerDataOf(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *deploymentReadinessResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config deploymentReadinessModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(validateTimeouts(config.Timeouts)...)
}

// Create waits until the deployment is ready.
func (r *deploymentReadinessResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan deploymentReadinessModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, readyTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.service.WithTimeout(ctx, timeout)
	defer cancel()
	id := plan.DeploymentID.ValueString()
	urls, err := r.service.WaitReady(ctx, id, plan.Path.ValueString())
	if err != nil {
		resp.Diagnostics.Append(readinessError(id, err)...)
		return
	}
	plan.URLs = flattenStrings(urls)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// readinessError explains a deployment that did not become ready. It is not
// tainted and keeps running.
func readinessError(id string, err error) diag.Diagnostics {
	f := failure{
		summary: summaryNotReady, err: err,
		state: fmt.Sprintf("The deployment %s is not tainted and stays in the state; its prepaid time continues to run.", id),
		next:  "Run terraform apply again to wait again, which buys nothing.",
	}
	switch {
	case errors.Is(err, deployment.ErrTimeout):
		f.next = "Check path, and check the containers with the data source ioneth_caas_containers or the action ioneth_caas_deployment_logs. " +
			"Run terraform apply again to wait again, which buys nothing; increase timeouts.create if the service needs more time to load."
	case errors.Is(err, deployment.ErrNotFound), errors.Is(err, deployment.ErrEnded):
		f.state = fmt.Sprintf("The deployment %s keeps its values in the state.", id)
		f.next = "Run terraform plan to see the status of the deployment."
	case errors.Is(err, deployment.ErrFailed):
		f.state = fmt.Sprintf("The deployment %s is not tainted and stays in the state.", id)
		f.next = "To see why, use the data source ioneth_caas_containers or the action ioneth_caas_deployment_logs. " +
			"Correct the configuration of the deployment and run terraform apply again: a change in place costs nothing."
	}
	var notReady *deployment.NotReadyError
	if errors.As(err, &notReady) {
		f.state = paragraphs("The last responses of the containers:\n- "+strings.Join(notReady.Answers, "\n- "), f.state)
	}
	return f.errors()
}

// Read keeps the state: readiness was reached once, and a service that stops
// answering later is not a reason to plan anything.
func (r *deploymentReadinessResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {
}

// Update writes the plan: only timeouts can change in place.
func (r *deploymentReadinessResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

// Delete removes the resource from the state. The deployment stays as it is.
func (r *deploymentReadinessResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}
