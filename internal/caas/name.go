package caas

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// NameAvailable tells whether a deployment may be given the name (seen).
func (c *Client) NameAvailable(ctx context.Context, name string) (bool, error) {
	check := call{
		method: http.MethodGet, path: base + "/clusters/check_cluster_name_availability",
		query: url.Values{"cluster_name": {name}},
	}
	var answer Text
	if err := c.fetch(ctx, check, &answer); err != nil {
		return false, err
	}
	free, err := strconv.ParseBool(string(answer))
	if err != nil {
		return false, unreadable(check, errNoAnswer)
	}
	return free, nil
}
