package deployment

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// This file holds what users read when an operation fails.

// attributePaths are where the API's members are in the configuration. PATCH has
// them flat and deploy nested, so the last known name of a loc decides.
var attributePaths = map[string]path.Path{
	"resource_private_name": path.Root("resource_private_name"),
	"cluster_name":          path.Root("resource_private_name"),
	"duration_hours":        path.Root("duration_hours"),
	"gpus_per_container":    path.Root("gpus_per_container"),
	"hardware_id":           path.Root("hardware_id"),
	"location_ids":          path.Root("location_ids"),
	"container_config":      containerConfigPath,
	"replica_count":         containerConfigPath.AtName("replica_count"),
	"entrypoint":            containerConfigPath.AtName("entrypoint"),
	"args":                  containerConfigPath.AtName("args"),
	"traffic_port":          containerConfigPath.AtName("traffic_port"),
	"env_variables":         containerConfigPath.AtName("env_variables"),
	"secret_env_variables":  containerConfigPath.AtName("secret_env_variables"),
	"registry_config":       registryConfigPath,
	"image_url":             registryConfigPath.AtName("image_url"),
	"registry_username":     registryConfigPath.AtName("registry_username"),
	"registry_secret":       registryConfigPath.AtName("registry_secret"),
}

// locate finds the attribute that a 422's loc names. A loc goes on into a list
// or map after the attribute's name, where a variable may be called as an
// attribute is, so the search stops at the first leaf.
func locate(loc []string) (at path.Path, ok bool) {
	for _, step := range loc {
		next, known := attributePaths[step]
		if !known {
			continue
		}
		at, ok = next, true
		if step != "container_config" && step != "registry_config" {
			break
		}
	}
	return at, ok
}

// notDeployed explains a purchase that failed.
func notDeployed(d definition, err error) diag.Diagnostics {
	f := diagnose.Failure{Summary: "Deployment not made", Err: err, Locate: locate}
	var unsure *unsureError
	var apiErr *caas.Error
	switch {
	case errors.As(err, &unsure): // first: why it is not known may itself be a refusal
		f.Summary, f.Err = "Deployment may have been made", unsure.first
		f.State = fmt.Sprintf("A deployment named %q may exist, and cost money, without being in the state: %s.", d.name, unsure.why)
		f.Next = "Run terraform apply again: it tells which deployment has the name and how to import it, or deploys if none has."
	case errors.Is(err, caas.ErrPaymentRequired):
		f.Summary = "Not enough credits to deploy"
		f.State = "Nothing was bought and nothing is in the state."
		f.Next = "Add credits to the account in io.net's web console, or lower duration_hours or container_config.replica_count, and run terraform apply again."
	case caas.IsRefused(err):
		f.State = "Nothing was bought and nothing is in the state."
		f.Next = "Correct the configuration and run terraform apply again."
		if passing(err) || interrupted(err) || errors.As(err, &apiErr) && apiErr.Status == http.StatusTooManyRequests {
			f.Next = "Run terraform apply again."
		}
	default: // errAbsent
		f.State = fmt.Sprintf("The account's list shows no deployment named %q, %s later, so nothing was bought and nothing is in the state.", d.name, landingTime)
		f.Next = "Run terraform apply again."
	}
	return f.Diagnostics()
}

