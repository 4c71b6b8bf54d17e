package inventory

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// Price is the data source ioneth_caas_price.
type Price struct{ source }

var _ datasource.DataSourceWithConfigure = (*Price)(nil)

// NewPrice makes the data source; Configure gives it its session.
func NewPrice() datasource.DataSource { return &Price{} }

type priceModel struct {
	HardwareID       types.Int64 `tfsdk:"hardware_id"`
	LocationIDs      types.Set   `tfsdk:"location_ids"`
	DurationHours    types.Int64 `tfsdk:"duration_hours"`
	GPUsPerContainer types.Int64 `tfsdk:"gpus_per_container"`
	ReplicaCount     types.Int64 `tfsdk:"replica_count"`

	TotalCostUSDC                types.Float64 `tfsdk:"total_cost_usdc"`
	Discount                     types.Float64 `tfsdk:"discount"`
	IonetFee                     types.Float64 `tfsdk:"ionet_fee"`
	IonetFeePercent              types.Float64 `tfsdk:"ionet_fee_percent"`
	CurrencyConversionFee        types.Float64 `tfsdk:"currency_conversion_fee"`
	CurrencyConversionFeePercent types.Float64 `tfsdk:"currency_conversion_fee_percent"`
	AvailableReplicaCount        []int64       `tfsdk:"available_replica_count"`
}

// Metadata implements datasource.DataSource.
func (d *Price) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_caas_price"
}

// Schema implements datasource.DataSource.
func (d *Price) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	atLeastOne := func(description string) schema.Attribute {
		return schema.Int64Attribute{
			MarkdownDescription: description, Required: true,
			CustomType: diagnose.WholeNumberType{}, Validators: []validator.Int64{int64validator.AtLeast(1)},
		}
	}
	told := func(description string) schema.Attribute {
		return schema.Float64Attribute{MarkdownDescription: description, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Price of a deployment as it is now. Prices move: what is paid is the price at the time of the purchase. " +
			"To hold an apply to this one, write `max_cost_usdc = data.ioneth_caas_price.NAME.total_cost_usdc` in the deployment.",
		Attributes: map[string]schema.Attribute{
			"hardware_id": hardwareIDAttribute(),
			"location_ids": schema.SetAttribute{
				MarkdownDescription: "Ids of the locations in which the containers may run, as `ioneth_caas_locations` lists them; at least one.",
				ElementType:         diagnose.WholeNumberType{},
				Required:            true,
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueInt64sAre(int64validator.AtLeast(1)),
				},
			},
			"duration_hours":     atLeastOne("Hours to run; at least 1."),
			"gpus_per_container": gpusAttribute(),
			"replica_count":      atLeastOne("Containers to run; at least 1."),

			"total_cost_usdc":                 told("What all of it costs, in USDC."),
			"discount":                        told("Discount, in USDC."),
			"ionet_fee":                       told("Fee of io.net, in USDC."),
			"ionet_fee_percent":               told("Fee of io.net, in percent."),
			"currency_conversion_fee":         told("Fee for the conversion of currencies, in USDC."),
			"currency_conversion_fee_percent": told("Fee for the conversion of currencies, in percent."),
			"available_replica_count": schema.ListAttribute{
				MarkdownDescription: "Containers that there is room for now, one number per location in the ascending order of `location_ids`.",
				ElementType:         types.Int64Type,
				Computed:            true,
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *Price) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m priceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client := d.client(&resp.Diagnostics)
	m.GPUsPerContainer = gpusOrDefault(m.GPUsPerContainer)
	question := m.request(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := d.session.ReadContext(ctx)
	defer cancel()
	price, err := client.Price(ctx, question)
	if err != nil {
		resp.Diagnostics.Append(notRead("Price not read", err,
			"The data source ioneth_caas_hardware lists the hardware that there is, ioneth_caas_locations the locations.")...)
		return
	}
	m.read(price)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// request is the question to the API. Its locations are ascending, so that one
// question is always asked in the same words.
func (m *priceModel) request(ctx context.Context, diags *diag.Diagnostics) caas.PriceRequest {
	r := caas.PriceRequest{
		HardwareID: m.HardwareID.ValueInt64(), DurationHours: m.DurationHours.ValueInt64(),
		GPUsPerContainer: m.GPUsPerContainer.ValueInt64(), ReplicaCount: m.ReplicaCount.ValueInt64(),
	}
	diags.Append(m.LocationIDs.ElementsAs(ctx, &r.LocationIDs, false)...)
	slices.Sort(r.LocationIDs)
	return r
}

// read takes over what the API tells.
func (m *priceModel) read(p *caas.Price) {
	m.TotalCostUSDC = types.Float64Value(float64(p.TotalCostUSDC))
	m.Discount = types.Float64Value(float64(p.Discount))
	m.IonetFee = types.Float64Value(float64(p.IonetFee))
	m.IonetFeePercent = types.Float64Value(float64(p.IonetFeePercent))
	m.CurrencyConversionFee = types.Float64Value(float64(p.CurrencyConversionFee))
	m.CurrencyConversionFeePercent = types.Float64Value(float64(p.CurrencyConversionFeePercent))
	m.AvailableReplicaCount = make([]int64, len(p.AvailableReplicaCount))
	for i, n := range p.AvailableReplicaCount {
		m.AvailableReplicaCount[i] = int64(n)
	}
}
