package caas

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// Hardware is a kind of hardware on offer (reference; the members are seen).
type Hardware struct {
	HardwareID          HardwareID `json:"hardware_id"`
	HardwareName        Text       `json:"hardware_name"`
	BrandName           Text       `json:"brand_name"`
	MaxGPUsPerContainer Int        `json:"max_gpus_per_container"`
	Available           Int        `json:"available"`
}

// Hardware reads the hardware on offer. Rows whose id is not an integer are
// left out: the deploy call does not take them (seed).
func (c *Client) Hardware(ctx context.Context) ([]Hardware, error) {
	read := call{method: http.MethodGet, path: base + "/hardware/max-gpus-per-container"}
	return fetchRows(ctx, c, read, func(h Hardware) bool { return h.HardwareID > 0 }, "hardware")
}

// Locations reads all locations (seen). Rows whose id is not an integer are left
// out.
func (c *Client) Locations(ctx context.Context) ([]Location, error) {
	read := call{method: http.MethodGet, path: "/v1/io-cloud/caas/locations"}
	return fetchRows(ctx, c, read, func(l Location) bool { return l.ID > 0 }, "locations")
}

// fetchRows reads a list of the catalogue under one of the names. Rows that
// can't be read or used are left out, so that they don't hide the others.
func fetchRows[T any](ctx context.Context, c *Client, read call, usable func(T) bool, names ...string) ([]T, error) {
	body, err := c.do(ctx, read)
	if err != nil {
		return nil, err
	}
	raw, err := decodeList[json.RawMessage](body, names...)
	if err != nil {
		return nil, unreadable(read, err)
	}
	var rows []T
	for _, r := range raw {
		var row T
		if json.Unmarshal(r, &row) == nil && usable(row) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Availability is how many containers a location has room for (reference).
type Availability struct {
	Location
	AvailableReplicas Int `json:"available_replicas"`
}

// AvailableReplicas reads the room for containers of gpus GPUs on a kind of
// hardware, one row per location (reference). Rows whose id is not an integer are
// left out.
func (c *Client) AvailableReplicas(ctx context.Context, hardwareID, gpus int64) ([]Availability, error) {
	read := call{method: http.MethodGet, path: base + "/available-replicas", query: url.Values{
		"hardware_id":  {strconv.FormatInt(hardwareID, 10)},
		"hardware_qty": {strconv.FormatInt(gpus, 10)},
	}}
	return fetchRows(ctx, c, read, func(a Availability) bool { return a.ID > 0 }, "locations", "replicas")
}

// PriceRequest is what is to be priced (reference).
type PriceRequest struct {
	LocationIDs      []int64
	HardwareID       int64
	DurationHours    int64
	GPUsPerContainer int64
	ReplicaCount     int64
}

// Price is what a deployment would cost (reference; the members are seen).
// Amounts are USDC, percents of 100.
type Price struct {
	ReplicaCount                 Int   `json:"replica_count"`
	GPUsPerContainer             Int   `json:"gpus_per_container"`
	AvailableReplicaCount        []Int `json:"available_replica_count"`
	Discount                     Float `json:"discount"`
	IonetFee                     Float `json:"ionet_fee"`
	IonetFeePercent              Float `json:"ionet_fee_percent"`
	CurrencyConversionFee        Float `json:"currency_conversion_fee"`
	CurrencyConversionFeePercent Float `json:"currency_conversion_fee_percent"`
	TotalCostUSDC                Float `json:"total_cost_usdc"`
}

// Price asks what a deployment would cost.
func (c *Client) Price(ctx context.Context, r PriceRequest) (*Price, error) {
	locations, err := json.Marshal(r.LocationIDs)
	if err != nil {
		return nil, err
	}
	read := call{method: http.MethodGet, path: base + "/price", query: url.Values{
		"location_ids":       {string(locations)},
		"hardware_id":        {strconv.FormatInt(r.HardwareID, 10)},
		"duration_hours":     {strconv.FormatInt(r.DurationHours, 10)},
		"gpus_per_container": {strconv.FormatInt(r.GPUsPerContainer, 10)},
		"replica_count":      {strconv.FormatInt(r.ReplicaCount, 10)},
	}}
	var told struct {
		Price
		Total json.RawMessage `json:"total_cost_usdc"`
	}
	if err := c.fetch(ctx, read, &told); err != nil {
		return nil, err
	}
	if scalarText(told.Total) == "" { // it would read as free
		return nil, unreadable(read, errNoPrice)
	}
	if err := json.Unmarshal(told.Total, &told.TotalCostUSDC); err != nil {
		return nil, unreadable(read, err)
	}
	return &told.Price, nil
}
