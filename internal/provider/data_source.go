package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

const (
	runAgain = "Run the command again."
	// listIDs says where to find the ID of a deployment.
	listIDs = "Use the data source ioneth_caas_deployments to list the account's deployments."
	// statusFilter describes the attribute status of a filter, in front of its default.
	statusFilter = "Status of the deployments, in any letter case: `deployment requested`, `running`, `completed`, " +
		"`failed`, `termination requested` or `destroyed`."
)

// dataSource is what all data sources have in common.
type dataSource struct{ *providerData }

// Configure implements datasource.DataSourceWithConfigure.
func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.providerData = providerDataOf(req.ProviderData, &resp.Diagnostics)
}

// notEmpty returns the validators of a string that must not be "".
func notEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

// readOnly returns computed attributes of the resource as attributes of a data
// source: names, types and descriptions are the same in both. Without names it
// returns all.
func readOnly(attributes map[string]resourceschema.Attribute, names ...string) map[string]schema.Attribute {
	out := make(map[string]schema.Attribute, len(attributes))
	for _, name := range names {
		out[name] = readOnlyAttribute(attributes[name])
	}
	if len(names) == 0 {
		for name, attribute := range attributes {
			out[name] = readOnlyAttribute(attribute)
		}
	}
	return out
}

func readOnlyAttribute(attribute resourceschema.Attribute) schema.Attribute {
	description := attribute.GetMarkdownDescription()
	switch a := attribute.(type) {
	case resourceschema.StringAttribute:
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	case resourceschema.Int64Attribute:
		return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
	case resourceschema.Float64Attribute:
		return schema.Float64Attribute{MarkdownDescription: description, Computed: true}
	case resourceschema.SetAttribute:
		return schema.SetAttribute{MarkdownDescription: description, ElementType: a.ElementType, Computed: true}
	case resourceschema.ListAttribute:
		return schema.ListAttribute{MarkdownDescription: description, ElementType: a.ElementType, Computed: true}
	case resourceschema.ListNestedAttribute:
		return schema.ListNestedAttribute{
			MarkdownDescription: description, Computed: true,
			NestedObject: schema.NestedAttributeObject{Attributes: readOnly(a.NestedObject.Attributes)},
		}
	default: // every test that reads the schema fails
		panic(fmt.Sprintf("no data source attribute for a %T", attribute))
	}
}

func computedString(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

func computedInt64(description string) schema.Attribute {
	return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
}

func computedFloat64(description string) schema.Attribute {
	return schema.Float64Attribute{MarkdownDescription: description, Computed: true}
}

// volatileAttributes returns the attributes that change by themselves while a
// deployment runs. They are in data sources only.
func volatileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"completed_percent":         computedFloat64("Share of the prepaid time that has been served, in percent, as the API returns it."),
		"compute_minutes_served":    computedFloat64("Prepaid time that has been served, in minutes."),
		"compute_minutes_remaining": computedFloat64("Prepaid time that remains, in minutes."),
	}
}

// locationModel is a location.
type locationModel struct {
	ID   types.Int64  `tfsdk:"id"`
	ISO2 types.String `tfsdk:"iso2"`
	Name types.String `tfsdk:"name"`
}

func flattenLocation(l caas.Location) locationModel {
	return locationModel{ID: types.Int64Value(int64(l.ID)), ISO2: stringOrNull(l.ISO2), Name: stringOrNull(l.Name)}
}

// locationAttributes returns the attributes of a locationModel.
func locationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":   computedInt64("ID of the location, for `location_ids`."),
		"iso2": computedString("Country of the location, as an ISO 3166-1 alpha-2 code."),
		"name": computedString("Name of the location."),
	}
}

func hardwareIDAttribute() schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: "ID of the hardware type, as returned by the data source `ioneth_caas_hardware`. Minimum 1.",
		Required:            true,
		CustomType:          wholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

func gpusPerContainerAttribute() schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: "Number of GPUs of each container. Minimum 1. Defaults to `8`, the only value that deployments accept.",
		Optional:            true,
		Computed:            true,
		CustomType:          wholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

