package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const (
	perSecond = 50
	// mostRefused is the part of all requests that may be refused.
	mostRefused = 0.05
)

// limited is part (d): an apply where the API takes so many requests a second,
// against the least that it can take. It is run once: what it takes is waiting.
func (b *bench) limited(ctx context.Context) ([]line, error) {
	n := b.scale.paced
	var lines []line
	for _, limit := range []struct {
		burst      int
		retryAfter string
		words      string
	}{
		{perSecond, "1", fmt.Sprintf("burst %d, Retry-After 1", perSecond)},
		{perSecond, "", fmt.Sprintf("burst %d, no Retry-After", perSecond)},
		{perSecond / 5, "1", fmt.Sprintf("burst %d, Retry-After 1", perSecond/5)},
		{perSecond / 5, "", fmt.Sprintf("burst %d, no Retry-After", perSecond/5)},
	} {
		what := fmt.Sprintf("apply of %d at %d requests a second (%s)", n, perSecond, limit.words)
		err := b.withAPI(ctx, func(api *caastest.Server) error {
			api.Limit(perSecond, limit.burst, limit.retryAfter)
			c, err := b.ours.run(ctx, "apply", "-auto-approve", instances(n))
			if err != nil {
				return err // none may fail
			}
			lines = append(lines, limitLines(what, c, api.Requests())...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// limitLines are the lines of an apply that took c and made these requests.
func limitLines(what string, c cost, requests []caastest.Request) []line {
	refused := 0
	for _, r := range requests {
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	var took pairs
	took.add(c.wall.Seconds(), float64(len(requests)-refused)/perSecond)
	part := float64(refused) / float64(len(requests))
	return []line{
		took.line(what+", none failed", fmt.Sprintf("calls ÷ %d ", perSecond), seconds, mostOverLimit),
		{
			what: what + ", requests refused", measured: fmt.Sprintf("%d of %d, %.1f %%", refused, len(requests), part*100),
			against: fmt.Sprintf("%.0f %%", mostRefused*100), ratio: part / mostRefused, most: 1,
		},
	}
}
