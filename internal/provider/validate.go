package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// endpointRule validates endpoint: https, or http on a loopback host.
type endpointRule struct{}

// Description implements validator.String.
func (endpointRule) Description(context.Context) string {
	return "must be an https URL, or an http URL of a loopback host"
}

// MarkdownDescription implements validator.String.
func (v endpointRule) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (endpointRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if text == "" { // null, unknown, or taken from the environment
		return
	}
	if _, err := parseEndpoint(text); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid endpoint", "endpoint "+err.Error())
	}
}
