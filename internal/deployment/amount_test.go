package deployment

import (
	"math"
	"strconv"
	"testing"
)

// TestAmounts shows amounts as users read them: none is said to be within a
// budget that it is above, and the budget that is proposed is enough.
func TestAmounts(t *testing.T) {
	t.Parallel()
	for cost, want := range map[float64]struct{ exactly, enough string }{
		478.08:            {"478.08", "478.08"},
		478:               {"478.00", "478.00"},
		19.5:              {"19.50", "19.50"},
		0:                 {"0.00", "0.00"},
		383.232:           {"383.232", "383.24"},
		19.921:            {"19.921", "19.93"},
		0.07:              {"0.07", "0.07"},
		1.1:               {"1.10", "1.10"},
		6.645999999999999: {"6.645999999999999", "6.65"},
	} {
		if got := exactly(cost); got != want.exactly {
			t.Errorf("%v exactly is %s, want %s", cost, got, want.exactly)
		}
		if got := enough(cost); got != want.enough {
			t.Errorf("enough for %v is %s, want %s", cost, got, want.enough)
		}
	}
	if got := enough(1e300); len(got) < 300 { // and it comes back at all
		t.Errorf("enough for an absurd price is %s", got)
	}
	for cents := range 100000 {
		for _, cost := range []float64{float64(cents) / 100, math.Nextafter(float64(cents)/100, 1e9)} {
			budget, err := strconv.ParseFloat(enough(cost), 64)
			if err != nil || budget < cost || budget > cost+0.011 {
				t.Fatalf("enough for %v is %v (%v)", cost, budget, err)
			}
		}
	}
}
