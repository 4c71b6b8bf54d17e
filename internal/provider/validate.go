package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// endpointRule holds the endpoint to https, or http on a loopback host.
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
	if text == "" { // null, unknown, or left to the environment
		return
	}
	if _, err := parseEndpoint(text); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Bad endpoint", "endpoint "+err.Error())
	}
}

// positiveDuration refuses a duration that leaves no time.
type positiveDuration struct{}

// Description implements validator.String.
func (positiveDuration) Description(context.Context) string { return "must be longer than 0" }

// MarkdownDescription implements validator.String.
func (v positiveDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String. What is no duration is left to the
// attribute's type.
func (positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err == nil && d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Timeout leaves no time",
			"request_timeout must be longer than 0. Write a duration such as \"30s\".")
	}
}
