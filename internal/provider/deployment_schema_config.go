package provider

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// variableName matches every name that an environment variable can have.
var variableName = regexp.MustCompile("^[^=\x00]+$")

// containerConfigAttribute returns the attribute container_config.
func containerConfigAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Configuration of the containers. Updated in place, except `replica_count`.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"replica_count": requiredCount("Number of containers. Minimum 1. Changing this forces replacement."),
			"entrypoint": schema.ListAttribute{
				MarkdownDescription: "Command to run in each container, in exec form; it overrides the entrypoint of the image. Updated in place. io.net substitutes variables: write `$$` for a literal `$`.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.List{noNullItem{}},
			},
			"args": schema.ListAttribute{
				MarkdownDescription: "Arguments appended to the entrypoint. At least one item when set. Updated in place. io.net substitutes variables: write `$$` for a literal `$`. " +
					"The API does not return them: changes made outside Terraform are not detected, and an import leaves them out.",
				ElementType: types.StringType,
				Optional:    true,
				Validators:  []validator.List{notEmptyArgs{}, noNullItem{}},
			},
			"traffic_port": schema.Int64Attribute{
				MarkdownDescription: "HTTP port of each container, which io.net also uses for health checks. 1 to 65535. Updated in place.",
				Required:            true,
				CustomType:          wholeNumberType{},
				Validators:          []validator.Int64{int64validator.Between(1, 65535)},
			},
			"env_variables": schema.MapAttribute{
				MarkdownDescription: "Environment variables of each container. Updated in place. io.net substitutes variables: write `$$` for a literal `$` in a value. Defaults to `{}`.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Default:             mapdefault.StaticValue(types.MapValueMust(types.StringType, map[string]attr.Value{})),
				Validators:          []validator.Map{variableNames()},
			},
			"secret_env_variables": schema.MapAttribute{
				MarkdownDescription: "Secret environment variables of each container. A name must not also be in `env_variables`. Updated in place. io.net substitutes variables: write `$$` for a literal `$` in a value. " +
					"The values are stored in the state; the API returns only the names. If neither this attribute nor `secret_env_variables_wo` was ever set, the resource does not manage secret variables. Removing the attribute removes the variables from the deployment. " +
					"Conflicts with `secret_env_variables_wo`.",
				ElementType: types.StringType,
				Optional:    true,
				Sensitive:   true,
				Validators:  []validator.Map{variableNames()},
			},
			"secret_env_variables_wo": schema.MapAttribute{
				MarkdownDescription: "Secret environment variables of each container. The values are stored neither in the plan nor in the state. A name must not also be in `env_variables`. io.net substitutes variables: write `$$` for a literal `$` in a value. Updated in place: the provider sends the map when the name of a variable is added or removed, and when `secret_env_variables_wo_version` changes. To remove all secret variables, remove this attribute and its version. " +
					"Requires `secret_env_variables_wo_version`. Conflicts with `secret_env_variables`.",
				ElementType: types.StringType,
				Optional:    true,
				WriteOnly:   true,
				Sensitive:   true,
				Validators:  []validator.Map{variableNames()},
			},
			"secret_env_variables_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `secret_env_variables_wo`, any whole number. Updated in place: changing it sends the variables again.",
				Optional:            true,
				CustomType:          wholeNumberType{},
			},
		},
	}
}

// variableNames validates the names of environment variables. A null value is
// equal to an omitted variable, as modules pass it.
func variableNames() validator.Map {
	return mapvalidator.KeysAre(stringvalidator.RegexMatches(variableName,
		"must be the name of an environment variable: at least one character, and neither = nor NUL"))
}

// registryConfigAttribute returns the attribute registry_config.
func registryConfigAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Container image and the credentials of its registry. Updated in place.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"image_url": schema.StringAttribute{
				MarkdownDescription: "Full path of the container image, such as `ghcr.io/org/image:tag`. Updated in place. When omitted, the plan shows a warning, because there is nothing to run. " +
					"io.net does not support private images of AWS ECR.",
				Optional:   true,
				Validators: []validator.String{imageReference()},
			},
			"registry_username": schema.StringAttribute{
				MarkdownDescription: "User name for the registry of a private image. An empty string is equal to an omitted value. Updated in place. The API does not return it: changes made outside Terraform are not detected.",
				Optional:            true,
			},
			"registry_secret": schema.StringAttribute{
				MarkdownDescription: "Token or password for the registry, stored in the state. Updated in place. The API does not return it: changes made outside Terraform are not detected. " +
					"Conflicts with `registry_secret_wo`.",
				Optional:  true,
				Sensitive: true,
			},
			"registry_secret_wo": schema.StringAttribute{
				MarkdownDescription: "Token or password for the registry, stored neither in the plan nor in the state. Updated in place, when `registry_secret_wo_version` changes. " +
					"Requires `registry_secret_wo_version`. Conflicts with `registry_secret`.",
				Optional:  true,
				WriteOnly: true,
				Sensitive: true,
			},
			"registry_secret_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `registry_secret_wo`, any whole number. Updated in place: changing it sends the secret again.",
				Optional:            true,
				CustomType:          wholeNumberType{},
			},
		},
	}
}

// renewalAttribute returns the attribute renewal.
func renewalAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Extension of the deployment before its prepaid time expires. An apply that is planned when fewer than `early_renewal_hours` remain buys `hours` more, " +
			"so a scheduled `terraform apply` keeps the deployment running. Renewals appear in `paid_hours`; `duration_hours` keeps its value. The apply that adds or changes `renewal` only stores it: it takes effect in the next plan. Updated in place. Defaults to no renewal.",
		Optional: true,
		Attributes: map[string]schema.Attribute{
			"early_renewal_hours": requiredCount("Number of remaining hours below which the deployment is renewed. Minimum 1. Must be longer than the interval between applies; several times that interval is recommended. Updated in place."),
			"hours":               requiredCount("Number of hours that each renewal buys. Minimum 1. Updated in place."),
			"max_total_hours": schema.Int64Attribute{
				MarkdownDescription: "Total number of prepaid hours (`paid_hours`) at which renewals stop. The last renewal buys fewer hours if necessary. Minimum 1. Updated in place. Defaults to no limit.",
				Optional:            true,
				CustomType:          wholeNumberType{},
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
		},
	}
}

// requiredCount returns a required number of at least 1.
func requiredCount(description string) schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: description,
		Required:            true,
		CustomType:          wholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

// containerAttributes returns the attributes of one of the containers.
func containerAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"container_id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the container."},
		"device_id":    schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the machine on which the container runs."},
		"status":       schema.StringAttribute{Computed: true, MarkdownDescription: "Status of the container in lower case."},
		"public_url":   schema.StringAttribute{Computed: true, MarkdownDescription: "URL of the HTTP port of the container. Null until the API returns it."},
	}
}
