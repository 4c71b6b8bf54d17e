package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// newPriceDataSource returns the data source ioneth_caas_price.
func newPriceDataSource() datasource.DataSource {
	return &dataSource[priceModel]{name: "caas_price", schema: priceSchema, read: readPrice}
}

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

func priceSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Current price of a deployment. A purchase pays the price at the time of the apply, which may differ. " +
			"To cap the cost, set `max_cost_usdc` of the deployment to a number or a variable, not to this value, which changes with the price.",
		Attributes: map[string]schema.Attribute{
			"hardware_id": hardwareIDAttribute(),
			"location_ids": schema.SetAttribute{
				MarkdownDescription: "IDs of the locations in which the containers may run, as returned by the data source `ioneth_caas_locations`. At least one.",
				ElementType:         wholeNumberType{},
				Required:            true,
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueInt64sAre(int64validator.AtLeast(1)),
				},
			},
			"duration_hours":     atLeastOne("Number of hours to run."),
			"gpus_per_container": gpusPerContainerAttribute(),
			"replica_count":      atLeastOne("Number of containers."),

			"total_cost_usdc":                 computedFloat64("Total cost, in USDC."),
			"discount":                        computedFloat64("Discount, in USDC."),
			"ionet_fee":                       computedFloat64("Fee of io.net, in USDC."),
			"ionet_fee_percent":               computedFloat64("Fee of io.net, in percent."),
			"currency_conversion_fee":         computedFloat64("Fee for currency conversion, in USDC."),
			"currency_conversion_fee_percent": computedFloat64("Fee for currency conversion, in percent."),
			"available_replica_count": schema.ListAttribute{
				MarkdownDescription: "Capacity of each location: the number of containers that it can run now. In ascending order of `location_ids`.",
				ElementType:         types.Int64Type,
				Computed:            true,
			},
		},
	}
}

func readPrice(ctx context.Context, p *providerData, m *priceModel) diag.Diagnostics {
	m.GPUsPerContainer = gpusOrDefault(m.GPUsPerContainer)
	price, err := p.service.Client().Price(ctx, caas.PriceRequest{
		LocationIDs: expandInt64s(m.LocationIDs), HardwareID: m.HardwareID.ValueInt64(), DurationHours: m.DurationHours.ValueInt64(),
		GPUsPerContainer: m.GPUsPerContainer.ValueInt64(), ReplicaCount: m.ReplicaCount.ValueInt64(),
	})
	if err != nil {
		return lookupError(summaryPriceError, err, "Correct the values of the data source. "+lookUpIDs)
	}
	m.flatten(price)
	return nil
}

// flatten writes what the API returned into the model.
func (m *priceModel) flatten(p *caas.Price) {
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
