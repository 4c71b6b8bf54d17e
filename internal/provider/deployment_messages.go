package provider

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// What users read when an operation on a deployment fails, or ends with something
// to know. The messages of a plan are in deployment_plan_messages.go.

const (
	applyAgain = "Run terraform apply again."
	addCredits = "Add credits to the account in io.net's web console"
	// checkHours follows a purchase of hours that may have been made.
	checkHours = "The API may show the hours late. Check some minutes from now, in io.net's web console or with the data source ioneth_caas_deployment, " +
		"whether the prepaid time of the deployment has grown. "
	// recreateEnded says how to run a deployment again that has ended.
	recreateEnded = "To run it again, and pay for it again, set recreate_when_ended = true in its resource, " +
		"or run terraform apply -replace=ADDRESS with the address of the resource."
	// refundRule says what the end of a deployment costs (reference).
	refundRule = "The first hour is not refunded; other unused time is refunded by the minute."
)

// createError explains a create that failed before the deployment had an ID.
// destroyed is the deployment that the apply destroyed before, "" when there is none.
func createError(spec deployment.Spec, prefixed bool, destroyed string, err error) diag.Diagnostics {
	var taken *deployment.NameTakenError
	var unconfirmed *deployment.UnconfirmedError
	f := failure{summary: summaryCreateError, err: err, next: applyAgain, locate: locateAttribute}
	if over := budgetErrors(err, "The deployment was not bought and is not in the state."+destroyedDetail(destroyed), runAgain, f.locate); over != nil {
		return over
	}
	f.state = "Nothing was bought, and nothing was added to the state." + destroyedDetail(destroyed)
	switch {
	case errors.As(err, &taken):
		return nameTakenError(taken, f.state)
	case errors.As(err, &unconfirmed):
		f.summary = summaryCreateUnconfirmed
		f.state = fmt.Sprintf("A deployment named %q may exist, and cost money, without being in the state.", spec.Name) + destroyedDetail(destroyed)
		f.next = "Run terraform apply again. If the deployment exists, that apply buys nothing, and its error says what to do. Otherwise the apply creates the deployment."
		if prefixed {
			f.next = fmt.Sprintf("Do not run terraform apply again yet: it would use another name, and could buy a second deployment. "+
				"Look for %q with the data source ioneth_caas_deployments, and import the deployment if it exists.", spec.Name)
		}
	case errors.Is(err, deployment.ErrNoCredits):
		f.summary = summaryNoCreditsCreate
		f.next = addCredits + ", or decrease duration_hours or container_config.replica_count, and run terraform apply again."
	case errors.Is(err, deployment.ErrNotCreated):
		f.state = fmt.Sprintf("The API's list shows no deployment named %q. %s", spec.Name, f.state)
	case rejectsConfiguration(err):
		f.next = "Correct the configuration and run terraform apply again."
	}
	return f.errors()
}

// destroyedDetail says that a replacement has destroyed the old deployment, ""
// when it has not.
func destroyedDetail(id string) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf(" The deployment %s, which was to be replaced, has already been destroyed.", id)
}

// waitDiagnostics explains how the wait for a created deployment ended. An
// interruption and a rejected credential are warnings: an error would mark the
// deployment as tainted, and a replacement is paid for again. So is everything when
// wait_for_running is false.
func waitDiagnostics(id string, d *deployment.Deployment, waits bool, err error) diag.Diagnostics {
	f := failure{summary: summaryWaitError, err: err, state: statusDetail(d)}
	created := fmt.Sprintf("The deployment %s was created and is in the state. %s", id, f.state)
	const later = "The next terraform plan shows the current status of the deployment."
	switch {
	case err == nil:
		return unreadWarnings(id, d, nullInState)
	case errors.Is(err, deployment.ErrInterrupted):
		return warning(summaryWaitInterrupted, created, later)
	case !waits || !provesFailure(err):
		if caas.IsUnauthorized(err) {
			f.summary = summaryWaitCredential
		}
		f.state, f.next = created, later
		return f.warning()
	case errors.Is(err, deployment.ErrNotFound), errors.Is(err, deployment.ErrEnded), d != nil && d.Status == caas.StatusTerminationRequested:
		f.next = fmt.Sprintf("The deployment %s is paid for and is in the state, marked as tainted. "+
			"The next terraform apply buys a new one, unless you remove the resource from the configuration.", id)
		return f.errors()
	case errors.Is(err, deployment.ErrFailed):
		f.summary = summaryFailedToStart
	case errors.Is(err, deployment.ErrTimeout):
		f.summary = summaryNotRunning
	}
	f.next = fmt.Sprintf("The deployment %s is paid for and is in the state, marked as tainted: the next terraform apply would replace it, which buys a new deployment and does not refund the first hour of this one. "+
		"To fix it in place, which costs nothing: run terraform untaint with the address of this resource, correct the configuration, and run terraform apply.", id)
	if errors.Is(err, deployment.ErrTimeout) {
		f.next += " If it only needs more time, run terraform untaint; the next plan shows its status. Increase timeouts.create before the next create."
	}
	return f.errors()
}

