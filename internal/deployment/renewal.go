package deployment

import (
	"time"
)

// Renewal extends a deployment before its prepaid time expires.
type Renewal struct {
	EarlyHours int64  // renew when fewer hours than these remain
	Hours      int64  // to buy at each renewal
	MaxTotal   *int64 // the most hours in total; nil for no limit
}

// Due returns the hours that a renewal of the deployment buys now, 0 when none is
// due. paid is the total of prepaid hours that the state knows of.
func (r *Renewal) Due(d *Deployment, paid int64) int64 {
	if r == nil || !d.Live() || d.Status.Ended() || d.ComputeMinutesRemaining == nil {
		return 0
	}
	return r.hoursDue(max(paid, d.PaidHours), remaining(d.Deployment)+notShown(paid, d.PaidHours))
}

// notShown returns the paid time that the API does not show yet: an extension may
// show late, and must not be bought again. shown is 0 when the API returns no total.
func notShown(paid, shown int64) time.Duration {
	if shown == 0 {
		return 0
	}
	return time.Duration(max(paid-shown, 0)) * time.Hour
}

// hoursDue returns the hours to buy when left remains of a total of paid hours, 0
// when no renewal is due.
func (r *Renewal) hoursDue(paid int64, left time.Duration) int64 {
	if left.Hours() >= float64(r.EarlyHours) {
		return 0
	}
	if r.MaxTotal != nil {
		return max(min(r.Hours, *r.MaxTotal-paid), 0)
	}
	return r.Hours
}

// TotalHours returns the prepaid hours that the deployment needs: those configured
// and, with renew, those of a renewal that is due when left remains of the paid hours.
func (s Spec) TotalHours(paid int64, left time.Duration, renew bool) int64 {
	total := max(paid, s.Hours)
	if renew && s.Renewal != nil {
		total += s.Renewal.hoursDue(total, left+time.Duration(total-paid)*time.Hour)
	}
	return total
}
