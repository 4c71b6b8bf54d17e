package deployment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

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

// ExtendAction is the action ioneth_caas_deployment_extend.
type ExtendAction struct{ act }

var (
	_ action.ActionWithConfigure  = (*ExtendAction)(nil)
	_ action.ActionWithModifyPlan = (*ExtendAction)(nil)
)

// NewExtendAction makes the action; Configure gives it its session.
func NewExtendAction() action.Action { return &ExtendAction{} }

type extendModel struct {
	DeploymentID types.String `tfsdk:"deployment_id"`
	Hours        types.Int64  `tfsdk:"hours"`
}

// Metadata implements action.Action.
func (a *ExtendAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment_extend"
}

// Schema implements action.Action.
func (a *ExtendAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Buys hours more for a deployment, now, each time that it is invoked. It says what they cost and when the deployment then ends. " +
			"A deployment that has ended is refused. Needs Terraform 1.14 or later.\n\n" +
			"The action does not change `duration_hours` of the resource, which is the total to pay for: " +
			"raised later, it buys what is missing to that total, and hours that the action bought count. " +
			"To have the duration in the configuration, raise `duration_hours` instead; that works with every Terraform.",
		Attributes: map[string]schema.Attribute{
			"deployment_id": schema.StringAttribute{
				MarkdownDescription: "Id of the deployment, a UUID.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"hours": schema.Int64Attribute{
				MarkdownDescription: "Hours to add; at least 1. They are paid for up front.",
				Required:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
		},
	}
}

// ModifyPlan implements action.ActionWithModifyPlan: it says what the action
// costs, and refuses what can't be done, before anything is applied.
func (a *ExtendAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var m extendModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !a.known() || !a.PlanChecks || m.DeploymentID.IsUnknown() || m.Hours.IsUnknown() {
		return // Invoke says the same
	}
	ctx, cancel := a.Clock.WithTimeout(ctx, planTime)
	defer cancel()
	id := m.DeploymentID.ValueString()
	d, err := a.Client.Deployment(ctx, id)
	if err != nil && !caas.IsNotFound(err) {
		resp.Diagnostics.Append(diagnose.Failure{
			Summary: "Deployment to extend not read", Err: err, State: "What the extension costs, and whether it can be made, shows when it is invoked.",
		}.Warning())
		return
	}
	if resp.Diagnostics.Append(extensible(id, d, err)...); resp.Diagnostics.HasError() {
		return
	}
	cost, err := a.price(ctx, extensionOf(d, m.Hours.ValueInt64()))
	if err != nil {
		resp.Diagnostics.Append(priceNotKnown(err, "What the extension costs is not known."))
		return
	}
	resp.Diagnostics.AddWarning(fmt.Sprintf("Purchase of %s more for the deployment %s, %.2f USDC", plural(m.Hours.ValueInt64(), "hour"), id, cost),
		fmt.Sprintf("The action pays %.2f USDC up front, %.2f an hour, each time that it is invoked.%s",
			cost, cost/float64(m.Hours.ValueInt64()), live{Deployment: d}.untilWords()))
}

// Invoke implements action.Action. The hours are bought at most once.
func (a *ExtendAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m extendModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	resp.Diagnostics.Append(hold("hours", m.Hours, 1, math.MaxInt64)...)
	if !a.ready(&resp.Diagnostics) {
		return
	}
	tell := telling(ctx, resp)
	ctx, cancel := a.Clock.WithTimeout(ctx, updateTimeout)
	defer cancel()
	id, hours := m.DeploymentID.ValueString(), m.Hours.ValueInt64()
	e := extension{Session: a.Session, id: id}

	before, d, err := e.paid(ctx)
	if errors.Is(err, errHoursMissing) {
		err = nil // they are told later, or only a lost answer can't be made up for
	}
	if resp.Diagnostics.Append(extensible(id, d, err)...); resp.Diagnostics.HasError() {
		return
	}
	what := fmt.Sprintf("%s more for the deployment %s", plural(hours, "hour"), id)
	cost, err := a.price(ctx, extensionOf(d, hours))
	switch {
	case ctx.Err() != nil:
		resp.Diagnostics.AddError("Interrupted before the deployment was extended", fmt.Sprintf("Nothing was bought; the deployment %s runs on as it was.", id))
		return
	case err != nil:
		resp.Diagnostics.Append(priceNotKnown(err, "The hours are bought at whatever they cost."))
		tell("Buying %s. The price is not known.%s", what, live{Deployment: d}.untilWords())
	default:
		tell("Buying %s: %.2f USDC, %.2f an hour.%s", what, cost, cost/float64(hours), live{Deployment: d}.untilWords())
	}

	if err := e.buy(ctx, before, hours); err != nil {
		resp.Diagnostics.Append(notExtended(id, hours, err)...)
		return
	}
	seen, _ := e.grown(ctx, before, settlingTime) // only for the text
	tell("Bought %s.%s", what, live{Deployment: seen}.newEndWords())
}

