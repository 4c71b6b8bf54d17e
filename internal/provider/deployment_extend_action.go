package provider

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// deploymentExtendAction is the action ioneth_caas_deployment_extend.
type deploymentExtendAction struct{ deploymentAction }

var (
	_ action.ActionWithConfigure  = (*deploymentExtendAction)(nil)
	_ action.ActionWithModifyPlan = (*deploymentExtendAction)(nil)
)

func newDeploymentExtendAction() action.Action { return &deploymentExtendAction{} }

type deploymentExtendModel struct {
	DeploymentID types.String  `tfsdk:"deployment_id"`
	Hours        types.Int64   `tfsdk:"hours"`
	MaxCostUSDC  types.Float64 `tfsdk:"max_cost_usdc"`
}

func (a *deploymentExtendAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment_extend"
}

func (a *deploymentExtendAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Buys hours for a deployment on every invocation. A deployment that has failed, has ended or is being terminated is an error. Requires Terraform 1.14 or later.\n\n" +
			"The action does not change `duration_hours` of the resource. A later increase of `duration_hours` takes the hours from the action into account: with `duration_hours = 24` and 10 hours from the action, 34 hours are paid for, so setting `duration_hours = 34` buys nothing. " +
			"To have the total in the configuration, increase `duration_hours` instead of invoking the action. That works with every version of Terraform.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "ID of the deployment, a UUID.",
				Required:            true,
				Validators:          notEmpty(),
			},
			"hours": schema.Int64Attribute{
				MarkdownDescription: "Number of hours to buy, paid in advance. Minimum 1.",
				Required:            true,
				CustomType:          wholeNumberType{},
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"max_cost_usdc": schema.Float64Attribute{
				MarkdownDescription: "Maximum that one invocation may spend, in USDC. Minimum 0. Checked at plan, unless `plan_checks = false` in the provider block, and again right before the purchase; " +
					"a higher price is an error. Defaults to no limit.",
				Optional:   true,
				Validators: []validator.Float64{float64validator.AtLeast(0)},
			},
		},
	}
}

// extendPlanTimeout limits the read of the deployment at plan.
const extendPlanTimeout = 30 * time.Second

// ModifyPlan reports at plan what the action costs and what it cannot do.
func (a *deploymentExtendAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var m deploymentExtendModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !a.isConfigured() || !a.planChecks ||
		m.DeploymentID.IsUnknown() || m.Hours.IsUnknown() || m.MaxCostUSDC.IsUnknown() {
		return // Invoke reports it
	}
	ctx, cancel := a.service.WithTimeout(ctx, extendPlanTimeout)
	defer cancel()
	id := m.DeploymentID.ValueString()
	d, err := a.service.Read(ctx, id)
	if err != nil && !errors.Is(err, deployment.ErrNotFound) {
		resp.Diagnostics.Append(failure{
			summary: summaryReadError, err: err, state: "The apply shows what the extension costs and whether it is possible.",
		}.warning()...)
		return
	}
	if resp.Diagnostics.Append(extendable(id, d, err)...); resp.Diagnostics.HasError() {
		return
	}
	purchase := m.purchase(d)
	cost, err := a.service.Price(ctx, purchase)
	if err != nil {
		resp.Diagnostics.Append(priceError(purchase, a.service.IsLimited(purchase), err, "It is not known what the extension costs.", locateHours)...)
		return
	}
	if over := purchase.CheckCost(cost); over != nil {
		resp.Diagnostics.Append(budgetErrors(over, nothingBought, runAgain, locateHours)...)
		return
	}
	resp.Diagnostics.Append(purchaseWarning(purchase, cost)...)
}

// Invoke buys the hours, at most once.
func (a *deploymentExtendAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m deploymentExtendModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	resp.Diagnostics.Append(validateRange("hours", m.Hours, 1, math.MaxInt64)...)
	if !a.requireConfigured(&resp.Diagnostics) {
		return
	}
	printMessage := progress(ctx, resp)
	ctx, cancel := a.service.WithTimeout(ctx, updateTimeout)
	defer cancel()
	id := m.DeploymentID.ValueString()
	d, err := a.service.Read(ctx, id)
	if resp.Diagnostics.Append(extendable(id, d, err)...); resp.Diagnostics.HasError() {
		return
	}
	purchase := m.purchase(d)
	// Only to say what it costs: Extend checks the budget, and whether ctx has ended.
	cost, err := a.service.Price(ctx, purchase)
	switch {
	case err == nil && purchase.CheckCost(cost) == nil:
		printMessage(fmt.Sprintf("Buying %s: %.2f USDC, %.2f an hour.", purchase, cost, cost/float64(purchase.Hours)))
	case !a.service.IsLimited(purchase) && ctx.Err() == nil:
		resp.Diagnostics.Append(priceError(purchase, false, err, "No budget is set, so this invocation tries to buy the hours at any price.", locateHours)...)
		printMessage(fmt.Sprintf("Buying %s. The price could not be read.", purchase))
	}

	total, err := a.service.Extend(ctx, purchase, d.PaidHours)
	if err != nil {
		resp.Diagnostics.Append(extendError(purchase, err)...)
		return
	}
	printMessage(extendedMessage(purchase, d, total))
}

