package provider

import (
	"math"
	"strconv"
	"testing"
)

// An amount above a budget is not printed as one within it, and the budget that a
// message proposes is high enough.
func TestAmounts(t *testing.T) {
	t.Parallel()
	for cost, want := range map[float64]struct{ exactly, enough string }{
		478.08:            {"478.08", "478.08"},
		0:                 {"0.00", "0.00"},
		19.5:              {"19.50", "19.50"},
		383.232:           {"383.232", "383.24"},
		6.645999999999999: {"6.645999999999999", "6.65"},
	} {
		if got := exact(cost); got != want.exactly {
			t.Errorf("%v exactly is %s, want %s", cost, got, want.exactly)
		}
		if got := roundedUp(cost); got != want.enough {
			t.Errorf("rounded up %v is %s, want %s", cost, got, want.enough)
		}
	}
	if got := roundedUp(1e300); len(got) < 300 { // and it returns
		t.Errorf("rounded up 1e300 is %s", got)
	}
	for cents := range 10000 {
		for _, cost := range []float64{float64(cents) / 100, math.Nextafter(float64(cents)/100, 1e9)} {
			budget, err := strconv.ParseFloat(roundedUp(cost), 64)
			if err != nil || budget < cost || budget > cost+0.011 {
				t.Fatalf("rounded up %v is %v (%v)", cost, budget, err)
			}
		}
	}
}
