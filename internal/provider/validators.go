package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// gpusPerContainer is the only number of GPUs per container that the API accepts
// (seed).
const gpusPerContainer = 8

// notEmpty returns the validators of a string that must not be "".
func notEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

// eightGPUs validates gpus_per_container: the API accepts only 8.
type eightGPUs struct{}

// Description implements validator.Int64.
func (eightGPUs) Description(context.Context) string { return "must be 8" }

// MarkdownDescription implements validator.Int64.
func (v eightGPUs) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateInt64 implements validator.Int64.
func (eightGPUs) ValidateInt64(_ context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueInt64() == gpusPerContainer {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, summaryUnsupportedGPUs, fmt.Sprintf(
		"gpus_per_container must be 8, not %d. io.net deploys only containers with 8 GPUs. "+
			"Write gpus_per_container = 8 or remove it. To use more GPUs, increase container_config.replica_count.",
		req.ConfigValue.ValueInt64()))
}

// notEmptyArgs validates that args has at least one item when it is set.
type notEmptyArgs struct{}

// Description implements validator.List.
func (notEmptyArgs) Description(context.Context) string { return "must have at least one item" }

// MarkdownDescription implements validator.List.
func (v notEmptyArgs) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateList implements validator.List.
func (notEmptyArgs) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || len(req.ConfigValue.Elements()) > 0 {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, summaryEmptyArgs,
		"container_config.args must have at least one item when it is set: the API rejects an empty list. "+
			"Remove args to pass no arguments, or write at least one, such as args = [\"--port\", \"8000\"].")
}

// noNullItem validates that no item of a list is null.
type noNullItem struct{}

// Description implements validator.List.
func (noNullItem) Description(context.Context) string { return "must not have a null item" }

// MarkdownDescription implements validator.List.
func (v noNullItem) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateList implements validator.List.
func (noNullItem) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, item := range req.ConfigValue.Elements() {
		if at := req.Path.AtListIndex(i); item.IsNull() {
			resp.Diagnostics.AddAttributeError(at, summaryNullItem, fmt.Sprintf("%s is null. Write a string, or remove the item. To leave out an item that is null, use compact([…]).", at))
		}
	}
}

// stringFormat validates a string with a function of its own.
type stringFormat struct {
	format  string // what the string must be
	summary string // of the error
	// check returns the detail of the error, "" for a valid string.
	check func(value string) string
}

// Description implements validator.String.
func (v stringFormat) Description(context.Context) string { return "must be " + v.format }

// MarkdownDescription implements validator.String.
func (v stringFormat) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v stringFormat) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if detail := v.check(req.ConfigValue.ValueString()); detail != "" {
		resp.Diagnostics.AddAttributeError(req.Path, v.summary, detail)
	}
}

// imageReference validates a container image: one that can't be pulled costs the
// first hour of the deployment.
func imageReference() validator.String {
	const format = "a container image reference, such as ghcr.io/org/image:tag"
	return stringFormat{format, summaryInvalidImage, func(value string) string {
		if err := deployment.ValidateImage(value); err != nil {
			return fmt.Sprintf("%s must be %s. Got %q: %s.", attributePaths["image_url"], format, value, err)
		}
		return ""
	}}
}

// validateTimeouts checks that every timeout is longer than 0. Their schema
// accepts no validators and checks only that they are durations.
func validateTimeouts(limits timeouts.Value) diag.Diagnostics {
	var diags diag.Diagnostics
	for name, value := range limits.Attributes() {
		text, ok := value.(types.String)
		if !ok || text.IsNull() || text.IsUnknown() {
			continue
		}
		if d, err := time.ParseDuration(text.ValueString()); err == nil && d <= 0 {
			diags.AddAttributeError(path.Root("timeouts").AtName(name), summaryInvalidTimeout,
				fmt.Sprintf("timeouts.%s must be longer than 0; got %q. Write a duration such as \"30m\".", name, text.ValueString()))
		}
	}
	return diags
}
