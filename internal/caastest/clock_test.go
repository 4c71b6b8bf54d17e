package caastest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func since(c *caastest.Clock) time.Duration { return c.Now().Sub(newYear) }

func TestFakeClock_movesOnlyWhenTold(t *testing.T) {
	c := caastest.NewClock(newYear)
	c.Advance(time.Minute)
	c.Advance(-time.Hour)
	if err := c.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := c.Sleep(t.Context(), -time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := since(c); got != 2*time.Minute {
		t.Errorf("the clock moved by %v", got)
	}
}

func TestFakeClock_timeoutEndsEverythingBelowIt(t *testing.T) {
	c := caastest.NewClock(newYear)
	ctx, cancel := c.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	type key struct{}
	below, cancelBelow := context.WithCancel(context.WithValue(ctx, key{}, 1))
	defer cancelBelow()
	if _, ok := ctx.Deadline(); ok {
		t.Error("the fake deadline is reported as a real one")
	}

	c.Advance(59 * time.Second)
	if ctx.Err() != nil || below.Err() != nil {
		t.Fatalf("ended early: %v, %v", ctx.Err(), below.Err())
	}
	c.Advance(time.Second)
	for _, x := range []context.Context{ctx, below} {
		select {
		case <-x.Done():
		default:
			t.Fatal("not done")
		}
		if !errors.Is(x.Err(), context.DeadlineExceeded) || !errors.Is(context.Cause(x), context.DeadlineExceeded) {
			t.Errorf("Err %v, Cause %v", x.Err(), context.Cause(x))
		}
	}
}

func TestFakeClock_earliestOfNestedTimeoutsCounts(t *testing.T) {
	for _, tc := range []struct{ outer, inner, want time.Duration }{
		{time.Minute, time.Hour, time.Minute},
		{time.Hour, time.Minute, time.Minute},
	} {
		c := caastest.NewClock(newYear)
		outer, cancel := c.WithTimeout(t.Context(), tc.outer)
		defer cancel()
		middle, cancel := context.WithCancel(outer)
		defer cancel()
		inner, cancel := c.WithTimeout(middle, tc.inner)
		defer cancel()
		if err := c.Sleep(inner, 2*time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v in %v: %v", tc.inner, tc.outer, err)
		}
		if since(c) != tc.want {
			t.Errorf("%v in %v: slept %v", tc.inner, tc.outer, since(c))
		}
		if ended := outer.Err() != nil; ended != (tc.outer == tc.want) {
			t.Errorf("%v in %v: outer ended: %v", tc.inner, tc.outer, ended)
		}
	}
}

func TestFakeClock_sleepKnowsOfACancellationAtOnce(t *testing.T) {
	c := caastest.NewClock(newYear)
	stop := errors.New("stop")
	root, cancelRoot := context.WithCancelCause(t.Context())
	outer, cancel := c.WithTimeout(root, time.Hour)
	defer cancel()
	inner, cancel := c.WithTimeout(outer, time.Minute)
	defer cancel()
	cancelRoot(stop)
	if err := c.Sleep(inner, time.Second); !errors.Is(err, stop) {
		t.Errorf("Sleep: %v", err)
	}
	if !errors.Is(inner.Err(), context.Canceled) {
		t.Errorf("Err: %v", inner.Err())
	}
	if since(c) != 0 {
		t.Errorf("slept %v", since(c))
	}
}

func TestFakeClock_cutLooseFromATimeout(t *testing.T) {
	c := caastest.NewClock(newYear)
	ctx, cancel := c.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	loose, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if err := c.Sleep(loose, time.Hour); err != nil || since(c) != time.Hour {
		t.Errorf("slept %v: %v", since(c), err)
	}
	again, cancel := c.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := c.Sleep(again, time.Hour); !errors.Is(err, context.DeadlineExceeded) || since(c) != 61*time.Minute {
		t.Errorf("slept %v: %v", since(c), err)
	}
}

func TestFakeClock_timeoutOfNothingHasPassed(t *testing.T) {
	c := caastest.NewClock(newYear)
	ctx, cancel := c.WithTimeout(t.Context(), 0)
	defer cancel()
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("Err: %v", ctx.Err())
	}
	ctx, cancel = c.WithTimeout(t.Context(), time.Second)
	cancel()
	c.Advance(time.Second)
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("Err: %v", ctx.Err())
	}
}

func TestFakeClock_concurrentSleepersSleepTogether(t *testing.T) {
	c := caastest.NewClock(newYear)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			ctx, cancel := c.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			for c.Sleep(ctx, time.Second) == nil {
				c.Now()
			}
		})
	}
	group.Wait()
	if got := since(c); got < time.Hour || got > 9*time.Hour {
		t.Errorf("the clock moved by %v", got)
	}
}
