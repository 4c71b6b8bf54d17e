// Package diagnose turns errors of the API client into Terraform diagnostics.
// It is the one place that does, so that every error reads the same: what
// failed; what the API said, what state things are in, what to do next; the
// request and its status last.
package diagnose

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Failure is an operation that failed, in words for the user.
type Failure struct {
	// Summary says what failed, in the field's words.
	Summary string
	// Err is why.
	Err error
	// State says what state things are in now.
	State string
	// Next says what to do.
	Next string
	// Locate finds the attribute that a 422's loc names; nil when none can.
	Locate func(loc []string) (path.Path, bool)
}

// Diagnostics are the errors to show: one per problem of a 422 that names an
// attribute, else one.
func (f Failure) Diagnostics() diag.Diagnostics {
	var diags diag.Diagnostics
	var apiErr *caas.Error
	if !errors.As(f.Err, &apiErr) {
		diags.AddError(f.Summary, f.detail(sentence(f.Err.Error()), ""))
		return diags
	}
	for _, problem := range apiErr.Problems {
		if f.Locate == nil {
			break
		}
		if at, ok := f.Locate(problem.Loc); ok {
			diags.AddAttributeError(at, f.Summary, f.detail(sentence("The API refused it: "+problem.String()), apiErr.Where()))
		}
	}
	if len(diags) < max(len(apiErr.Problems), 1) {
		diags.AddError(f.Summary, f.detail(reason(apiErr), apiErr.Where()))
	}
	return diags
}

// Warning is the failure as a warning, for what can go on without it.
func (f Failure) Warning() diag.Diagnostic {
	var apiErr *caas.Error
	if errors.As(f.Err, &apiErr) {
		return diag.NewWarningDiagnostic(f.Summary, f.detail(reason(apiErr), apiErr.Where()))
	}
	return diag.NewWarningDiagnostic(f.Summary, f.detail(sentence(f.Err.Error()), ""))
}

func (f Failure) detail(said, where string) string {
	next := f.Next
	if caas.IsUnauthorized(f.Err) {
		next = strings.TrimSpace("Check token and api_key of the provider, or IONETH_TOKEN and IONETH_API_KEY: " +
			"the credential is missing, wrong or expired (tokens of the web console live 21 days). " + next)
	}
	var apiErr *caas.Error
	if errors.As(f.Err, &apiErr) && apiErr.Status == 0 && apiErr.NotSent && !errors.Is(f.Err, context.Canceled) {
		next = strings.TrimSpace(next + " If the API is to be reached elsewhere, correct endpoint of the provider, or IONETH_ENDPOINT.")
	}
	return Paragraphs(strings.TrimSpace(said+" "+f.State), next, where)
}

func reason(e *caas.Error) string {
	switch {
	case caas.IsUnauthorized(e):
		return sentence("The API refused the credential: " + e.Reason())
	case errors.Is(e, context.Canceled):
		return "It was interrupted before the API had answered."
	case e.Status == http.StatusTooManyRequests:
		return sentence("The API refused so many requests (429), until the time there is for this was up: " + e.Reason())
	case e.Message != "":
		return sentence("The API answered: " + e.Message)
	case errors.Is(e, caas.ErrPaymentRequired):
		return sentence("The API answered: " + e.Err.Error())
	case e.Err != nil:
		return sentence("The API could not be asked, or did not answer as it should: " + e.Err.Error())
	default:
		return "The API gave no reason."
	}
}

// Paragraphs joins the texts that are not empty, each a paragraph.
func Paragraphs(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "\n\n")
}

// sentence begins a text with a capital and ends it with a full stop, unless it
// ends a sentence already.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