// gpusOrDefault returns the default of gpus_per_container when it is null: schemas
// of data sources have no defaults.
func gpusOrDefault(configured types.Int64) types.Int64 {
	if configured.IsNull() {
		return types.Int64Value(gpusPerContainer)
	}
	return configured
}

func float64OrNull(f *caas.Float) types.Float64 {
	if f == nil {
		return types.Float64Null()
	}
	return types.Float64Value(float64(*f))
}

// lookupError explains a read of a data source that failed.
func lookupError(summary string, err error) diag.Diagnostics {
	return withDestroyHint(failure{summary: summary, err: err, next: runAgain}.errors())
}

// queryAttributes maps the parameters of the inventory's queries to attributes.
var queryAttributes = map[string]path.Path{
	"hardware_id":        path.Root("hardware_id"),
	"hardware_qty":       path.Root("gpus_per_container"),
	"gpus_per_container": path.Root("gpus_per_container"),
	"location_ids":       path.Root("location_ids"),
	"duration_hours":     path.Root("duration_hours"),
	"replica_count":      path.Root("replica_count"),
}

// queryError is lookupError for a query of the inventory. correct says where to
// look up values that the API accepts.
func queryError(summary string, err error, correct string) diag.Diagnostics {
	f := failure{summary: summary, err: err, next: runAgain}
	f.locate = func(loc []string) (path.Path, bool) {
		for _, step := range loc {
			if at, ok := queryAttributes[step]; ok {
				return at, true
			}
		}
		return path.Empty(), false
	}
	var apiErr *caas.Error
	if errors.As(err, &apiErr) {
		switch apiErr.Status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
			f.next = correct
		}
	}
	return withDestroyHint(f.errors())
}

// noDeploymentError is for a deployment that the account does not have. what is
// how the configuration names it; err is the API's 404, nil without one.
func noDeploymentError(at path.Path, what string, err error) diag.Diagnostic {
	request := ""
	var apiErr *caas.Error
	if errors.As(err, &apiErr) {
		request = apiErr.Where()
	}
	return diag.NewAttributeErrorDiagnostic(at, summaryNoDeployment, paragraphs(
		fmt.Sprintf("The account has no deployment with the %s.", what), listIDs, request))
}

// partlyReadWarnings are unreadWarnings where there is no state to keep values in.
func partlyReadWarnings(id string, d *deployment.Deployment) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, err := range d.Unread {
		diags.AddWarning(summaryPartlyRead, fmt.Sprintf(
			"%s The deployment %s has the status %q. The attributes that could not be read are null.", sentence(err.Error()), id, d.Status))
	}
	return diags
}

// liveIDs returns the IDs of the deployments that have not ended, in order.
func liveIDs(items []caas.DeploymentItem) []string {
	var ids []string
	for _, item := range items {
		if !item.Status.Ended() {
			ids = append(ids, item.ID)
		}
	}
	return ids
}

// expandStatus returns the status of a filter as the API returns it, "" for all.
func expandStatus(filter types.String) caas.Status {
	return caas.Status(strings.ToLower(filter.ValueString()))
}

// listError explains a list of deployments that could not be read. Only the status
// of its query is from the configuration.
func listError(err error) diag.Diagnostics {
	f := failure{summary: summaryListError, err: err, next: runAgain}
	f.locate = func(loc []string) (path.Path, bool) { return path.Root("status"), slices.Contains(loc, "status") }
	var apiErr *caas.Error
	if errors.As(err, &apiErr) && len(apiErr.Problems) > 0 {
		f.next = "Set status to one that the API accepts, or remove it to read all deployments."
	}
	return f.errors()
}

// sortedContainers returns containers in order of their IDs.
func sortedContainers(containers []caas.Container) []caas.Container {
	return slices.SortedFunc(slices.Values(containers), func(a, b caas.Container) int { return cmp.Compare(a.ContainerID, b.ContainerID) })
}