// extensible refuses a deployment that can't be extended. err is why it could
// not be read.
func extensible(id string, d *caas.Deployment, err error) diag.Diagnostics {
	at := path.Root("deployment_id")
	var apiErr *caas.Error
	switch {
	case caas.IsNotFound(err) && errors.As(err, &apiErr):
		return diag.Diagnostics{noSuchDeployment(at, fmt.Sprintf("id %q", id), apiErr.Where())}
	case err != nil:
		return diagnose.Failure{
			Summary: "Deployment to extend not read", Err: err, State: "Nothing was bought.", Next: "Invoke the action again.",
		}.Diagnostics()
	case d.Status.Ended() || d.Status == caas.StatusTerminationRequested:
		ended := textOrNull(d.FinishedAt.RFC3339())
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Deployment has ended and can't be extended", fmt.Sprintf(
			"The deployment %s is %s%s. Nothing was bought. To run it again, deploy it anew: "+
				"with recreate_when_ended = true, or terraform apply -replace=ADDRESS with the address of its resource.", id, d.Status, since(ended)))}
	default:
		return nil
	}
}

// extensionOf is what an extension buys, for its price.
func extensionOf(d *caas.Deployment, hours int64) purchase {
	p := purchase{more: hours, definition: definition{
		hardware: int64(d.HardwareID), gpus: int64(d.GPUsPerContainer), replicas: int64(d.TotalContainers),
	}}
	for _, at := range d.Locations {
		p.locations = append(p.locations, int64(at.ID))
	}
	slices.Sort(p.locations)
	return p
}

func priceNotKnown(err error, state string) diag.Diagnostic {
	return diagnose.Failure{Summary: "Price of the extension not known", Err: err, State: state}.Warning()
}

// untilWords say when the time paid for is up.
func (l live) untilWords() string {
	if end := l.endsAt(0); !end.IsZero() && l.paidHours() > 0 {
		return fmt.Sprintf(" Its time, %s in all, is up at %s so far.", plural(l.paidHours(), "hour"), end.RFC3339())
	}
	return ""
}

// newEndWords say when the time paid for is up after an extension; l is empty
// where the API does not show it.
func (l live) newEndWords() string {
	switch {
	case l.Deployment == nil:
		return " The API does not show the new end yet."
	case l.endsAt(0).IsZero():
		return fmt.Sprintf(" %s are paid for in all; they begin when it runs.", plural(l.paidHours(), "hour"))
	default:
		return fmt.Sprintf(" It now ends at %s: %s are paid for in all.", l.endsAt(0).RFC3339(), plural(l.paidHours(), "hour"))
	}
}

// notExtended explains an extension that failed.
func notExtended(id string, hours int64, err error) diag.Diagnostics {
	f := diagnose.Failure{Summary: "Deployment not extended", Err: err}
	f.Locate = func(loc []string) (path.Path, bool) {
		return path.Root("hours"), slices.Contains(loc, "duration_hours")
	}
	f.State = fmt.Sprintf("Nothing was bought; the deployment %s runs on as it was.", id)
	f.Next = "Invoke the action again."
	switch {
	case errors.Is(err, caas.ErrPaymentRequired):
		f.Summary = "Not enough credits to extend the deployment"
		f.Next = "Add credits to the account in io.net's web console and invoke the action again."
	case caas.IsRefused(err):
	case errors.Is(err, errNotExtended):
		f.Summary, f.State = notConfirmed(id)
		f.Next = "Check the hours paid for with the data source ioneth_caas_deployment or in io.net's web console. " +
			"Invoke the action again only if they have not increased: each time it buys the hours again."
	default:
		f.Summary = "Deployment may have been extended"
		f.State = fmt.Sprintf("Whether %s were bought for the deployment %s is not known.", plural(hours, "hour"), id)
		f.Next = "Look up when it ends, with terraform plan or in io.net's web console, before the action is invoked again: each time it buys the hours anew."
	}
	return f.Diagnostics()
}
