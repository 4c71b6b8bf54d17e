package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// purchaseWarning reports what the apply buys.
func purchaseWarning(p deployment.Purchase, cost float64) diag.Diagnostics {
	text := fmt.Sprintf("It costs %.2f USDC, paid in advance, which is %.2f an hour", cost, cost/float64(max(p.Hours, 1)))
	if p.DeploymentID == "" {
		text += fmt.Sprintf(", for %s of %d GPUs on hardware %d", deployment.Plural(p.Replicas, "container"), p.GPUsPerContainer, p.HardwareID)
	} else {
		text += ", for the deployment " + p.DeploymentID
	}
	if p.MaxCost == nil {
		text += fmt.Sprintf(". To cap the cost, set max_cost_usdc = %s.", roundedUp(cost))
	} else {
		text += fmt.Sprintf("; max_cost_usdc = %s allows it.", exact(*p.MaxCost))
	}
	return warning(fmt.Sprintf("%s %s, %.2f USDC", summaryPurchase, p, cost), text)
}

// notOfferedErrors are those for hardware or locations that the API rejects to
// price: a deploy call would be rejected too.
func notOfferedErrors(err error) diag.Diagnostics {
	var apiErr *caas.Error
	if !errors.As(err, &apiErr) || apiErr.Status != http.StatusUnprocessableEntity {
		return nil
	}
	var diags diag.Diagnostics
	for _, problem := range apiErr.Problems {
		at, ok := locateAttribute(problem.Loc)
		if ok && (at.Equal(attributePaths["hardware_id"]) || at.Equal(locationIDsPath)) {
			diags.Append(errorAt(at, summaryNotOffered, fullStop("The API returned no price: "+problem.String()), lookUpIDs, apiErr.Where())...)
		}
	}
	return diags
}

// priceUnknownError is for a replacement under a budget whose price depends on
// something unknown: the apply would destroy first, and then find that the budget
// does not allow the purchase.
func priceUnknownError(name string) diag.Diagnostics {
	return errorAt(maxCostPath, summaryBudgetUnverified, fmt.Sprintf(
		"The plan replaces the deployment %q, and its price or max_cost_usdc depends on values that are not known yet. "+
			"Without create_before_destroy, which the provider cannot see, the apply destroys the deployment before the price can be compared with max_cost_usdc or max_total_cost_usdc.", name),
		"First apply the resources that the values come from, with terraform apply -target=ADDRESS, or remove the limits.")
}

// capacityDiagnostics report too little capacity.
func capacityDiagnostics(spec deployment.Spec, s *deployment.Shortage, replaced *replacedDeployment) diag.Diagnostics {
	text := fmt.Sprintf("%q requires capacity for %s on hardware %d. The chosen locations have capacity for: %s.",
		spec.Name, deployment.Plural(spec.Replicas, "container"), spec.HardwareID, joinLocations(s.Chosen))
	next := "No other location has enough capacity. Choose fewer replicas or other hardware, or apply when there is capacity."
	if len(s.Others) > 0 {
		next = fmt.Sprintf("Other locations have enough capacity: %s. Add one to location_ids, or apply when there is capacity.", joinLocations(s.Others))
	}
	if !replaced.isRunning() {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(locationIDsPath, summaryCapacity, paragraphs(text, next))}
	}
	if s.Freed > 0 {
		text += fmt.Sprintf(" The replacement frees capacity for %s, which does not suffice.", deployment.Plural(s.Freed, "more container"))
	}
	text += fmt.Sprintf(" The deployment %s runs. Without create_before_destroy, which the provider cannot see, the apply destroys it before it creates the new one.", replaced.ID)
	return errorAt(locationIDsPath, summaryCapacity, text, next, "To plan without this check, set plan_checks = false in the provider block.")
}

func joinLocations(rows []caas.Availability) string {
	texts := make([]string, len(rows))
	for i, row := range rows {
		if row.Name == "" && row.ISO2 == "" {
			texts[i] = fmt.Sprintf("none in location %d, which does not offer this hardware", int64(row.ID))
			continue
		}
		texts[i] = fmt.Sprintf("%s in location %d (%s, %s)", deployment.Plural(int64(row.AvailableReplicas), "container"), int64(row.ID), row.ISO2, row.Name)
	}
	return strings.Join(texts, "; ")
}

// replacementWarnings report what a replacement of a deployment costs.
func replacementWarnings(ctx context.Context, planned *deploymentModel, replaced *replacedDeployment) diag.Diagnostics {
	until := ""
	if replaced.EndsAt != "" {
		until = " It is paid for until " + replaced.EndsAt + "."
	}
	down := "With create_before_destroy the old deployment runs until the replacement is created. Without it the service is down until the replacement is running."
	if planned.NamePrefix.IsNull() && planned.ResourcePrivateName.ValueString() == replaced.Name {
		down = "The service is down until the replacement is running. create_before_destroy, on this resource or one that depends on it, requires resource_private_name_prefix."
	}
	diags := warning(fmt.Sprintf("%s %q", summaryReplaces, replaced.Name),
		fmt.Sprintf("Replacing the deployment %s stops it.%s %s %s", replaced.ID, until, refundRule, down))
	if !isFullyKnown(ctx, planned.ContainerConfig, planned.RegistryConfig, planned.LocationIDs, planned.HardwareID, planned.DurationHours) {
		diags.AddWarning(summaryUncheckedReplace, fmt.Sprintf(
			"The plan replaces the deployment %q, and some of its new values are not known yet. Without create_before_destroy, the apply destroys the running deployment before it can check them, "+
				"so an invalid value leaves nothing running. To check them first, apply the resources that they come from, with terraform apply -target=ADDRESS.", replaced.Name))
	}
	return diags
}

