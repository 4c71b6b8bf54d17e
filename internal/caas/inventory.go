package caas

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Hardware is a hardware type on offer (reference; the members are seen).
type Hardware struct {
	HardwareID          Int    `json:"hardware_id"`
	HardwareName        string `json:"hardware_name"`
	BrandName           string `json:"brand_name"`
	MaxGPUsPerContainer Int    `json:"max_gpus_per_container"`
	Available           Int    `json:"available"`
}

// Hardware reads the hardware on offer. Rows whose ID is not an integer are left
// out: the deploy call does not take them (seed).
func (c *Client) Hardware(ctx context.Context) ([]Hardware, error) {
	r := request{method: http.MethodGet, path: base + "/hardware/max-gpus-per-container"}
	return fetchRows(ctx, c, r, func(h Hardware) bool { return h.HardwareID > 0 }, "hardware")
}

// Locations reads all locations (seen). Rows whose ID is not an integer are left
// out.
func (c *Client) Locations(ctx context.Context) ([]Location, error) {
	r := request{method: http.MethodGet, path: "/v1/io-cloud/caas/locations"}
	return fetchRows(ctx, c, r, func(l Location) bool { return l.ID > 0 }, "locations")
}

// fetchRows sends the request and decodes a list as [rows] does.
func fetchRows[T any](ctx context.Context, c *Client, r request, usable func(T) bool, names ...string) ([]T, error) {
	o, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	list, err := rows(openEnvelope(o.body), usable, names...)
	if err != nil {
		return nil, c.unusable(r, o, err)
	}
	return list, nil
}

// Availability is how many containers a location has capacity for (reference).
type Availability struct {
	Location
	AvailableReplicas Int `json:"available_replicas"`
}

// AvailableReplicas reads the capacity for containers of gpus GPUs on a hardware
// type, one row per location (reference). Rows whose ID is not an integer are left
// out.
func (c *Client) AvailableReplicas(ctx context.Context, hardwareID, gpus int64) ([]Availability, error) {
	r := request{method: http.MethodGet, path: base + "/available-replicas", query: url.Values{
		"hardware_id":  {strconv.FormatInt(hardwareID, 10)},
		"hardware_qty": {strconv.FormatInt(gpus, 10)},
	}}
	return fetchRows(ctx, c, r, func(a Availability) bool { return a.ID > 0 }, "locations", "replicas")
}

// IsNameAvailable returns whether a deployment may be given the name (seen).
func (c *Client) IsNameAvailable(ctx context.Context, name string) (bool, error) {
	r := request{
		method: http.MethodGet, path: base + "/clusters/check_cluster_name_availability",
		query: url.Values{"cluster_name": {name}},
	}
	o, err := c.send(ctx, r)
	if err != nil {
		return false, err
	}
	switch strings.ToLower(parseScalar(openEnvelope(o.body).content)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, c.unusable(r, o, fmt.Errorf("%w: it is neither true nor false", errShape))
	}
}

// PriceRequest is the deployment or the extension to price (reference).
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

// Price reads what a deployment would cost.
func (c *Client) Price(ctx context.Context, p PriceRequest) (*Price, error) {
	locations, _ := json.Marshal(p.LocationIDs) // integers can't fail
	r := request{method: http.MethodGet, path: base + "/price", query: url.Values{
		"location_ids":       {string(locations)},
		"hardware_id":        {strconv.FormatInt(p.HardwareID, 10)},
		"duration_hours":     {strconv.FormatInt(p.DurationHours, 10)},
		"gpus_per_container": {strconv.FormatInt(p.GPUsPerContainer, 10)},
		"replica_count":      {strconv.FormatInt(p.ReplicaCount, 10)},
	}}
	o, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	var price struct {
		Price
		Total optionalFloat `json:"total_cost_usdc"`
	}
	if unmarshal(openEnvelope(o.body).content, &price) != nil || price.Total.value == nil { // it would read as free
		return nil, c.unusable(r, o, fmt.Errorf("%w: it has no total_cost_usdc", errShape))
	}
	price.TotalCostUSDC = *price.Total.value
	return &price.Price, nil
}
