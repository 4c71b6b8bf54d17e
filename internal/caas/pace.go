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
	fastest = 1000
	// growth is by how much the rate grows in a second without a refusal;
	// calm is after how long it grows twice as fast, and faster and faster.
	growth = 0.01
	calm   = 3 * time.Second
	// shortestSpan keeps the quotients of a few requests within reason.
	shortestSpan = 20 * time.Millisecond
)

// pace spreads the requests once the API has refused one with 429: a limit that
// is met at full speed again after every pause is met by many requests at once,
// all of them refused, and most of the time is spent in pauses.
//
// Nobody tells the limit. What was accepted between two refusals brackets it: by
// the time it took it is too much, as something had been saved up; by that time
// and the pause before it is too little. The rate is the geometric mean, from
// which it grows until the next refusal, or until it holds nothing back. The
// zero value holds nothing back. It is not safe for concurrent use.
type pace struct {
	limiter  *rate.Limiter // nil: nothing is held back
	opened   time.Time     // when requests began to leave again
	paused   time.Duration // how long none had left before
	accepted int           // requests since
	last     time.Time     // when the rate grew last, or may again
}

// turn is how long the next request has to wait.
func (p *pace) turn(now time.Time) time.Duration {
	if p.opened.IsZero() {
		p.opened = now
	}
	if p.limiter == nil {
		return 0
	}
	return p.limiter.ReserveN(now, 1).DelayFrom(now)
}

// succeeded counts a request that was not refused.
func (p *pace) succeeded(now time.Time) {
	p.accepted++
	if p.limiter == nil {
		return
	}
	since := now.Sub(p.last)
	if since <= 0 { // an answer that was under way when the refusal came
		return
	}
	p.last = now
	calmly := 1 + math.Pow(now.Sub(p.opened).Seconds()/calm.Seconds(), 2)
	r := float64(p.limiter.Limit()) * (1 + growth*min(since, time.Second).Seconds()*calmly)
	if r >= fastest {
		p.limiter = nil // the limit is not met any more
		return
	}
	p.limiter.SetLimitAt(now, rate.Limit(r))
}

// refused learns from the first refusal after a while; no request leaves until
// the time given.
func (p *pace) refused(now, until time.Time) {
	least, before := float64(slowest), max(p.paused, shortestPause)
	if p.limiter == nil {
		least, before = slowestGuess, max(p.paused, firstPause)
	}
	took := max(now.Sub(p.opened), shortestSpan)
	most := max(float64(p.accepted)/took.Seconds(), least)
	certain := max(float64(p.accepted)/(before+took).Seconds(), least)
	p.limiter = rate.NewLimiter(rate.Limit(math.Sqrt(most*certain)), 1)
	p.opened, p.last, p.paused, p.accepted = until, until, until.Sub(now), 0
}
