package deployment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// eightGPUs holds gpus_per_container to the one number that the API deploys.
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
	resp.Diagnostics.AddAttributeError(req.Path, "Unsupported number of GPUs per container", fmt.Sprintf(
		"gpus_per_container must be 8, not %d: io.net deploys containers of 8 GPUs and no others. "+
			"Write gpus_per_container = 8 or leave it out; for more GPUs raise container_config.replica_count.",
		req.ConfigValue.ValueInt64()))
}

// notEmptyArgs refuses an args that is given without an item.
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
	resp.Diagnostics.AddAttributeError(req.Path, "Empty list of arguments",
		"container_config.args must have at least one item when it is given: the API refuses an empty list. "+
			"Leave args out for no arguments, or write at least one, such as args = [\"--port\", \"8000\"].")
}

// variableName holds the name of a variable to what a container can have.
type variableName struct{}

// Description implements validator.String.
func (variableName) Description(context.Context) string {
	return "must be the name of a variable: not empty and without ="
}

// MarkdownDescription implements validator.String.
func (v variableName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (variableName) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	name := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || name != "" && !strings.ContainsAny(name, "=\x00") {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Bad name of a variable",
		fmt.Sprintf("%q must be the name of a variable: not empty and without = and NUL.", name))
}

var (
	containerConfigPath = path.Root("container_config")
	registryConfigPath  = path.Root("registry_config")
)

// ValidateConfig implements resource.ResourceWithValidateConfig: the rules
// between attributes. What is not known yet is judged when it is.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(config.get(ctx, req.Config.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	container := config.container(ctx, &resp.Diagnostics)
	for _, name := range container.sharedNames() {
		resp.Diagnostics.AddAttributeError(containerConfigPath.AtName("env_variables").AtMapKey(name),
			"Variable given twice", fmt.Sprintf(
				"The variable %q is in env_variables and among the secret variables. "+
					"Remove it from one of the two, or rename it: a container can have it only once.", name))
	}
	resp.Diagnostics.Append(config.validateTimeouts()...)
}

// validateTimeouts refuses durations that leave no time; the timeouts' own type
// has refused what is no duration.
func (m *model) validateTimeouts() diag.Diagnostics {
	var diags diag.Diagnostics
	for name, value := range m.Timeouts.Attributes() {
		text, ok := value.(types.String)
		if !ok || text.IsNull() || text.IsUnknown() {
			continue
		}
		if d, err := time.ParseDuration(text.ValueString()); err == nil && d <= 0 {
			diags.AddAttributeError(path.Root("timeouts").AtName(name), "Timeout leaves no time",
				fmt.Sprintf("timeouts.%s must be longer than 0, not %q. Write a duration such as \"30m\".", name, text.ValueString()))
		}
	}
	return diags
}
