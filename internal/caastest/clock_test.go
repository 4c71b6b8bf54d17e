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

// sleep sleeps, and checks the result and where the clock is then.
func sleep(ctx context.Context, t *testing.T, c *caastest.Clock, d time.Duration, want error, at time.Duration) {
	t.Helper()
	if err := c.Sleep(ctx, d); !errors.Is(err, want) || since(c) != at {
		t.Errorf("Sleep returned %v at %v, want %v at %v", err, since(c), want, at)
	}
}

func TestClock_movesOnlyForward(t *testing.T) {
	c := caastest.NewClock(newYear)
	c.Advance(time.Minute)
	c.Advance(-time.Hour)
	sleep(t.Context(), t, c, time.Minute, nil, 2*time.Minute)
	sleep(t.Context(), t, c, -time.Minute, nil, 2*time.Minute)
}

func TestClock_timeoutEndsEverythingBelowIt(t *testing.T) {
	c := caastest.NewClock(newYear)
	ctx, cancel := c.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	below, cancelBelow := context.WithCancel(ctx)
	defer cancelBelow()
	ended, cancelEnded := c.WithTimeout(t.Context(), 0)
	defer cancelEnded()
	if _, ok := ctx.Deadline(); ok {
		t.Error("the fake deadline is reported as a real one")
	}
	for _, step := range []struct {
		advance time.Duration
		want    error
	}{{59 * time.Second, nil}, {time.Second, context.DeadlineExceeded}} {
		c.Advance(step.advance)
		if a, b := context.Cause(ctx), context.Cause(below); !errors.Is(a, step.want) || !errors.Is(b, step.want) {
			t.Errorf("at %v: %v, %v, want %v", since(c), a, b, step.want)
		}
	}
	if err := context.Cause(ended); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a timeout of 0: %v", err)
	}
}

func TestClock_sleepEndsAtTheEarliestTimeout(t *testing.T) {
	for _, timeouts := range [][2]time.Duration{{time.Minute, time.Hour}, {time.Hour, time.Minute}} {
		c := caastest.NewClock(newYear)
		outer, cancel := c.WithTimeout(t.Context(), timeouts[0])
		defer cancel()
		inner, cancel := c.WithTimeout(outer, timeouts[1])
		defer cancel()
		sleep(inner, t, c, 2*time.Hour, context.DeadlineExceeded, time.Minute)
		if ended := outer.Err() != nil; ended != (timeouts[0] == time.Minute) {
			t.Errorf("%v: the outer one ended: %v", timeouts, ended)
		}
	}
}

func TestClock_sleepEndsOnlyWithItsContext(t *testing.T) {
	c := caastest.NewClock(newYear)
	ctx, cancel := c.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sleep(context.WithoutCancel(ctx), t, c, time.Hour, nil, time.Hour)
	if err := context.Cause(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the other context: %v", err)
	}

	stop := errors.New("stop")
	root, cancelRoot := context.WithCancelCause(t.Context())
	canceled, cancel := c.WithTimeout(root, time.Hour)
	defer cancel()
	cancelRoot(stop)
	sleep(canceled, t, c, time.Second, stop, time.Hour)
}

func TestClock_concurrentSleepersSleepTogether(t *testing.T) {
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
