package caas

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

const (
	pageSize = 100 // the most that the API allows (reference)
	// maxStalePages is how many pages in a row may bring nothing new: one does
	// when pages count from 1 and page 0 is page 1, more only when the API ignores
	// the page.
	maxStalePages = 3
)

// DeploymentItem is a deployment in the list (seen), which knows its name.
type DeploymentItem struct {
	ID                      string `json:"id"`
	Name                    string `json:"name"`
	Status                  Status `json:"status"`
	CompletedPercent        Float  `json:"completed_percent"`
	HardwareQuantity        Int    `json:"hardware_quantity"`
	HardwareName            string `json:"hardware_name"`
	BrandName               string `json:"brand_name"`
	Served                  string `json:"served"`    // words, such as "2h 5m"
	Remaining               string `json:"remaining"` // words
	ComputeMinutesServed    Float  `json:"compute_minutes_served"`
	ComputeMinutesRemaining Float  `json:"compute_minutes_remaining"`
	CreatedAt               Time   `json:"created_at"`
}

// Deployments reads the account's deployments page by page, each once. A status
// of "" means all. Rows without an ID or a name are left out. The sequence ends
// after the first error.
//
// Whether pages count from 0 or from 1 is not documented. So pages are read from 0
// until the returned total is reached or a page is empty, and repeats are dropped.
func (c *Client) Deployments(ctx context.Context, status Status) iter.Seq2[DeploymentItem, error] {
	return func(yield func(DeploymentItem, error) bool) {
		seen := map[string]bool{}
		for page, stale := 0, 0; stale < maxStalePages; page++ {
			items, total, err := c.deploymentPage(ctx, status, page)
			if page == 0 && hasStatus(err, http.StatusUnprocessableEntity) {
				continue // there is no page 0
			}
			if err != nil {
				yield(DeploymentItem{}, err)
				return
			}
			stale++
			for _, item := range items {
				if seen[item.ID] {
					continue
				}
				stale, seen[item.ID] = 0, true
				if !yield(item, nil) {
					return
				}
			}
			if len(items) == 0 && page > 0 || total >= 0 && len(seen) >= total {
				return
			}
		}
	}
}

// noTotal is the total when the API does not return a plausible one.
const noTotal = -1

// deploymentPage reads one page and the total.
func (c *Client) deploymentPage(ctx context.Context, status Status, page int) ([]DeploymentItem, int, error) {
	query := url.Values{"page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(pageSize)}}
	if status != "" {
		query.Set("status", string(status))
	}
	r := request{method: http.MethodGet, path: base + "/deployments", query: query}
	o, err := c.send(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	response := openEnvelope(o.body)
	items, err := rows(response, func(d DeploymentItem) bool { return d.ID != "" && d.Name != "" }, "deployments")
	if err != nil {
		return nil, 0, c.unusable(r, o, err)
	}
	var counted struct {
		Total optionalFloat `json:"total"`
	}
	total := noTotal
	// A bare list has none, and one below what is on this very page is wrong.
	if unmarshal(response.content, &counted) == nil && counted.Total.value != nil && int(*counted.Total.value) >= len(items) {
		total = int(*counted.Total.value)
	}
	return items, total, nil
}
