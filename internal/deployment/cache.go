package deployment

import (
	"context"
	"sync"

	"golang.org/x/sync/singleflight"
)

// cache keeps answers of the API for as long as the service lives, so that a
// plan of many deployments asks each question once. Only successful answers are
// kept. Its zero value is ready.
type cache[V any] struct {
	calls  singleflight.Group
	mu     sync.Mutex
	values map[string]V
}

// get returns the value of key, and loads it when it is missing. Concurrent
// callers share one load, which does not end with the context of the caller that
// happened to start it; each caller waits no longer than its own context lasts.
func (c *cache[V]) get(ctx context.Context, key string, load func(context.Context) (V, error)) (V, error) {
	if value, ok := c.lookup(key); ok {
		return value, nil
	}
	result := c.calls.DoChan(key, func() (any, error) {
		if value, ok := c.lookup(key); ok {
			return value, nil
		}
		value, err := load(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.values == nil {
			c.values = map[string]V{}
		}
		c.values[key] = value
		return value, nil
	})
	var none V
	select {
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		value, _ := r.Val.(V)
		return value, nil
	case <-ctx.Done():
		return none, contextError(ctx)
	}
}

func (c *cache[V]) lookup(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok := c.values[key]
	return value, ok
}

// forget makes the next get load the value again.
func (c *cache[V]) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.values, key)
}
