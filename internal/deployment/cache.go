package deployment

import (
	"context"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// cache remembers the API's answers for the life of the process. Concurrent
// callers of one key share one call, and only successful answers are kept. The
// zero value is ready to use.
type cache[V any] struct {
	calls  singleflight.Group
	mu     sync.Mutex
	values map[string]V
}

// get returns the value of key, and calls fetch when there is none yet. ctx bounds
// how long this caller waits. The call itself belongs to every caller, so it is
// bounded by readTimeout instead and does not end with the caller that started it.
func (c *cache[V]) get(ctx context.Context, clock caas.Clock, key string, fetch func(context.Context) (V, error)) (V, error) {
	if value, ok := c.cached(key); ok {
		return value, nil
	}
	result := c.calls.DoChan(key, func() (any, error) {
		if value, ok := c.cached(key); ok { // fetched since this caller looked
			return value, nil
		}
		shared, cancel := clock.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		value, err := fetch(shared)
		if err == nil {
			c.put(key, value)
		}
		return value, err
	})
	select {
	case r := <-result:
		value, _ := r.Val.(V) // what fetch returned
		return value, r.Err
	case <-ctx.Done():
		var none V
		return none, context.Cause(ctx)
	}
}

func (c *cache[V]) cached(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok := c.values[key]
	return value, ok
}

func (c *cache[V]) put(key string, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = map[string]V{}
	}
	c.values[key] = value
}
