package provider

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// failure is an operation that failed, as the user reads it. Its diagnostics say,
// in this order: what happened and what the API returned, what state things are in
// now, what to do next, and the request.
type failure struct {
	summary string
	err     error
	state   string
	next    string
	// locate returns the attribute that a 422 is about; nil when there is none.
	locate locator
}

// locator returns the attribute that the loc of a 422 is about.
type locator func(loc []string) (at path.Path, ok bool)

// errors returns one error for each problem of a 422 that names an attribute, else
// one for all.
func (f failure) errors() diag.Diagnostics {
	var diags diag.Diagnostics
	var apiErr *caas.Error
	if !errors.As(f.err, &apiErr) {
		diags.AddError(f.summary, f.detail(reason(f.err)))
		return diags
	}
	for _, problem := range apiErr.Problems {
		if f.locate == nil {
			break
		}
		if at, ok := f.locate(problem.Loc); ok {
			diags.AddAttributeError(at, f.summary, f.detail("The API rejected the value: "+problem.String()))
		}
	}
	if len(diags) < max(len(apiErr.Problems), 1) {
		diags.AddError(f.summary, f.detail(reason(f.err)))
	}
	return diags
}

// warning returns the failure as a warning, for what can continue without it.
func (f failure) warning() diag.Diagnostics {
	return warning(f.summary, f.detail(reason(f.err)))
}

func (f failure) detail(reason string) string {
	where := ""
	next := f.next
	var apiErr *caas.Error
	if errors.As(f.err, &apiErr) {
		where = apiErr.Where()
		unreachable := apiErr.Status == 0 && caas.IsRejected(f.err) && !errors.Is(f.err, deployment.ErrInterrupted) && !caas.IsEnded(f.err)
		switch {
		case caas.IsInvalidID(f.err):
			next = "Check deployment_id, which must be the ID of a deployment, a UUID."
		case unreachable, caas.IsRedirect(f.err):
			next = strings.TrimSpace(next + " If the API has another address, set endpoint in the provider block, or IONETH_ENDPOINT.")
		}
	}
	if caas.IsUnauthorized(f.err) {
		next = strings.TrimSpace("Check token and api_key in the provider block, or IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY. " + next)
	}
	return paragraphs(strings.TrimSpace(sentence(reason)+" "+f.state), next, where)
}

// reason says what the API returned, or why there is no answer.
func reason(err error) string {
	var unconfirmed *deployment.UnconfirmedError
	if errors.As(err, &unconfirmed) {
		return sentence(reason(unconfirmed.Cause)) + " " + sentence(unconfirmed.Lookup.Error())
	}
	var apiErr *caas.Error
	if !errors.As(err, &apiErr) {
		return strings.ReplaceAll(err.Error(), "\n", "; ") // of joined errors
	}
	prefix := ""
	switch {
	case caas.IsEnded(apiErr): // its text says it
	case errors.Is(err, deployment.ErrTimeout):
		prefix = "The operation timed out. "
	case errors.Is(err, deployment.ErrInterrupted):
		prefix = "The operation was interrupted. "
	}
	return prefix + apiReason(apiErr)
}

// apiReason quotes only what the API itself returned.
func apiReason(e *caas.Error) string {
	switch {
	case e.Message != "" && e.Err != nil:
		return "The API returned: " + fullStop(e.Message) + " " + sentence(e.Err.Error())
	case e.Message != "":
		return "The API returned: " + e.Message
	case e.Err != nil:
		return sentence(e.Err.Error())
	default:
		return "The API returned no error message."
	}
}

// rejectsConfiguration reports whether the API rejected what the request contains,
// so that the same configuration would be rejected again.
func rejectsConfiguration(err error) bool {
	var apiErr *caas.Error
	return errors.As(err, &apiErr) && apiErr.Status != 0 &&
		caas.IsRejected(err) && !caas.IsTransient(err) && !caas.IsUnauthorized(err) && !caas.IsBusy(err)
}

// What to do next, as several messages say it.
const (
	runAgain  = "Run the command again."
	lookUpIDs = "Use the data sources ioneth_caas_hardware and ioneth_caas_locations to look up IDs."
)

// errorAt returns an error on an attribute, on none with path.Empty(). The texts that
// are not empty are its paragraphs.
func errorAt(at path.Path, summary string, texts ...string) diag.Diagnostics {
	if len(at.Steps()) == 0 {
		return diag.Diagnostics{diag.NewErrorDiagnostic(summary, paragraphs(texts...))}
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, summary, paragraphs(texts...))}
}

// warning returns a warning. The texts that are not empty are its paragraphs.
func warning(summary string, texts ...string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewWarningDiagnostic(summary, paragraphs(texts...))}
}

// paragraphs joins the strings that are not empty, each a paragraph.
func paragraphs(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "\n\n")
}

