package deployment

import (
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
)

func containerConfigAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "How the containers run.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"replica_count": schema.Int64Attribute{
				MarkdownDescription: "Containers to run; at least 1. A change replaces the deployment.",
				Required:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
				PlanModifiers:       []planmodifier.Int64{replacedInt64()},
			},
			"entrypoint": schema.ListAttribute{
				MarkdownDescription: "Program and its first arguments, in exec form. Changed in place. A literal `$` is written `$$`.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.List{listvalidator.NoNullValues()},
			},
			"args": schema.ListAttribute{
				MarkdownDescription: "Further arguments; at least one when given. Changed in place. A literal `$` is written `$$`. " +
					"The API never tells them, so a change made elsewhere is not seen and an import leaves them out.",
				ElementType: types.StringType,
				Optional:    true,
				Validators:  []validator.List{notEmptyArgs{}, listvalidator.NoNullValues()},
			},
			"traffic_port": schema.Int64Attribute{
				MarkdownDescription: "The one HTTP port of a container, 1 to 65535, which is its health check too. Changed in place.",
				Required:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 65535)},
			},
			"env_variables": schema.MapAttribute{
				MarkdownDescription: "Environment variables. Changed in place. A literal `$` in a value is written `$$`. Default `{}`.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Default:             mapdefault.StaticValue(types.MapValueMust(types.StringType, map[string]attr.Value{})),
				Validators:          variableRules(),
			},
			"secret_env_variables": schema.MapAttribute{
				MarkdownDescription: "Secret environment variables, which the API stores securely and never tells. Changed in place. " +
					"Their values are in the state, as those of any sensitive attribute. Omitted, they are not managed here.",
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				Validators:  append(variableRules(), mapvalidator.ConflictsWith(containerConfigPath.AtName("secret_env_variables_wo").Expression())),
			},
			"secret_env_variables_wo": schema.MapAttribute{
				MarkdownDescription: "Secret environment variables, as `secret_env_variables`, but in neither plan nor state. " +
					"Needs `secret_env_variables_wo_version`, and is sent when that changes.",
				ElementType: types.StringType,
				Optional:    true,
				WriteOnly:   true,
				Sensitive:   true,
				Validators: append(variableRules(),
					mapvalidator.AlsoRequires(containerConfigPath.AtName("secret_env_variables_wo_version").Expression())),
			},
			"secret_env_variables_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `secret_env_variables_wo`, any number; change it to have them sent again.",
				Optional:            true,
				Validators: []validator.Int64{
					int64validator.AlsoRequires(containerConfigPath.AtName("secret_env_variables_wo").Expression()),
				},
			},
		},
	}
}

// variableRules are what holds for every map of environment variables.
func variableRules() []validator.Map {
	return []validator.Map{
		mapvalidator.NoNullValues(),
		mapvalidator.KeysAre(variableName{}),
	}
}

func registryConfigAttribute() schema.Attribute {
	notEmpty := slices.Clip([]validator.String{stringvalidator.LengthAtLeast(1)})
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Where the image comes from.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"image_url": schema.StringAttribute{
				MarkdownDescription: "Full path of the image, such as `ghcr.io/org/image:tag`. Changed in place. Omitted, the plan warns that there is nothing to run. " +
					"Private images of AWS ECR are not supported.",
				Optional:   true,
				Validators: notEmpty,
			},
			"registry_username": schema.StringAttribute{
				MarkdownDescription: "User name at the registry of a private image. Changed in place. The API never tells it.",
				Optional:            true,
				Validators:          notEmpty,
			},
			"registry_secret": schema.StringAttribute{
				MarkdownDescription: "Token or password at the registry. Changed in place. It is in the state, as any sensitive attribute. The API never tells it.",
				Optional:            true,
				Sensitive:           true,
				Validators: append(notEmpty,
					stringvalidator.ConflictsWith(registryConfigPath.AtName("registry_secret_wo").Expression())),
			},
			"registry_secret_wo": schema.StringAttribute{
				MarkdownDescription: "Token or password, as `registry_secret`, but in neither plan nor state. Needs `registry_secret_wo_version`, and is sent when that changes.",
				Optional:            true,
				WriteOnly:           true,
				Sensitive:           true,
				Validators: append(notEmpty,
					stringvalidator.AlsoRequires(registryConfigPath.AtName("registry_secret_wo_version").Expression())),
			},
			"registry_secret_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `registry_secret_wo`, any number; change it to have it sent again.",
				Optional:            true,
				Validators: []validator.Int64{
					int64validator.AlsoRequires(registryConfigPath.AtName("registry_secret_wo").Expression()),
				},
			},
		},
	}
}
