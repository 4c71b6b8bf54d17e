package deployment

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

var cacheClock = caastest.NewFakeClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))

func TestCache_keepsOnlySuccess(t *testing.T) {
	var c cache[int]
	failed := errors.New("failed")
	calls := 0
	fetch := func(context.Context) (int, error) {
		if calls++; calls == 1 {
			return 0, failed
		}
		return 7, nil
	}
	if _, err := c.get(t.Context(), cacheClock, "key", fetch); !errors.Is(err, failed) {
		t.Errorf("got %v, want the error of the call", err)
	}
	for range 2 {
		if got, err := c.get(t.Context(), cacheClock, "key", fetch); got != 7 || err != nil {
			t.Errorf("got %d, %v, want 7", got, err)
		}
	}
	if _, err := c.get(t.Context(), cacheClock, "other", fetch); err != nil || calls != 3 {
		t.Errorf("%d calls, %v, want one for each key after the failure", calls, err)
	}
}

// TestCache_callerThatLeaves shows that the end of the caller that started a call
// ends its own wait and not the call, which others share.
func TestCache_callerThatLeaves(t *testing.T) {
	var c cache[int]
	started, finish := make(chan struct{}), make(chan struct{})
	calls := 0
	fetch := func(ctx context.Context) (int, error) {
		calls++
		close(started)
		<-finish
		return 7, ctx.Err()
	}
	leaves := errors.New("leaves")
	ctx, cancel := context.WithCancelCause(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.get(ctx, cacheClock, "key", fetch); !errors.Is(err, leaves) {
			t.Errorf("the first caller got %v, want the cause of its end", err)
		}
	})
	<-started
	cancel(leaves)
	wg.Wait() // while the call goes on
	wg.Go(func() {
		if got, err := c.get(t.Context(), cacheClock, "key", fetch); got != 7 || err != nil {
			t.Errorf("the second caller got %d, %v, want 7", got, err)
		}
	})
	close(finish)
	wg.Wait()
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}
