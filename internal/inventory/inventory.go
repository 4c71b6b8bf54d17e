// Package inventory holds the data sources on what io.net has to offer: kinds of
// hardware, locations, the room in them, and prices. None of them buys anything.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// Session is what these data sources need of the configured provider, which
// hands it to them as its data.
type Session interface {
	// API is the client; nil while the provider's configuration is not known.
	API() *caas.Client
	// ReadContext bounds one read, on the provider's clock.
	ReadContext(context.Context) (context.Context, context.CancelFunc)
}

// source is the part that all data sources here have: the session.
type source struct {
	session Session
}

// Configure implements datasource.DataSourceWithConfigure.
func (s *source) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if req.ProviderData == nil {
		return // validation comes before configuration
	}
	session, ok := req.ProviderData.(Session)
	if !ok {
		resp.Diagnostics.AddError("Unexpected provider data", fmt.Sprintf("%T is no inventory.Session. This is a bug of the provider.", req.ProviderData))
		return
	}
	s.session = session
}

// client is the API's client; without one it is nil and diags say why.
func (s *source) client(diags *diag.Diagnostics) *caas.Client {
	client := s.session.API()
	if client == nil {
		diags.Append(diagnose.ConfigurationUnknown())
	}
	return client
}

// queryAttributes are the attributes that the members of a query come from.
var queryAttributes = map[string]path.Path{
	"hardware_id":        path.Root("hardware_id"),
	"hardware_qty":       path.Root("gpus_per_container"),
	"gpus_per_container": path.Root("gpus_per_container"),
	"location_ids":       path.Root("location_ids"),
	"duration_hours":     path.Root("duration_hours"),
	"replica_count":      path.Root("replica_count"),
}

// locate finds the attribute that a 422's loc names.
func locate(loc []string) (path.Path, bool) {
	for _, step := range loc {
		if at, ok := queryAttributes[step]; ok {
			return at, true
		}
	}
	return path.Path{}, false
}

// notRead explains a read that failed. instead says where to look for values that
// the API takes, and is shown where it did not take those given.
func notRead(summary string, err error, instead string) diag.Diagnostics {
	f := diagnose.Failure{Summary: summary, Err: err, Next: "Run the command again.", Locate: locate}
	var apiErr *caas.Error
	if errors.As(err, &apiErr) {
		switch apiErr.Status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
			f.Next = instead
		}
	}
	return f.Diagnostics()
}

// defaultGPUs is the number of GPUs per container that the API deploys (seed).
// The inventory may be asked about others.
const defaultGPUs = 8

func gpusAttribute() schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: "GPUs of each container; at least 1, default 8. Deployments take 8 and nothing else.",
		Optional:            true,
		Computed:            true,
		CustomType:          diagnose.WholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

// gpusOrDefault stands in for a default, which the schemas of data sources do not
// have.
func gpusOrDefault(given types.Int64) types.Int64 {
	if given.IsNull() {
		return types.Int64Value(defaultGPUs)
	}
	return given
}

func hardwareIDAttribute() schema.Attribute {
	return schema.Int64Attribute{
		MarkdownDescription: "Id of the hardware, as `ioneth_caas_hardware` lists it.",
		Required:            true,
		CustomType:          diagnose.WholeNumberType{},
		Validators:          []validator.Int64{int64validator.AtLeast(1)},
	}
}

// locationRow is a location as a data source shows it.
type locationRow struct {
	ID   int64  `tfsdk:"id"`
	ISO2 string `tfsdk:"iso2"`
	Name string `tfsdk:"name"`
}

func newLocationRow(l caas.Location) locationRow {
	return locationRow{ID: int64(l.ID), ISO2: string(l.ISO2), Name: string(l.Name)}
}

// locationAttributes are the attributes of a locationRow.
func locationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":   schema.Int64Attribute{MarkdownDescription: "Id of the location, for `location_ids`.", Computed: true},
		"iso2": schema.StringAttribute{MarkdownDescription: "Country of the location, two letters.", Computed: true},
		"name": schema.StringAttribute{MarkdownDescription: "Name of the location.", Computed: true},
	}
}