// notRunning explains a deployment that exists, and is in state, but did not get
// to run in the time it had. An interruption is a warning: an error would mark
// the deployment tainted, and a replacement is paid for anew.
func notRunning(id string, seen *live, err error) diag.Diagnostics {
	if errors.Is(err, errInterrupted) {
		return diag.Diagnostics{diag.NewWarningDiagnostic("Interrupted while waiting for the deployment", fmt.Sprintf(
			"The deployment %s exists and is in the state. %s\n\nThe next terraform plan shows how it fares.", id, seen.story()))}
	}
	f := diagnose.Failure{Err: err}
	switch {
	case errors.Is(err, errTimeout):
		f.Summary = "Deployment is not running yet"
	case errors.Is(err, errVanished):
		f.Summary = "Deployment vanished"
	case errors.Is(err, errNoLongerRun):
		f.Summary = "Deployment did not come to run"
	default:
		f.Summary = "Deployment could not be followed"
	}
	f.State = seen.story()
	f.Next = fmt.Sprintf("The deployment %s exists, is paid for and is in the state, marked as tainted: "+
		"the next terraform apply would replace it, which forfeits its first hour and buys a new one. "+
		"To mend it in place, which costs nothing: run terraform untaint on this resource, correct the configuration, and apply. "+
		"If it only needs more time: untaint it, and raise timeouts.create for the next one.", id)
	if errors.Is(err, errVanished) || seen != nil && seen.Status.Ended() {
		f.Next = fmt.Sprintf("The deployment %s is in the state, marked as tainted: the next terraform apply would replace it, "+
			"which forfeits its first hour and buys a new one. To mend it in place where the API still lets it, which costs nothing: "+
			"run terraform untaint on this resource, correct the configuration, and apply.", id)
	}
	return f.Diagnostics()
}

func notRead(id string, err error) diag.Diagnostics {
	return diagnose.Failure{
		Summary: "Deployment not read", Err: err,
		State: fmt.Sprintf("The state of the deployment %s is as it was.", id), Next: "Run the command again.",
	}.Diagnostics()
}

func nameNotRead(id string, err error) diag.Diagnostic {
	return diagnose.Failure{
		Summary: "Name of the deployment not read", Err: err,
		State: fmt.Sprintf("Whether the deployment %s was renamed elsewhere is not known; the state keeps the name it had.", id),
	}.Warning()
}

// notDestroyed explains a deployment that could not be ended, or was not seen to
// end. It stays in state.
func notDestroyed(id string, last caas.Status, err error) diag.Diagnostics {
	f := diagnose.Failure{Summary: "Deployment not destroyed", Err: err}
	f.State = fmt.Sprintf("The deployment %s stays in the state and may still run, and cost money.", id)
	if last != "" {
		f.State += fmt.Sprintf(" Its last status was %q.", last)
	}
	f.Next = "Run terraform destroy again: it goes on where this one stopped."
	switch {
	case errors.Is(err, errTimeout):
		f.Summary = "Deployment has not ended yet"
	case interrupted(err):
		f.Summary = "Interrupted before the deployment had ended"
	}
	return f.Diagnostics()
}

// notUpdated explains a change in place that failed or was not seen to take.
func notUpdated(id string, seen *live, d done, err error) diag.Diagnostics {
	var over *budgetError
	if errors.As(err, &over) {
		return over.said
	}
	var ignored *notTakenError
	if errors.As(err, &ignored) {
		var diags diag.Diagnostics
		for _, at := range ignored.at {
			diags.AddAttributeError(at, "Change did not take", fmt.Sprintf(
				"The API accepted the change of %s of the deployment %s and, %s later, still tells the old value. "+
					"The state keeps the old value. Run terraform apply again; if it stays so, change it in io.net's web console or replace the deployment.",
				at, id, settlingTime))
		}
		return diags
	}
	f := diagnose.Failure{Summary: "Deployment not updated", Err: err, Locate: locate, Next: "Run terraform apply again: it goes on from there."}
	f.State = fmt.Sprintf("The deployment %s runs on as it was%s.", id, d.words())
	var apiErr *caas.Error
	switch {
	case errors.Is(err, caas.ErrPaymentRequired) && errors.As(err, &apiErr) && apiErr.Method == http.MethodPost:
		f.Summary = "Not enough credits to extend the deployment"
		f.Next = "Add credits to the account in io.net's web console and run terraform apply again."
	case errors.Is(err, errNotExtended):
		summary, state := notConfirmed(id)
		f.Summary, f.State = summary, state
		if changed := d.words(); changed != "" {
			f.State += fmt.Sprintf(" The deployment is as it was%s.", changed)
		}
		f.Next = "Check the hours paid for with the data source ioneth_caas_deployment or in io.net's web console. " +
			"Then run terraform apply again: it reads the hours paid for first and buys only what is missing."
	case errors.Is(err, errUnsure):
		f.Summary = "Deployment may have been extended"
		f.State = fmt.Sprintf("Whether the deployment %s has the hours is not known%s.", id, d.words())
		f.Next = "Run terraform apply again: it reads the hours paid for first, and buys only what is missing."
	case errors.Is(err, errNotFollowed):
		f.Summary, f.Next = notFollowed(seen, err)
		f.State = fmt.Sprintf("The change of the deployment %s was taken and is in the state. %s", id, seen.story())
	case !caas.IsRefused(err) && errors.As(err, &apiErr) && apiErr.Method != http.MethodGet:
		if interrupted(err) {
			f.Summary = "Interrupted while updating the deployment"
		}
		f.State = fmt.Sprintf("Whether the API has changed the deployment %s is not known%s. The next plan reads it.", id, d.words())
	}
	return f.Diagnostics()
}

