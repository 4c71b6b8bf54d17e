package deployment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// gpusPerContainer is the only number of GPUs per container that the API deploys
// (seed).
const gpusPerContainer = 8

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := computedAttributes()
	attributes["resource_private_name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the deployment, unique in the account. Changed in place.",
		Required:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	attributes["duration_hours"] = schema.Int64Attribute{
		MarkdownDescription: "Hours to run, all of them paid for up front; at least 1. This is the total: " +
			"raised, the difference is bought and the deployment runs on. It can't be lowered.",
		Required:   true,
		Validators: []validator.Int64{int64validator.AtLeast(1)},
	}
	attributes["gpus_per_container"] = schema.Int64Attribute{
		MarkdownDescription: "GPUs of each container. The API takes 8 and nothing else, which is the default. A change replaces the deployment.",
		Optional:            true,
		Computed:            true,
		Default:             int64default.StaticInt64(gpusPerContainer),
		Validators:          []validator.Int64{eightGPUs{}},
		PlanModifiers:       []planmodifier.Int64{replacedInt64()},
	}
	attributes["hardware_id"] = schema.Int64Attribute{
		MarkdownDescription: "Id of the hardware, from the inventory. A change replaces the deployment.",
		Required:            true,
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
		PlanModifiers:       []planmodifier.Int64{replacedInt64()},
	}
	attributes["location_ids"] = schema.SetAttribute{
		MarkdownDescription: "Ids of the locations in which the containers may run, from the inventory; at least one. A change replaces the deployment.",
		ElementType:         types.Int64Type,
		Required:            true,
		Validators: []validator.Set{
			setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueInt64sAre(int64validator.AtLeast(1)),
		},
		PlanModifiers: []planmodifier.Set{replacedSet()},
	}
	attributes["container_config"] = containerConfigAttribute()
	attributes["registry_config"] = registryConfigAttribute()
	attributes["max_cost_usdc"] = schema.Float64Attribute{
		MarkdownDescription: "The most that one apply may buy, in USDC. The plan fails when the price is above it, and so does the apply, " +
			"which asks for the price again right before it buys.",
		Optional:   true,
		Validators: []validator.Float64{float64validator.AtLeast(0)},
	}
	attributes["wait_for_running"] = schema.BoolAttribute{
		MarkdownDescription: "Whether create and update wait until the deployment is running and each of its containers has a public URL. Default `true`.",
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
	}
	attributes["recreate_when_ended"] = schema.BoolAttribute{
		MarkdownDescription: "Whether a deployment that has ended, by its time or by a failure, is planned anew, and paid for anew. " +
			"Default `false`: it stays in the state, with a warning.",
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(false),
	}
	attributes["timeouts"] = timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Delete: true,
		CreateDescription: "How long a create may take, waiting included, such as `30m` or `1h`. Default `45m`.",
		UpdateDescription: "How long an update may take, waiting included. Default `30m`.",
		DeleteDescription: "How long a destroy may take, waiting included. Default `20m`.",
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Containers on GPUs of io.net, paid for by the hour and up front. " +
			"Each container takes 8 GPUs and serves HTTP on one port, under a public URL of its own.",
		Attributes: attributes,
	}
}

// computedAttributes are what the API tells of a deployment and no configuration
// sets. Nothing volatile is among them: a refresh of an untouched deployment
// changes no byte of state.
func computedAttributes() map[string]schema.Attribute {
	settled := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	return map[string]schema.Attribute{
		"deployment_id": schema.StringAttribute{
			MarkdownDescription: "Id of the deployment, a UUID.", Computed: true, PlanModifiers: settled,
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "Status of the deployment in lower case: `deployment requested`, `running`, `completed`, " +
				"`failed`, `termination requested` or `destroyed`.",
			Computed: true,
		},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When the deployment was requested, RFC 3339.", Computed: true, PlanModifiers: settled,
		},
		"started_at": schema.StringAttribute{
			MarkdownDescription: "When the deployment began to run, RFC 3339; null until then.", Computed: true,
		},
		"ends_at": schema.StringAttribute{
			MarkdownDescription: "When the time paid for is up, RFC 3339; null until the deployment runs.", Computed: true,
		},
		"finished_at": schema.StringAttribute{
			MarkdownDescription: "When the deployment ended, RFC 3339; null until then.", Computed: true,
		},
		"hardware_name": schema.StringAttribute{
			MarkdownDescription: "Name of the hardware.", Computed: true, PlanModifiers: settled,
		},
		"brand_name": schema.StringAttribute{
			MarkdownDescription: "Maker of the hardware.", Computed: true, PlanModifiers: settled,
		},
		"total_gpus": schema.Int64Attribute{
			MarkdownDescription: "GPUs of all containers together.", Computed: true,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		},
		"secret_env_keys": schema.SetAttribute{
			MarkdownDescription: "Names of the secret variables that the deployment has.", ElementType: types.StringType, Computed: true,
		},
		"amount_paid_usdc": schema.Float64Attribute{
			MarkdownDescription: "What has been paid for the deployment so far, in USDC.", Computed: true,
		},
		"containers": schema.ListNestedAttribute{
			MarkdownDescription: "Containers of the deployment, ordered by `container_id`.",
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"container_id": schema.StringAttribute{MarkdownDescription: "Id of the container.", Computed: true},
				"device_id":    schema.StringAttribute{MarkdownDescription: "Id of the machine that it runs on.", Computed: true},
				"status":       schema.StringAttribute{MarkdownDescription: "Status of the container in lower case.", Computed: true},
				"public_url":   schema.StringAttribute{MarkdownDescription: "URL of the container's HTTP port; null until it is up.", Computed: true},
			}},
		},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity. Its version stays 0:
// state that has no identity yet is presented as that version.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"deployment_id": identityschema.StringAttribute{
			Description: "Id of the deployment, a UUID.", RequiredForImport: true,
		},
	}}
}
