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
	// where pages count from 1 and page 0 is page 1, more only where the API
	// ignores the page.
	maxStalePages = 3
)

// DeploymentItem is a deployment in the list (seen), which knows its name.
type DeploymentItem struct {
	ID                      Text   `json:"id"`
	Name                    Text   `json:"name"`
	Status                  Status `json:"status"`
	CompletedPercent        Float  `json:"completed_percent"`
	HardwareQuantity        Int    `json:"hardware_quantity"`
	HardwareName            Text   `json:"hardware_name"`
	BrandName               Text   `json:"brand_name"`
	Served                  Text   `json:"served"`    // words, such as "2h 5m"
	Remaining               Text   `json:"remaining"` // words
	ComputeMinutesServed    Float  `json:"compute_minutes_served"`
	ComputeMinutesRemaining Float  `json:"compute_minutes_remaining"`
	CreatedAt               Time   `json:"created_at"`
}

// Deployments reads the account's deployments page by page, each once. A status
// of "" means all. The sequence ends after the first error.
//
// Nobody says whether pages count from 0 or from 1. So pages are read from 0
// until the told total is reached or a page is empty, and repeats are dropped.
func (c *Client) Deployments(ctx context.Context, status Status) iter.Seq2[DeploymentItem, error] {
	return func(yield func(DeploymentItem, error) bool) {
		seen := map[Text]bool{}
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

// untold is the total that the API does not tell.
const untold = -1

// deploymentPage reads one page and the total, or untold.
func (c *Client) deploymentPage(ctx context.Context, status Status, page int) ([]DeploymentItem, int, error) {
	query := url.Values{"page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(pageSize)}}
	if status != "" {
		query.Set("status", string(status))
	}
	read := call{method: http.MethodGet, path: base + "/deployments", query: query}
	body, err := c.do(ctx, read)
	if err != nil {
		return nil, 0, err
	}
	items, err := decodeList[DeploymentItem](body, "deployments")
	if err != nil {
		return nil, 0, unreadable(read, err)
	}
	var counted struct {
		Total *Int `json:"total"`
	}
	total := untold
	// A bare list has none, and one below what is on this very page is wrong.
	if decode(body, &counted) == nil && counted.Total != nil && *counted.Total >= Int(len(items)) {
		total = int(*counted.Total)
	}
	return items, total, nil
}