// notConfirmed describes an extension that the API did not confirm and whose hours
// did not appear.
func notConfirmed(id string) (summary, state string) {
	return "Extension could not be confirmed", fmt.Sprintf(
		"The API did not confirm the extension of the deployment %s, and within %s the hours paid for did not increase.", id, extensionTime)
}

// extensionNotShown warns of an extension that the API accepted and does not show.
func extensionNotShown(id string, hours int64) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(attributePaths["duration_hours"], "Extension not shown by the API yet", fmt.Sprintf(
		"The API accepted the extension of the deployment %s and still returns fewer than %d hours %s later. "+
			"The state has the new total, so the hours are not bought again. The next terraform plan reads when the deployment expires.",
		id, hours, settlingTime))
}

// notFollowed is what went wrong after a change was taken, and what to do.
func notFollowed(seen *live, err error) (summary, next string) {
	const again = "Run terraform apply again: it reads the deployment first, and changes what is still to be changed."
	switch {
	case errors.Is(err, errInterrupted):
		return "Interrupted while updating the deployment", again
	case errors.Is(err, errVanished), errors.Is(err, errNoLongerRun), errors.Is(err, errTimeout) && seen != nil:
		return "Deployment was changed but does not run as it should",
			"Correct the configuration and run terraform apply again: a change in place costs nothing."
	default:
		return "Deployment was changed and could not be read back", again
	}
}

// words say what of an update was done.
func (d done) words() string {
	var parts []string
	if d.renamed {
		parts = append(parts, "its name")
	}
	if d.patched {
		parts = append(parts, "its container definition")
	}
	if d.extended {
		parts = append(parts, "its duration")
	}
	if len(parts) == 0 {
		return ""
	}
	return ", but for " + strings.Join(parts, " and ") + ", which changed and is in the state"
}

// isGone warns of a deployment that leaves the state because the API does not
// know it: so it is with every deployment of one account that is asked for with
// the credential of another, and each would be bought anew.
func isGone(m *model) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Deployment is gone", fmt.Sprintf(
		"The API does not know the deployment %s (%q) and does not list it, so it leaves the state. Where it is still configured, the plan buys a new one. "+
			"If it should be there, then the credential, or the endpoint, is that of another account: correct it before you apply.",
		m.DeploymentID.ValueString(), m.ResourcePrivateName.ValueString()))
}

// hasEnded warns of a deployment that stays in state though it runs no more: a
// new one costs money, so it is made only when asked for.
func hasEnded(m *model) diag.Diagnostic {
	how, mend := "its time is up", ""
	if caas.Status(m.Status.ValueString()) == caas.StatusFailed {
		how = "it failed"
		if !m.ended() {
			mend = "To mend it in place, which costs nothing, correct the configuration and run terraform apply. "
		}
	}
	return diag.NewWarningDiagnostic("Deployment has ended", fmt.Sprintf(
		"The deployment %s (%q) is %s%s: %s. It cost %.2f USDC and stays in the state, as a new one is paid for anew. %s"+
			"To run it again, write recreate_when_ended = true, or run terraform apply -replace=ADDRESS with the address of this resource. "+
			"To be rid of it, remove it from the configuration.",
		m.DeploymentID.ValueString(), m.ResourcePrivateName.ValueString(), m.Status.ValueString(), since(m.FinishedAt), how, m.AmountPaidUSDC.ValueFloat64(), mend))
}
