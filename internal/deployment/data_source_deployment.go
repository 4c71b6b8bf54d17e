package deployment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// DataSource is the data source ioneth_caas_deployment.
type DataSource struct{ source }

var (
	_ datasource.DataSourceWithConfigure        = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*DataSource)(nil)
)

// NewDataSource makes the data source; Configure gives it its session.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_deployment"
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("deployment_id"), path.MatchRoot("name")),
	}
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := readOnlyAttributes(computedAttributes())
	for name, attribute := range volatileAttributes() {
		attributes[name] = attribute
	}
	for name, attribute := range definitionAttributes() {
		attributes[name] = attribute
	}
	attributes["deployment_id"] = schema.StringAttribute{
		MarkdownDescription: "Id of the deployment, a UUID. Either this or `name` is given.",
		Optional:            true,
		Computed:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	attributes["name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the deployment. Of several deployments with the name the one that has not ended is taken, else the newest.",
		Optional:            true,
		Computed:            true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Deployment of the account, with all that the API tells of it. " +
			"Arguments, the registry's credentials and secret values are not among it.",
		Attributes: attributes,
	}
}

// definitionAttributes are what the resource has for its configuration to set, as
// far as the API tells it.
func definitionAttributes() map[string]schema.Attribute {
	number := func(description string) schema.Attribute {
		return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
	}
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"duration_hours":     number("Hours paid for; null where the API does not tell."),
		"gpus_per_container": number("GPUs of each container."),
		"hardware_id":        number("Id of the hardware; null for the regional ids that deployments here do not take."),
		"location_ids": schema.SetAttribute{
			MarkdownDescription: "Ids of the locations.", ElementType: types.Int64Type, Computed: true,
		},
		"locations": schema.ListNestedAttribute{
			MarkdownDescription: "Locations, ordered by `id`.",
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"id":   number("Id of the location."),
				"iso2": text("Country of the location, two letters."),
				"name": text("Name of the location."),
			}},
		},
		"container_config": schema.SingleNestedAttribute{
			MarkdownDescription: "How the containers run.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"replica_count": number("Containers to run."),
				"entrypoint": schema.ListAttribute{
					MarkdownDescription: "Program and its first arguments.", ElementType: types.StringType, Computed: true,
				},
				"traffic_port": number("The one HTTP port of a container."),
				"env_variables": schema.MapAttribute{
					MarkdownDescription: "Environment variables, without the secret ones.", ElementType: types.StringType, Computed: true,
				},
			},
		},
		"registry_config": schema.SingleNestedAttribute{
			MarkdownDescription: "Where the image comes from.",
			Computed:            true,
			Attributes:          map[string]schema.Attribute{"image_url": text("Full path of the image.")},
		},
	}
}

// Read implements datasource.DataSource.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m toldDeployment
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !d.ready(&resp.Diagnostics) {
		return
	}
	ctx, cancel := d.ReadContext(ctx)
	defer cancel()
	id, name, at := m.DeploymentID.ValueString(), m.Name.ValueString(), path.Root("deployment_id")
	what := fmt.Sprintf("id %q", id)
	if name != "" {
		at, what = path.Root("name"), fmt.Sprintf("name %q", name)
		found, diags := d.named(ctx, name)
		if resp.Diagnostics.Append(diags...); diags.HasError() {
			return
		}
		id = found
	}
	seen, err := d.describe(ctx, id, name)
	var apiErr *caas.Error
	switch {
	case caas.IsNotFound(err) && errors.As(err, &apiErr):
		resp.Diagnostics.Append(noSuchDeployment(at, what, apiErr.Where()))
		return
	case err != nil:
		resp.Diagnostics.Append(notLookedUp("Deployment not read", err)...)
		return
	}
	resp.Diagnostics.Append(m.read(ctx, id, *seen)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// named is the id of the deployment of that name: the one that has not ended, else
// the newest. Several that have not ended are an error, as either may be meant.
func (s *Session) named(ctx context.Context, name string) (string, diag.Diagnostics) {
	live, ended, err := s.namesakes(ctx, name)
	switch {
	case err != nil:
		return "", notLookedUp("Deployment not looked up by its name", err)
	case len(live) == 1:
		return live[0], nil
	case len(live) > 1:
		return "", diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("name"), "Several deployments have the name",
			diagnose.Paragraphs(areLive(name, live), "Write deployment_id with the one that is meant, instead of name."))}
	case ended != nil:
		return string(ended.ID), nil
	default:
		return "", diag.Diagnostics{noSuchDeployment(path.Root("name"), fmt.Sprintf("name %q", name), "")}
	}
}

// namesakes are the deployments of a name: the ids of those that have not ended,
// in order, and the newest of those that have, nil for none.
func (s *Session) namesakes(ctx context.Context, name string) (live []string, ended *caas.DeploymentItem, err error) {
	for item, err := range s.Client.Deployments(ctx, "") {
		switch {
		case err != nil:
			return nil, nil, err
		case string(item.Name) != name:
		case !item.Status.Ended():
			live = append(live, string(item.ID))
		case ended == nil || item.CreatedAt.After(ended.CreatedAt.Time):
			ended = &item
		}
	}
	slices.Sort(live)
	return live, ended, nil
}

// areLive tells that a name is that of several deployments.
func areLive(name string, ids []string) string {
	return fmt.Sprintf("The account has %d deployments named %q that have not ended: %s.", len(ids), name, strings.Join(ids, ", "))
}

