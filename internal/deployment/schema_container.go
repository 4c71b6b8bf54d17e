package deployment

import (
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// variableName matches every name that an environment variable can have.
var variableName = regexp.MustCompile("^[^=\x00]+$")

// containerConfigAttribute returns the attribute container_config.
func containerConfigAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Configuration of the containers.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"replica_count": schema.Int64Attribute{
				MarkdownDescription: "Number of containers. Minimum 1. Changing this forces replacement.",
				Required:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
				PlanModifiers:       []planmodifier.Int64{replacedInt64()},
			},
			"entrypoint": schema.ListAttribute{
				MarkdownDescription: "Command to run in each container, in exec form. Updated in place. Write `$$` for a literal `$`.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.List{listvalidator.NoNullValues()},
			},
			"args": schema.ListAttribute{
				MarkdownDescription: "Arguments appended to the entrypoint. At least one item when set. Updated in place. Write `$$` for a literal `$`. " +
					"The API does not return them: changes made outside Terraform are not detected, and an import leaves them out.",
				ElementType: types.StringType,
				Optional:    true,
				Validators:  []validator.List{notEmptyArgs{}, listvalidator.NoNullValues()},
			},
			"traffic_port": schema.Int64Attribute{
				MarkdownDescription: "HTTP port of each container, which io.net also uses for health checks. 1 to 65535. Updated in place.",
				Required:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators:          []validator.Int64{int64validator.Between(1, 65535)},
			},
			"env_variables": schema.MapAttribute{
				MarkdownDescription: "Environment variables of each container. Updated in place. Write `$$` for a literal `$` in a value. Defaults to `{}`.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Default:             mapdefault.StaticValue(types.MapValueMust(types.StringType, map[string]attr.Value{})),
				Validators:          variableRules(),
			},
			"secret_env_variables": schema.MapAttribute{
				MarkdownDescription: "Secret environment variables of each container. No name may also be in `env_variables`. Updated in place. " +
					"The values are stored in the state; the API returns only the names. When omitted, this resource does not manage secret variables. " +
					"Conflicts with `secret_env_variables_wo`.",
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				Validators:  append(variableRules(), mapvalidator.ConflictsWith(containerConfigPath.AtName("secret_env_variables_wo").Expression())),
			},
			"secret_env_variables_wo": schema.MapAttribute{
				MarkdownDescription: "Secret environment variables of each container, stored neither in the plan nor in the state. Updated in place, when `secret_env_variables_wo_version` changes or the names differ from `secret_env_keys`. " +
					"Required with `secret_env_variables_wo_version`. Conflicts with `secret_env_variables`.",
				ElementType: types.StringType,
				Optional:    true,
				WriteOnly:   true,
				Sensitive:   true,
				Validators: append(variableRules(),
					mapvalidator.AlsoRequires(containerConfigPath.AtName("secret_env_variables_wo_version").Expression())),
			},
			"secret_env_variables_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `secret_env_variables_wo`, any whole number. Updated in place: changing it sends the variables again. Required with `secret_env_variables_wo`.",
				Optional:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators: []validator.Int64{
					int64validator.AlsoRequires(containerConfigPath.AtName("secret_env_variables_wo").Expression()),
				},
			},
		},
	}
}

// variableRules returns the validators of every map of environment variables.
func variableRules() []validator.Map {
	return []validator.Map{
		mapvalidator.NoNullValues(),
		mapvalidator.KeysAre(stringvalidator.RegexMatches(variableName,
			"must be the name of an environment variable: at least one character, and neither = nor NUL")),
	}
}

// registryConfigAttribute returns the attribute registry_config.
func registryConfigAttribute() schema.Attribute {
	notEmpty := slices.Clip([]validator.String{stringvalidator.LengthAtLeast(1)})
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Container image and the credentials of its registry.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"image_url": schema.StringAttribute{
				MarkdownDescription: "Full path of the container image, such as `ghcr.io/org/image:tag`. Updated in place. When omitted, the plan shows a warning, because there is nothing to run. " +
					"io.net does not support private images of AWS ECR.",
				Optional:   true,
				Validators: notEmpty,
			},
			"registry_username": schema.StringAttribute{
				MarkdownDescription: "User name for the registry of a private image. Updated in place. The API does not return it: changes made outside Terraform are not detected.",
				Optional:            true,
				Validators:          notEmpty,
			},
			"registry_secret": schema.StringAttribute{
				MarkdownDescription: "Token or password for the registry, stored in the state. Updated in place. The API does not return it: changes made outside Terraform are not detected. " +
					"Conflicts with `registry_secret_wo`.",
				Optional:  true,
				Sensitive: true,
				Validators: append(notEmpty,
					stringvalidator.ConflictsWith(registryConfigPath.AtName("registry_secret_wo").Expression())),
			},
			"registry_secret_wo": schema.StringAttribute{
				MarkdownDescription: "Token or password for the registry, stored neither in the plan nor in the state. Updated in place, when `registry_secret_wo_version` changes. " +
					"Required with `registry_secret_wo_version`. Conflicts with `registry_secret`.",
				Optional:  true,
				WriteOnly: true,
				Sensitive: true,
				Validators: append(notEmpty,
					stringvalidator.AlsoRequires(registryConfigPath.AtName("registry_secret_wo_version").Expression())),
			},
			"registry_secret_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `registry_secret_wo`, any whole number. Updated in place: changing it sends the secret again. Required with `registry_secret_wo`.",
				Optional:            true,
				CustomType:          diagnose.WholeNumberType{},
				Validators: []validator.Int64{
					int64validator.AlsoRequires(registryConfigPath.AtName("registry_secret_wo").Expression()),
				},
			},
		},
	}
}
