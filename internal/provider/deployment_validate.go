package provider

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ValidateConfig implements resource.ResourceWithValidateConfig. It checks the
// rules between attributes, as far as their values are known. Null and empty
// secrets are equal to omitted ones, as modules pass them.
func (r *deploymentResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := configModel(ctx, req.Config, &resp.Diagnostics)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("timeouts"), &config.Timeouts)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c, registry := config.expandContainer(ctx, &resp.Diagnostics), config.expandRegistry(ctx, &resp.Diagnostics)
	stored, writeOnly := expandStringMap(c.SecretEnvVariables), expandStringMap(c.SecretEnvVariablesWO)
	for _, name := range sortedKeys(expandStringMap(c.EnvVariables)) {
		_, isStored := stored[name]
		_, isWriteOnly := writeOnly[name]
		if isStored || isWriteOnly {
			resp.Diagnostics.AddAttributeError(containerConfigPath.AtName("env_variables").AtMapKey(name), summaryDuplicateVariable, fmt.Sprintf(
				"The variable %q is in env_variables and in the secret variables. Remove it from one of them or rename it.", name))
		}
	}
	resp.Diagnostics.Append(validateWriteOnly(containerConfigPath, "secret_env_variables", len(stored) > 0, len(writeOnly) > 0, c.SecretEnvVariablesWOVersion)...)
	resp.Diagnostics.Append(validateWriteOnly(registryConfigPath, "registry_secret",
		registry.RegistrySecret.ValueString() != "", registry.RegistrySecretWO.ValueString() != "", registry.RegistrySecretWOVersion)...)
	if image := registry.ImageURL.ValueString(); privateECR.MatchString(image) {
		resp.Diagnostics.AddAttributeWarning(registryConfigPath.AtName("image_url"), summaryPrivateECR, fmt.Sprintf(
			"%q is a private image of AWS ECR, which io.net does not support. Copy the image to another registry, such as ghcr.io.", image))
	}
	resp.Diagnostics.Append(validateTimeouts(config.Timeouts)...)
}

// validateWriteOnly checks a secret that has a stored and a write-only attribute. A
// version without a value is no error: there is nothing to send.
func validateWriteOnly(parent path.Path, name string, stored, writeOnly bool, version types.Int64) (diags diag.Diagnostics) {
	at := parent.AtName(name + "_wo")
	if stored && writeOnly {
		diags.AddAttributeError(at, summarySecretConflict, fmt.Sprintf(
			"%s and %s_wo are both set. Remove one of them: %s is stored in the state, %s_wo is not.", name, name, name, name))
	}
	if writeOnly && version.IsNull() {
		diags.AddAttributeError(at, summaryVersionMissing, fmt.Sprintf(
			"%s_wo requires %s_wo_version, because Terraform does not store the value and cannot see that it changes. Add %s_wo_version = 1.", name, name, name))
	}
	return diags
}

// privateECR matches images of a private registry of AWS ECR (reference).
var privateECR = regexp.MustCompile(`^\d+\.dkr\.ecr\.[^/]+\.amazonaws\.com(\.cn)?/`)
