package caas

import (
	"container/heap"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// answer is one that comes back at a moment, in seconds.
type answer struct {
	at      float64
	refused bool
}

type answers []answer

func (a answers) Len() int           { return len(a) }
func (a answers) Less(i, j int) bool { return a[i].at < a[j].at }
func (a answers) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *answers) Push(x any)        { *a = append(*a, x.(answer)) } //nolint:forcetypeassert // heap hands back what it was given
func (a *answers) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// meet plays a number of requests, ten at a time and answered after 10 ms,
// against a limit, with pauses of a second after a refusal. It tells how long
// they took, in seconds, and how many were refused.
func meet(limit *rate.Limiter, p *pace, requests int) (took float64, refused int) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	moment := func(s float64) time.Time { return begin.Add(time.Duration(s * float64(time.Second))) }
	under := &answers{}
	until := 0.0
	send := func(now float64) {
		at := max(now, until)
		if p != nil {
			at += p.turn(moment(at)).Seconds()
		}
		heap.Push(under, answer{at: at + 0.01, refused: !limit.AllowN(moment(at), 1)})
	}
	for range 10 {
		send(0)
	}
	for done := 0; done < requests; {
		a := heap.Pop(under).(answer) //nolint:forcetypeassert // nothing else is pushed
		took = a.at
		if !a.refused {
			done++
			if p != nil {
				p.succeeded(moment(took))
			}
		} else if refused++; until <= took {
			until = took + 1
			if p != nil {
				p.refused(moment(took), moment(until))
			}
		}
		send(took)
	}
	return took, refused
}

// TestPace_usesTheLimit: whatever has been saved up at the API, a limited one is
// used well and refuses little. Without the pace, a small reserve is met by most
// of the requests at once, and the time goes by in pauses.
func TestPace_usesTheLimit(t *testing.T) {
	const requests, perSecond = 1000, 50
	for _, test := range []struct {
		reserve int
		ratio   float64 // the time taken, at most, by that of a limit used to the full
	}{{100, 1.1}, {50, 1.1}, {25, 1.25}, {10, 1.5}, {5, 2}} {
		took, refused := meet(rate.NewLimiter(perSecond, test.reserve), &pace{}, requests)
		without, _ := meet(rate.NewLimiter(perSecond, test.reserve), nil, requests)
		if ratio := took / (requests / perSecond); ratio > test.ratio || refused > requests/20 {
			t.Errorf("with a reserve of %d it took %.2f of the least time (%.2f without a pace), and %d were refused",
				test.reserve, ratio, without/(requests/perSecond), refused)
		}
		if test.reserve <= 10 && without < 2*took {
			t.Errorf("with a reserve of %d the pace makes %.1f s of %.1f s: it is not worth having", test.reserve, took, without)
		}
	}
}

// TestPace_forgets: a limit that is not met any more holds nothing back for long,
// however low it was taken to be.
func TestPace_forgets(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &pace{}
	for range 3 {
		p.turn(now)
		p.refused(now, now.Add(time.Second))
		now = now.Add(time.Second)
	}
	if first, second := p.turn(now), p.turn(now); first != 0 || second != time.Second {
		t.Errorf("after three refusals the turns are %s and %s away, want none and a second", first, second)
	}
	begin := now
	for p.limiter != nil {
		p.succeeded(now)
		if now = now.Add(p.turn(now)); now.Sub(begin) > time.Minute {
			t.Fatalf("a minute later it still holds requests to %.1f a second", p.limiter.Limit())
		}
	}
}
