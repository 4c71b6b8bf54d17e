package diagnose

import "github.com/hashicorp/terraform-plugin-framework/diag"

// ConfigurationUnknown is the error of a read that Terraform asks for while the
// provider's own configuration is not known, as at plan when a credential comes
// from a resource that does not exist yet.
func ConfigurationUnknown() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Provider configuration not known yet", Paragraphs(
		"A value in the provider block of ioneth comes from something that does not exist yet, so the API can't be asked at plan. Nothing was asked.",
		"Give the provider values that are known at plan, such as variables or IONETH_TOKEN and IONETH_API_KEY. "+
			"Or apply in two steps: run terraform apply with -target for what the value comes from, then terraform apply.",
	))
}
