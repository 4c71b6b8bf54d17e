package caas_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

func TestSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clock caas.SystemClock
		begin := clock.Now()
		if err := clock.Sleep(t.Context(), time.Minute); err != nil || clock.Now().Sub(begin) != time.Minute {
			t.Errorf("slept %s: %v", clock.Now().Sub(begin), err)
		}
		ctx, cancel := clock.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, d := range []time.Duration{time.Minute, 0} {
			if err := clock.Sleep(ctx, d); !errors.Is(err, context.DeadlineExceeded) || clock.Now().Sub(begin) != time.Minute+time.Second {
				t.Errorf("slept until %s: %v", clock.Now().Sub(begin), err)
			}
		}
	})
}