// purchase returns what the action buys for a deployment.
func (m deploymentExtendModel) purchase(d *deployment.Deployment) deployment.Purchase {
	return deployment.Purchase{
		DeploymentID: m.DeploymentID.ValueString(), Name: d.Name, HardwareID: int64(d.HardwareID), GPUsPerContainer: int64(d.GPUsPerContainer),
		Replicas: int64(d.TotalContainers), LocationIDs: expandInt64s(flattenLocationIDs(d.Locations)),
		Hours: m.Hours.ValueInt64(), MaxCost: m.MaxCostUSDC.ValueFloat64Pointer(),
	}
}

// extendedMessage says until when the deployment is paid for, as far as the API
// returned that before the purchase. It may show the hours late.
func extendedMessage(p deployment.Purchase, d *deployment.Deployment, total int64) string {
	message := fmt.Sprintf("Bought %s.", p)
	if d.PaidHours == 0 {
		return message
	}
	message += fmt.Sprintf(" %s are paid for in total", deployment.Plural(total, "hour"))
	if d.EndsAt.IsZero() {
		return message + "."
	}
	return message + fmt.Sprintf(", until %s.", d.EndsAt.Add(time.Duration(p.Hours)*time.Hour).Format(time.RFC3339))
}

// extendable returns an error for a deployment that can't be extended. err is why
// it could not be read.
func extendable(id string, d *deployment.Deployment, err error) diag.Diagnostics {
	at, next := path.Root("deployment_id"), recreateEnded
	if d != nil && d.Status != caas.StatusCompleted {
		next = "To run it again, and pay for it again, keep its resource in the configuration and run terraform apply"
		if d.Status == caas.StatusTerminationRequested {
			next += " when io.net has destroyed the deployment"
		}
		next += "."
	}
	switch {
	case errors.Is(err, deployment.ErrNotFound):
		return noDeploymentError(at, fmt.Sprintf("ID %q", id), err)
	case err != nil:
		return failure{summary: summaryReadError, err: err, state: nothingBought, next: invokeAgain}.errors()
	case d.Status == caas.StatusFailed:
		return errorAt(at, summaryEndedNoExtend, fmt.Sprintf("The deployment %s has failed. %s", id, nothingBought),
			"Fix the deployment first: correct the configuration of its resource and run terraform apply, which costs nothing.")
	case !d.Live():
		return errorAt(at, summaryEndedNoExtend, fmt.Sprintf(
			"The deployment %s has the status %q%s, so it cannot be extended. %s", id, d.Status, since(stringOrNull(d.FinishedAt.RFC3339())), nothingBought), next)
	default:
		return nil
	}
}

// extendError explains an extension that failed.
func extendError(p deployment.Purchase, err error) diag.Diagnostics {
	var unconfirmed *deployment.UnconfirmedError
	f := failure{summary: summaryExtendError, err: err, state: nothingBought, next: invokeAgain, locate: locateHours}
	if over := budgetErrors(err, "The hours were not bought.", f.next, f.locate); over != nil {
		return over
	}
	switch {
	case rejectsConfiguration(err) && !errors.Is(err, deployment.ErrNoCredits):
		f.next = "Correct the configuration and invoke the action again."
	case errors.Is(err, deployment.ErrNoCredits):
		f.summary = summaryNoCreditsExtend
		f.next = addCredits + " and invoke the action again."
	case errors.As(err, &unconfirmed):
		f.summary = summaryExtendUnconfirmed
		f.state = fmt.Sprintf("It is not known whether %s for the deployment %s were bought.", deployment.Plural(p.Hours, "hour"), p.DeploymentID)
		f.next = checkHours + "Each invocation of the action buys the hours again."
	}
	return f.errors()
}

// locateHours returns the attribute that a 422 of the extension is about.
func locateHours(loc []string) (path.Path, bool) {
	return path.Root("hours"), slices.Contains(loc, "duration_hours")
}
