package caas

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

const (
	// slowestGuess is the least that a first refusal is taken to mean, in
	// requests a second: one may come when next to nothing was asked.
	slowestGuess = 5
	slowest      = 1
	// fastest is the rate from which on nothing is held back any more.
	fastest = 10000
	// growth is by how much the rate grows in a second without a refusal; it is
	// twice that after a plateau, and then more and more.
	growth  = 0.003
	plateau = 10 * time.Second
	// search is the growth after the first refusal, which tells little.
	search = 0.2
	// bold and careful say where between its bounds the limit is looked for, after
	// the first refusal and after the others. They and the growth are what was
	// best of many on buckets of 5 to 100 and on windows, by the test.
	bold, careful = 0.6, 0.33
	// shortestSpan keeps the quotients of a few requests within reason.
	shortestSpan = 20 * time.Millisecond
	// saving is the least time for which the API is taken to have saved up
	// before the first request.
	saving = time.Second
)

// pace spreads the requests once the API has refused one with 429: a limit that
// is met at full speed again after every pause is met by many requests at once,
// all of them refused, and most of the time is spent in pauses.
//
// Nobody tells the limit. What was accepted from the end of one pause to the
// next refusal brackets it (a token bucket of rate r and size b accepts
// min(b, r × pause) + r × time, a window that is counted anew no less than r in
// the pause and the time together):
//
//   - no more than accepted ÷ time;
//   - no less than accepted ÷ (pause + time), which is exact for a bucket that
//     was not full when the pause was over;
//   - no less than the accepted beyond those before the very first refusal ÷ the
//     time beyond theirs, which is exact for a bucket that was full.
//
// The next rate lies between them, and grows until the next refusal, or until it
// holds nothing back. The zero value holds nothing back. It is not safe for
// concurrent use.
type pace struct {
	limiter *rate.Limiter // nil: nothing is held back
	opened  time.Time     // when requests began to leave, or to leave again
	closed  time.Time     // when the first was refused since; zero: none was
	early   bool          // it was refused before any was accepted
	paused  time.Duration // how long none had left before
	grown   time.Time     // when the rate grew last

	accepted int // of those sent since it was opened
	refusals int // since anything is held back, those at once counted as one

	burst     int // accepted before the first of them
	burstTook time.Duration
}

// turn is how long the next request has to wait. After a pause it is here that
// the rate is found anew, as by now the answers that were under way have come.
func (p *pace) turn(now time.Time) time.Duration {
	if p.opened.IsZero() {
		p.opened = now
	}
	if !p.closed.IsZero() {
		p.reopen(now)
	}
	if p.limiter == nil {
		return 0
	}
	return p.limiter.ReserveN(now, 1).DelayFrom(now)
}

// succeeded counts a request, sent at that time, that was not refused.
func (p *pace) succeeded(sent, now time.Time) {
	if sent.Before(p.opened) {
		return // it tells of the limit before the pause
	}
	p.accepted++
	if p.limiter == nil || !p.closed.IsZero() {
		return
	}
	since := now.Sub(p.grown).Seconds()
	p.grown = now
	eager := 1 + math.Pow(now.Sub(p.opened).Seconds()/plateau.Seconds(), 3)
	step := growth
	if p.refusals == 1 {
		step = search
	}
	r := float64(p.limiter.Limit()) * (1 + step*min(since, 1)*eager)
	if r >= fastest {
		p.limiter, p.refusals = nil, 0 // the limit is not met any more
		return
	}
	p.limiter.SetLimitAt(now, rate.Limit(r))
}

// refused tells of a refusal: no request leaves before a pause is over.
func (p *pace) refused(now time.Time) {
	if p.closed.IsZero() {
		p.closed, p.early = now, p.accepted == 0
	}
}

// reopen finds the rate with which requests leave from now on.
func (p *pace) reopen(now time.Time) {
	took, pause := max(p.closed.Sub(p.opened), shortestSpan), now.Sub(p.closed)
	switch {
	case p.limiter == nil:
		p.refusals, p.burst, p.burstTook = 1, p.accepted, took
		r := between(p.perSecond(max(p.paused, saving)+took, slowestGuess), p.perSecond(took, slowestGuess), bold)
		p.limiter = rate.NewLimiter(rate.Limit(r), 1)
	case p.early: // the pause was too short, which tells nothing of the rate
		pause += p.paused + took
		p.limiter = rate.NewLimiter(p.limiter.Limit(), 1)
	default:
		p.refusals++
		p.limiter = rate.NewLimiter(rate.Limit(p.refined(took)), 1)
	}
	p.opened, p.closed, p.paused = now, time.Time{}, pause
	p.grown, p.accepted = now, 0
}

// refined is the rate after one more refusal, in requests a second.
func (p *pace) refined(took time.Duration) float64 {
	// Answers that are late make what was accepted look like more than was sent.
	most := min(p.perSecond(took, slowest), 1.05*float64(p.limiter.Limit()))
	least := p.perSecond(p.paused+took, slowest)
	if beyond := took - p.burstTook; beyond > shortestPause {
		least = max(least, float64(p.accepted-p.burst)/beyond.Seconds())
	}
	return between(min(least, most), most, careful)
}

// perSecond is what was accepted in that time, and no less than the least.
func (p *pace) perSecond(d time.Duration, least float64) float64 {
	return max(float64(p.accepted)/d.Seconds(), least)
}

// between is the weighted geometric mean.
func between(low, high, weight float64) float64 {
	return math.Pow(low, 1-weight) * math.Pow(high, weight)
}