// provesFailure reports whether the error of a wait says that the deployment does
// not run. A rejection, as of an expired token, says nothing about it.
func provesFailure(err error) bool {
	return errors.Is(err, deployment.ErrFailed) || errors.Is(err, deployment.ErrTimeout) && !caas.IsUnauthorized(err) ||
		errors.Is(err, deployment.ErrNotFound) || errors.Is(err, deployment.ErrEnded)
}

// maxEvents limits the events of one container in an error.
const maxEvents = 5

// statusDetail describes the last status and what the containers report.
func statusDetail(d *deployment.Deployment) string {
	if d == nil {
		return "The status of the deployment could not be read."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The last status of the deployment was %q.", d.Status)
	for _, c := range d.Containers {
		fmt.Fprintf(&b, "\nContainer %s: %s", c.ContainerID, c.Status)
		if c.PublicURL == "" {
			b.WriteString(", no public URL")
		}
		for _, event := range c.Events[max(len(c.Events)-maxEvents, 0):] {
			fmt.Fprintf(&b, "\n  %s  %s", event.Time.RFC3339(), event.Message)
		}
	}
	return b.String()
}

// What unreadWarnings say of the attributes that could not be read.
const (
	keptInState    = "The attributes that could not be read keep their value in the state; the next terraform plan reads them again."
	nullInState    = "The attributes that could not be read may be null in the state; the next terraform plan reads them again."
	attributesNull = "The attributes that could not be read are null."
)

// unreadWarnings reports what only describes a deployment and could not be read.
func unreadWarnings(id string, d *deployment.Deployment, attributes string) (diags diag.Diagnostics) {
	if d == nil {
		return nil
	}
	for _, err := range d.Unread {
		diags.AddWarning(summaryPartlyRead, fmt.Sprintf("%s The deployment %s has the status %q. %s", sentence(err.Error()), id, d.Status, attributes))
	}
	return diags
}

// readError explains a refresh, or the read of an import, that failed.
func readError(id string, imported bool, err error) diag.Diagnostics {
	f := failure{summary: summaryReadError, err: err, next: runAgain}
	f.state = fmt.Sprintf("The deployment %s keeps its values in the state.", id)
	if imported {
		f.state = fmt.Sprintf("The deployment %s was not imported.", id)
	}
	return f.errors()
}

// notFoundWarning reports a deployment that leaves the state because the API does
// not know it. That is so for every deployment of another account, and each would
// be bought again.
func notFoundWarning(m *deploymentModel) diag.Diagnostics {
	return warning(summaryNotFound, fmt.Sprintf(
		"The API does not know the deployment %s (%q), and its list does not show it. If it is still configured, this plan buys a new one.",
		m.DeploymentID.ValueString(), m.ResourcePrivateName.ValueString()),
		"If the deployment should exist, the credential or the endpoint may belong to another account: check both before you apply.")
}

// updateError explains a change in place that failed or was not applied.
func updateError(id string, d *deployment.Deployment, applied deployment.Applied, err error) diag.Diagnostics {
	var ignored *deployment.NotAppliedError
	var unconfirmed *deployment.UnconfirmedError
	var apiErr *caas.Error
	f := failure{summary: summaryUpdateError, err: err, locate: locateAttribute, next: applyAgain}
	f.state = strings.TrimSpace(appliedDetail(applied) + " " + statusDetail(d))
	if over := budgetErrors(err, "The hours were not bought. "+f.state, runAgain, f.locate); over != nil {
		return over
	}
	switch {
	case errors.As(err, &ignored):
		return notAppliedErrors(id, ignored)
	case errors.Is(err, deployment.ErrNoCredits):
		f.summary = summaryNoCreditsExtend
		f.state = nothingBought + " " + f.state
		f.next = addCredits + " and run terraform apply again."
	case errors.As(err, &unconfirmed):
		f.summary = summaryExtendUnconfirmed
		f.state = fmt.Sprintf("It is not known whether the hours for the deployment %s were bought. %s", id, f.state)
		f.next = checkHours + "If it has, the hours were bought: run terraform apply only when terraform plan shows no purchase of them any more, because it would buy them again. If it has not, run terraform apply again."
	case errors.Is(err, deployment.ErrFailed):
		f.summary = summaryChangedNotRunning
		f.next = "Correct the configuration and run terraform apply again: a change in place costs nothing."
	case errors.Is(err, deployment.ErrEnded), caas.IsNotFound(err), d != nil && !d.Live():
		f.next = "Run terraform plan to see the status of the deployment. A completed deployment is recreated, and paid for again, with recreate_when_ended = true or terraform apply -replace=ADDRESS. " +
			"One that is destroyed, or that the API does not find, leaves the state, and the next terraform apply buys a new one."
	case rejectsConfiguration(err):
		f.next = "Correct the configuration and run terraform apply again."
	case !errors.Is(err, deployment.ErrChanged) && !caas.IsRejected(err) && errors.As(err, &apiErr) && apiErr.Method != http.MethodGet:
		changed := "the container definition"
		if apiErr.Method == http.MethodPut {
			changed = "the name"
		}
		f.state = fmt.Sprintf("It is not known whether the API changed %s; the next terraform apply repeats the change if necessary. %s", changed, f.state)
	}
	return f.errors()
}

// appliedDetail says which steps of an update went through.
func appliedDetail(applied deployment.Applied) string {
	var parts []string
	if applied.Renamed {
		parts = append(parts, "the name")
	}
	if applied.Patched {
		parts = append(parts, "the container definition")
	}
	if applied.PaidHours > 0 {
		parts = append(parts, "the duration")
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Changed and saved in the state: %s.", strings.Join(parts, ", "))
}

func notAppliedErrors(id string, ignored *deployment.NotAppliedError) (diags diag.Diagnostics) {
	for _, name := range ignored.Attributes {
		at := attributePaths[name]
		diags.Append(errorAt(at, summaryNotApplied, fmt.Sprintf(
			"The API accepted the change of %s for the deployment %s, but does not return it. The state keeps the value from before the change.", at, id),
			applyAgain+" If that does not help, change it in io.net's web console, or replace the deployment, which buys a new one.")...)
	}
	return diags
}

// hoursWarning reports that the API returns more prepaid hours than were just bought.
// That its minutes are wall time is our reading: with another unit no hours would be
// bought when they are needed.
func hoursWarning(id string, d *deployment.Deployment, bought int64) diag.Diagnostics {
	if d == nil || d.PaidHours <= bought {
		return nil
	}
	return warning(summaryHoursDiffer, fmt.Sprintf(
		"%s were bought for the deployment %s, but the API returns %d prepaid hours. Its numbers may be multiplied, for example by the number of GPUs. "+
			"In that case paid_hours and ends_at are wrong, and extensions and renewals buy too few hours.", deployment.Plural(bought, "hour"), id, d.PaidHours),
		"Look up now, in io.net's web console, at what time the deployment ends, and report it: https://github.com/ioneth/terraform-provider-ioneth/issues/new?template=live-api.yml")
}

// lateHoursWarning reports an extension that the API accepted and does not show.
func lateHoursWarning(id string, d *deployment.Deployment, applied deployment.Applied) diag.Diagnostics {
	if d == nil || d.PaidHours == 0 || d.PaidHours >= applied.PaidHours {
		return nil
	}
	return warning(summaryHoursLate, fmt.Sprintf(
		"The API accepted the extension of the deployment %s to %s and still returns %d. "+
			"The hours are paid for and saved in paid_hours; they will not be bought again.",
		id, deployment.Plural(applied.PaidHours, "hour"), d.PaidHours))
}

// destroyError explains a deployment that could not be destroyed, or did not end in
// time. It stays in the state.
func destroyError(id string, last caas.Status, err error) diag.Diagnostics {
	f := failure{summary: summaryDestroyError, err: err, next: runAgain}
	f.state = fmt.Sprintf("The deployment %s stays in the state; it may still run, and cost money.", id)
	if last != "" {
		f.state += fmt.Sprintf(" Its last status was %q.", last)
	}
	switch {
	case errors.Is(err, deployment.ErrTimeout):
		f.summary = summaryDestroyTimeout
	case rejectsConfiguration(err):
		f.next += " If that does not help, destroy the deployment in io.net's web console."
	}
	return f.errors()
}

// nameError explains a name that a deployment can't have, or that could not be
// checked. state says what was bought, "" for a rename.
func nameError(name string, err error, state string) diag.Diagnostics {
	var claimed *deployment.NameClaimedError
	var taken *deployment.NameTakenError
	f := failure{summary: summaryNameError, err: err, state: state}
	switch {
	case errors.As(err, &claimed):
		return nameClaimedError(claimed)
	case errors.As(err, &taken):
		return nameTakenError(taken, state)
	case caas.IsUnauthorized(err):
		return f.errors()
	default:
		f.state = fmt.Sprintf("The apply shows whether the name %q is available.", name)
		return f.warning()
	}
}

func nameClaimedError(e *deployment.NameClaimedError) diag.Diagnostics {
	const rule = " A name belongs to one deployment."
	if e.ID == "" {
		return errorAt(namePath, summaryNameClaimed, sentence(e.Error())+rule,
			fmt.Sprintf("Give each its own name, for example with count.index or each.key: resource_private_name = \"%s-${count.index}\".", e.Name))
	}
	return errorAt(namePath, summaryNameClaimed, fmt.Sprintf("%s The deployment %s has it now.", sentence(e.Error()), e.ID)+rule,
		"If one of the two is only in the state, because the resource has a new address, add a moved block, so that Terraform keeps the deployment:\n\n"+
			"moved {\n  from = ioneth_caas_deployment.OLD\n  to   = ioneth_caas_deployment.NEW\n}",
		"If the name moves from one deployment to another, first rename the deployment that has it, with terraform apply -target=ADDRESS.",
		"Otherwise give each resource its own name.")
}

// nameTakenError explains a name that another deployment has. state says what was
// bought, "" for a rename.
func nameTakenError(e *deployment.NameTakenError, state string) diag.Diagnostics {
	what := sentence(e.Error())
	switch {
	case e.Holder == nil:
		return errorAt(namePath, summaryNameTaken, what+" The API's list shows no deployment that has it. "+state,
			"If an earlier create of this deployment could not be confirmed, do not change the name, which could buy a second deployment. Run terraform apply again later: "+
				"when the list shows the deployment, the error names it and shows how to import it.",
			"Otherwise, choose another resource_private_name.")
	case state == "":
		return errorAt(namePath, summaryNameTaken, what, "Choose another resource_private_name, or rename or destroy that deployment first.")
	case e.Holder.Status == caas.StatusCompleted:
		return errorAt(namePath, summaryNameTaken, what+" "+state,
			"Run terraform apply again later, choose another resource_private_name, or remove that deployment in io.net's web console.")
	case !deployment.Live(e.Holder.Status):
		return errorAt(namePath, summaryNameTaken, what+" "+state, "Run terraform apply again later, or choose another resource_private_name.")
	default:
		return errorAt(namePath, summaryNameTaken, what+" "+state,
			"If no other resource has that deployment, as after a create that could not be confirmed, import it instead of buying another one:\n\n"+
				fmt.Sprintf("import {\n  to = ioneth_caas_deployment.NAME\n  id = %q\n}", e.Holder.ID),
			"If this resource is tainted, the provider recognizes its deployment only after a refresh: run terraform plan or apply without -refresh=false.",
			"If this resource, or one that depends on it, has create_before_destroy: the new deployment needs the name while the old one still has it. "+
				"Use resource_private_name_prefix instead of resource_private_name. After an apply that failed for this reason, the old deployment is a deposed object in the state: "+
				"with the prefix, the next apply creates the new deployment and destroys the old one.",
			"In all other cases, choose another resource_private_name.")
	}
}
