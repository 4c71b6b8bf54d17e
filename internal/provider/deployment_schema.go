package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Schema implements resource.Resource.
func (r *deploymentResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := computedAttributes()
	attributes["resource_private_name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the deployment. Must be unique among the deployments of the account that have not ended. Updated in place. Exactly one of `resource_private_name` and `resource_private_name_prefix` is required.",
		Optional:            true,
		Computed:            true,
		Validators: append(notEmpty(),
			stringvalidator.ExactlyOneOf(path.MatchRoot("resource_private_name"), path.MatchRoot("resource_private_name_prefix"))),
	}
	attributes["resource_private_name_prefix"] = schema.StringAttribute{
		MarkdownDescription: "Prefix of the name. The provider adds eight random lower-case letters or digits and stores the name in `resource_private_name`, " +
			"so that a replacement can be created before the old deployment is destroyed (`create_before_destroy`). " +
			"Updated in place: a name that starts with the new prefix stays, any other is renamed. Conflicts with `resource_private_name`. Must not be empty.",
		Optional:   true,
		Validators: notEmpty(),
	}
	attributes["duration_hours"] = requiredCount("Total number of hours to run, paid in advance. Minimum 1. Updated in place: " +
		"increasing it buys the hours that are not prepaid yet and extends the deployment; decreasing it is an error.")
	attributes["gpus_per_container"] = schema.Int64Attribute{
		MarkdownDescription: "Number of GPUs of each container. Must be `8`, the only value that the API accepts for a new deployment. Defaults to `8`. To use more GPUs, increase `container_config.replica_count`. Changing this forces replacement: an imported deployment with another number of GPUs is replaced.",
		Optional:            true,
		CustomType:          wholeNumberType{},
		Computed:            true,
		Default:             int64default.StaticInt64(gpusPerContainer),
		Validators:          []validator.Int64{eightGPUs{}},
	}
	attributes["hardware_id"] = requiredCount("ID of the hardware type, as returned by the data source `ioneth_caas_hardware`. Minimum 1. Changing this forces replacement.")
	attributes["location_ids"] = schema.SetAttribute{
		MarkdownDescription: "IDs of the locations in which the containers may run, as returned by the data source `ioneth_caas_locations`. At least one ID, each with a minimum of 1. Changing this forces replacement.",
		ElementType:         wholeNumberType{},
		Required:            true,
		Validators: []validator.Set{
			setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueInt64sAre(int64validator.AtLeast(1)),
		},
	}
	attributes["container_config"] = containerConfigAttribute()
	attributes["registry_config"] = registryConfigAttribute()
	attributes["max_cost_usdc"] = schema.Float64Attribute{
		MarkdownDescription: "Maximum that one apply may spend on this deployment, in USDC. Minimum 0. Checked at plan and again right before each purchase; " +
			"a higher price is an error. When `plan_checks = false` in the provider block, a plan compares the price with the maximum only when it replaces the deployment; the check before each purchase stays. Updated in place, without an API call. Defaults to no limit.",
		Optional:   true,
		Validators: []validator.Float64{float64validator.AtLeast(0)},
	}
	attributes["renewal"] = renewalAttribute()
	attributes["wait_for_running"] = schema.BoolAttribute{
		MarkdownDescription: "Whether a create, and an update of the container settings or the image, wait until the deployment is running and every container has a public URL. Defaults to `true`. Updated in place, without an API call.",
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
	}
	attributes["recreate_when_ended"] = schema.BoolAttribute{
		MarkdownDescription: "Whether to recreate the deployment, and pay for it again, after its prepaid time has expired (status `completed`). A failed deployment is not recreated. " +
			"Defaults to `false`: a completed deployment stays in the state and every plan shows a warning. Updated in place, without an API call, unless the deployment is completed: then `true` recreates it.",
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(false),
	}
	attributes["timeouts"] = timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Delete: true,
		CreateDescription: "Timeout of the creation: the purchase and, unless `wait_for_running = false`, the wait until the deployment is running and every container has a public URL. " +
			"A duration such as `\"30m\"` or `\"1h\"`, longer than 0. Defaults to `\"45m\"`.",
		UpdateDescription: "Timeout of an update in place, including the wait until the update is visible in the API. After a change of the container settings or the image, the update also waits until the containers run again and have their public URLs, unless `wait_for_running = false`. " +
			"A duration such as `\"30m\"`, longer than 0. Defaults to `\"30m\"`.",
		DeleteDescription: "Timeout of the destruction: the request and the wait until the deployment has ended. A duration such as `\"30m\"`, longer than 0. Defaults to `\"20m\"`.",
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Deployment of containers on GPUs of io.net, paid in advance by the hour. " +
			"Each container has 8 GPUs and serves HTTP on one port at its own public URL.",
		Attributes: attributes,
	}
}

// computedAttributes returns the attributes that only the API sets. None of them
// changes by itself while the deployment runs: refreshing an unchanged deployment
// changes no byte of the state.
func computedAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"deployment_id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the deployment, a UUID."},
		"status": schema.StringAttribute{
			MarkdownDescription: "Status of the deployment in lower case: `deployment requested`, `running`, `completed`, " +
				"`failed`, `termination requested` or `destroyed`.",
			Computed: true,
		},
		"paid_hours":       schema.Int64Attribute{Computed: true, MarkdownDescription: "Total number of prepaid hours, including renewals and extensions made outside this resource. At least `duration_hours`. Never decreases."},
		"created_at":       schema.StringAttribute{Computed: true, MarkdownDescription: "Time at which the deployment was requested, in RFC 3339 format."},
		"started_at":       schema.StringAttribute{Computed: true, MarkdownDescription: "Time at which the deployment started to run, in RFC 3339 format. Null until then."},
		"ends_at":          schema.StringAttribute{Computed: true, MarkdownDescription: "Time at which the prepaid time expires, in RFC 3339 format. Null until the deployment runs. Keeps its last value after the end. The import of a deployment that has ended sets it to `finished_at`."},
		"finished_at":      schema.StringAttribute{Computed: true, MarkdownDescription: "Time at which the deployment ended, in RFC 3339 format. Null until then."},
		"hardware_name":    schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the hardware type."},
		"brand_name":       schema.StringAttribute{Computed: true, MarkdownDescription: "Manufacturer of the hardware."},
		"total_gpus":       schema.Int64Attribute{Computed: true, MarkdownDescription: "Total number of GPUs of all containers."},
		"secret_env_keys":  schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Names of the secret environment variables that the API returns for the deployment."},
		"amount_paid_usdc": schema.Float64Attribute{Computed: true, MarkdownDescription: "Amount paid for the deployment so far, in USDC."},
		"public_urls":      schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Public URLs of the containers, ordered by `container_id`. Anyone who knows a URL can call it."},
		"containers": schema.ListNestedAttribute{
			MarkdownDescription: "Containers of the deployment, ordered by `container_id`.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: containerAttributes()},
		},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity. Its version stays 0,
// because Terraform presents a state without an identity as version 0.
func (r *deploymentResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"deployment_id": identityschema.StringAttribute{
			Description: "ID of the deployment, a UUID.", RequiredForImport: true,
		},
	}}
}