// sentence starts a string with a capital letter and ends it with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return fullStop(strings.ToUpper(s[:1]) + s[1:])
}

// fullStop ends a string that is not empty with a full stop.
func fullStop(s string) string {
	if strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

// destroyHint is in every error of a plan: terraform destroy plans first, and no
// such error may keep a deployment running.
const destroyHint = "If terraform destroy stops with this error, run terraform destroy -refresh=false."

// requestLine is the last paragraph of an error about a request.
var requestLine = regexp.MustCompile(`\n\n(GET|POST|PATCH|PUT|DELETE) /[^\n]*$`)

// withDestroyHint adds destroyHint to the errors of a plan or of a read, before the
// request.
func withDestroyHint(diags diag.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range diags {
		if d.Severity() != diag.SeverityError {
			out = append(out, d)
			continue
		}
		detail, request := d.Detail(), requestLine.FindString(d.Detail())
		detail = strings.TrimSuffix(detail, request) + "\n\n" + destroyHint + request
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			out = append(out, diag.NewAttributeErrorDiagnostic(at.Path(), d.Summary(), detail))
			continue
		}
		out = append(out, diag.NewErrorDiagnostic(d.Summary(), detail))
	}
	return out
}

// internalError is a value that the schema does not allow.
func internalError(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summaryInternal, fmt.Sprintf("This is a bug in the provider, please report it: %s", err))
}

// configurationUnknownError is the error of a read that Terraform requests while
// the provider's configuration is not known, as in a plan where the token comes
// from a resource that does not exist yet.
func configurationUnknownError() diag.Diagnostics {
	return errorAt(path.Empty(), summaryConfigurationUnknown,
		"A value in the provider block comes from a resource that does not exist yet, so the API can't be called in this plan.",
		"Give the provider values that are known at plan, such as variables or IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY. "+
			"Or apply in two steps: run terraform apply -target=ADDRESS with the address of the resource that the value comes from, then terraform apply.")
}

var (
	containerConfigPath = path.Root("container_config")
	registryConfigPath  = path.Root("registry_config")
	locationIDsPath     = path.Root("location_ids")
	namePath            = path.Root("resource_private_name")
	maxCostPath         = path.Root("max_cost_usdc")
)

// attributePaths maps the members of the API's requests to attributes. The deploy
// call nests them and PATCH does not, so only their names count.
var attributePaths = map[string]path.Path{
	"resource_private_name":   namePath,
	"cluster_name":            namePath,
	"duration_hours":          path.Root("duration_hours"),
	"gpus_per_container":      path.Root("gpus_per_container"),
	"hardware_id":             path.Root("hardware_id"),
	"location_ids":            locationIDsPath,
	"container_config":        containerConfigPath,
	"replica_count":           containerConfigPath.AtName("replica_count"),
	"entrypoint":              containerConfigPath.AtName("entrypoint"),
	"args":                    containerConfigPath.AtName("args"),
	"traffic_port":            containerConfigPath.AtName("traffic_port"),
	"env_variables":           containerConfigPath.AtName("env_variables"),
	"secret_env_variables":    containerConfigPath.AtName("secret_env_variables"),
	"secret_env_variables_wo": containerConfigPath.AtName("secret_env_variables_wo"),
	"registry_config":         registryConfigPath,
	"image_url":               registryConfigPath.AtName("image_url"),
	"registry_username":       registryConfigPath.AtName("registry_username"),
	"registry_secret":         registryConfigPath.AtName("registry_secret"),
}

// locateAttribute returns the attribute that a 422's loc names. A loc continues
// into a list or map after the attribute, where a variable may have the name of an
// attribute, so the search stops at the first one that is not an object.
func locateAttribute(loc []string) (at path.Path, ok bool) {
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

// since returns " since TIME", or "".
func since(at types.String) string {
	if at.ValueString() == "" {
		return ""
	}
	return " since " + at.ValueString()
}

// lookupError explains a query of data that failed. correct says what to do when the
// API rejects the values of the configuration; "" when the query has none.
func lookupError(summary string, err error, correct string) diag.Diagnostics {
	f := failure{summary: summary, err: err, next: runAgain, locate: locateParameter}
	var apiErr *caas.Error
	if correct != "" && errors.As(err, &apiErr) && !caas.IsUnauthorized(err) {
		switch apiErr.Status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
			f.next = correct
		}
	}
	return f.errors()
}

// locateParameter returns the attribute of a query's parameter.
func locateParameter(loc []string) (path.Path, bool) {
	for _, step := range loc {
		switch step {
		case "hardware_id", "gpus_per_container", "location_ids", "duration_hours", "replica_count", "status":
			return path.Root(step), true
		case "hardware_qty":
			return path.Root("gpus_per_container"), true
		}
	}
	return path.Empty(), false
}