// describe reads a deployment, its containers, and its name where that is "", all
// at the same time. The name is not the one that refreshes share: in an apply the
// deployment may have been made or renamed since that was read.
func (s *Session) describe(ctx context.Context, id, name string) (*live, error) {
	seen, nameErr, err := s.look(ctx, id, func(ctx context.Context, id string) (string, error) {
		if name != "" {
			return name, nil
		}
		return s.nameNow(ctx, id)
	})
	return seen, cmp.Or(err, nameErr)
}

// nameNow is the name that the list tells now, "" where that does not hold the
// deployment.
func (s *Session) nameNow(ctx context.Context, id string) (string, error) {
	for item, err := range s.Client.Deployments(ctx, "") {
		if err != nil {
			return "", err
		}
		if string(item.ID) == id {
			return string(item.Name), nil
		}
	}
	return "", nil
}

// toldDeployment is everything that the API tells of a deployment.
type toldDeployment struct {
	DeploymentID     types.String   `tfsdk:"deployment_id"`
	Name             types.String   `tfsdk:"name"`
	Status           types.String   `tfsdk:"status"`
	DurationHours    types.Int64    `tfsdk:"duration_hours"`
	GPUsPerContainer types.Int64    `tfsdk:"gpus_per_container"`
	HardwareID       types.Int64    `tfsdk:"hardware_id"`
	HardwareName     types.String   `tfsdk:"hardware_name"`
	BrandName        types.String   `tfsdk:"brand_name"`
	TotalGPUs        types.Int64    `tfsdk:"total_gpus"`
	LocationIDs      types.Set      `tfsdk:"location_ids"`
	Locations        []toldLocation `tfsdk:"locations"`
	ContainerConfig  *toldContainer `tfsdk:"container_config"`
	RegistryConfig   *toldRegistry  `tfsdk:"registry_config"`
	SecretEnvKeys    types.Set      `tfsdk:"secret_env_keys"`
	Containers       types.List     `tfsdk:"containers"`
	CreatedAt        types.String   `tfsdk:"created_at"`
	StartedAt        types.String   `tfsdk:"started_at"`
	EndsAt           types.String   `tfsdk:"ends_at"`
	FinishedAt       types.String   `tfsdk:"finished_at"`
	AmountPaidUSDC   types.Float64  `tfsdk:"amount_paid_usdc"`

	CompletedPercent        types.Float64 `tfsdk:"completed_percent"`
	ComputeMinutesServed    types.Float64 `tfsdk:"compute_minutes_served"`
	ComputeMinutesRemaining types.Float64 `tfsdk:"compute_minutes_remaining"`
}

type toldLocation struct {
	ID   int64        `tfsdk:"id"`
	ISO2 types.String `tfsdk:"iso2"`
	Name types.String `tfsdk:"name"`
}

type toldContainer struct {
	ReplicaCount types.Int64 `tfsdk:"replica_count"`
	Entrypoint   types.List  `tfsdk:"entrypoint"`
	TrafficPort  types.Int64 `tfsdk:"traffic_port"`
	EnvVariables types.Map   `tfsdk:"env_variables"`
}

type toldRegistry struct {
	ImageURL types.String `tfsdk:"image_url"`
}

// read takes over what the API tells, by way of the resource's model, so that the
// two can't disagree.
func (t *toldDeployment) read(ctx context.Context, id string, l live) diag.Diagnostics {
	m := model{DeploymentID: types.StringValue(id), LocationIDs: types.SetValueMust(diagnose.WholeNumberType{}, nil)}
	diags := m.read(ctx, l)
	container, registry := m.container(ctx, &diags), m.registry(ctx, &diags)

	*t = toldDeployment{
		DeploymentID: types.StringValue(id), Name: textOrNull(l.name), Status: m.Status,
		GPUsPerContainer: m.GPUsPerContainer, HardwareID: m.HardwareID,
		HardwareName: m.HardwareName, BrandName: m.BrandName, TotalGPUs: m.TotalGPUs,
		LocationIDs: m.LocationIDs, Locations: toldLocations(l.Locations),
		ContainerConfig: &toldContainer{
			ReplicaCount: container.ReplicaCount, Entrypoint: container.Entrypoint,
			TrafficPort: container.TrafficPort, EnvVariables: container.EnvVariables,
		},
		RegistryConfig: &toldRegistry{ImageURL: registry.ImageURL},
		SecretEnvKeys:  m.SecretEnvKeys, Containers: m.Containers,
		CreatedAt: m.CreatedAt, StartedAt: m.StartedAt, FinishedAt: m.FinishedAt,
		AmountPaidUSDC:          m.AmountPaidUSDC,
		CompletedPercent:        types.Float64Value(float64(l.CompletedPercent)),
		ComputeMinutesServed:    types.Float64Value(float64(l.ComputeMinutesServed)),
		ComputeMinutesRemaining: types.Float64Value(float64(l.ComputeMinutesRemaining)),
	}
	if l.paidHours() > 0 { // else the resource's model holds a guess
		t.DurationHours, t.EndsAt = m.DurationHours, m.EndsAt
	}
	return diags
}

func toldLocations(locations []caas.Location) []toldLocation {
	rows := make([]toldLocation, len(locations))
	for i, l := range locations {
		rows[i] = toldLocation{ID: int64(l.ID), ISO2: textOrNull(string(l.ISO2)), Name: textOrNull(string(l.Name))}
	}
	slices.SortFunc(rows, func(a, b toldLocation) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}