// lostSecretsWarning reports secret variables that Terraform does not manage: a
// change in place leaves them, a replacement does not have them.
func lostSecretsWarning(state *deploymentModel) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(containerConfigPath, summaryLostSecrets, fmt.Sprintf(
		"The deployment %[1]s has secret variables that Terraform does not manage: %[2]s. The new deployment has only the variables that the configuration sets. To keep %[2]s, add them to container_config.secret_env_variables_wo.",
		state.DeploymentID.ValueString(), strings.Join(expandStrings(state.SecretEnvKeys), ", ")))}
}

// minimumCharge is what every deployment costs at least (reference).
const minimumCharge = time.Hour

// firstHourWarning reports the destruction of a deployment in the hour that is
// charged in full.
func firstHourWarning(state *deploymentModel, now time.Time) diag.Diagnostics {
	when := "has not started yet, but its first hour is charged"
	if start, ok := parseTime(state.StartedAt); ok {
		if now.Sub(start) >= minimumCharge {
			return nil
		}
		when = "started at " + state.StartedAt.ValueString()
	}
	return warning(fmt.Sprintf("%s %q", summaryFirstHour, state.ResourcePrivateName.ValueString()),
		fmt.Sprintf("The deployment %s %s. %s", state.DeploymentID.ValueString(), when, refundRule))
}

func durationError(state *deploymentModel, planned int64) diag.Diagnostics {
	hours := state.DurationHours.ValueInt64()
	return errorAt(path.Root("duration_hours"), summaryDurationDecreased,
		fmt.Sprintf("duration_hours is decreased from %d to %d. Hours are paid in advance, and the API can only add hours.", hours, planned),
		fmt.Sprintf("Set duration_hours = %d or more. To end the deployment early, destroy it. %s", hours, refundRule))
}

// endedError is for a change to a deployment that cannot be changed.
func endedError(state *deploymentModel) diag.Diagnostics {
	next := "To recreate it with this configuration, and pay for it again, set recreate_when_ended = true. To leave it as it is, undo the change."
	if state.status() == caas.StatusTerminationRequested {
		next = "Undo the change, or wait until the deployment is destroyed and run terraform apply again: then it leaves the state, and the apply buys a new one with this configuration."
	}
	return errorAt(path.Empty(), summaryEndedNoChange, fmt.Sprintf(
		"The deployment %s has the status %q%s, so it can be neither changed nor extended.", state.DeploymentID.ValueString(), state.Status.ValueString(), since(state.FinishedAt)),
		next)
}

// statusWarnings report a deployment that does not run, in a plan that does not
// change it.
func statusWarnings(state *deploymentModel, waits bool) diag.Diagnostics {
	id, name, status := state.DeploymentID.ValueString(), state.ResourcePrivateName.ValueString(), state.Status.ValueString()
	what := fmt.Sprintf("The deployment %s (%q) has the status %q%s", id, name, status, since(state.FinishedAt))
	switch caas.Status(status) {
	case caas.StatusCompleted:
		return warning(summaryEnded, fmt.Sprintf("%s: its prepaid time has expired. It cost %.2f USDC and stays in the state.", what, state.AmountPaidUSDC.ValueFloat64()),
			recreateEnded+" To remove it from the state, remove it from the configuration.")
	case caas.StatusFailed:
		return warning(summaryFailed, what+" and stays in the state.",
			"To fix it in place, which costs nothing, correct the configuration and run terraform apply. "+
				"To replace it, which buys a new deployment, run terraform apply -replace=ADDRESS with the address of this resource.")
	case caas.StatusTerminationRequested:
		return warning(summaryEnding, what+". It can be neither changed nor extended. Terraform removes it from the state after it is destroyed.")
	case caas.StatusRequested:
		if waits {
			return warning(summaryNotRunning, what+": it is still starting. The next terraform plan shows its status again.")
		}
	}
	return nil
}

// endsSoon is how close the end of a deployment is worth a warning.
const endsSoon = time.Hour

func endsSoonWarning(state *deploymentModel, now time.Time) diag.Diagnostics {
	end, known := parseTime(state.EndsAt)
	// The end of a failed deployment may be in the past, and it uses no prepaid time.
	if !known || state.status() == caas.StatusFailed || end.Sub(now) > endsSoon {
		return nil
	}
	return warning(summaryEndsSoon, fmt.Sprintf(
		"The prepaid time of the deployment %q expires at %s. To extend the deployment along with this change, set duration_hours to more than %d, the number of hours already paid for.",
		state.ResourcePrivateName.ValueString(), state.EndsAt.ValueString(), state.paidHours()))
}

// unknownWarnings report attributes that replace the deployment and are not known:
// the plan shows an update, which becomes nothing when the values turn out equal.
func unknownWarnings(attributes []string, name string) diag.Diagnostics {
	if len(attributes) == 0 {
		return nil
	}
	return warning(summaryUnknownReplace, fmt.Sprintf(
		"Not known at plan: %s of the deployment %q. This plan updates the deployment and does not replace it. "+
			"If a value turns out different, Terraform stops the apply with \"Provider produced inconsistent final plan\", and the next plan shows the replacement.",
		strings.Join(attributes, ", "), name))
}

// noImageWarning reports a deployment without an image, which the API accepts
// (seed).
func noImageWarning() diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(attributePaths["image_url"], summaryNoImage,
		"registry_config has no image_url. The API accepts that, but there is nothing to run: set the full path of an image, such as image_url = \"ghcr.io/org/image:tag\".")}
}
