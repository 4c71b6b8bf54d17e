package deployment

import (
	"context"
	"errors"
	"time"
)

const (
	shortestPoll = time.Second
	longestPoll  = 15 * time.Second
	// settlingTime is how long the API may take to show what it has accepted, and
	// how long a rejection must last to be believed: one stray 401 of a gateway
	// must not end the wait for a deployment that is paid for.
	settlingTime = 30 * time.Second
)

// pollInterval returns the time until the next attempt: a tenth of the time
// waited so far, at least 1 s and at most 15 s.
func pollInterval(waited time.Duration) time.Duration {
	return min(max(waited/10, shortestPoll), longestPoll)
}

// poll calls check until it is done, and returns its error then. It ends earlier
// when check is rejected for settlingTime, and when ctx ends: then the error is
// ErrTimeout or ErrInterrupted, joined with the last error of check.
func (s *Service) poll(ctx context.Context, check func(context.Context) (done bool, err error)) error {
	start := s.clock.Now()
	var rejectedSince time.Time
	for {
		done, err := check(ctx)
		now := s.clock.Now()
		switch {
		case done:
			return err
		case ctx.Err() != nil:
			return errors.Join(contextError(ctx), err)
		case !isPermanent(err):
			rejectedSince = time.Time{}
		case rejectedSince.IsZero():
			rejectedSince = now
		case now.Sub(rejectedSince) >= settlingTime:
			return err
		}
		if s.clock.Sleep(ctx, pollInterval(now.Sub(start))) != nil {
			return errors.Join(contextError(ctx), err)
		}
	}
}

// pollFor is poll for at most d. When d has passed it returns nil, or the last
// error of check; when ctx ends before, it calls check once more, because money
// may have been spent, and returns the error of that call or why ctx ended.
func (s *Service) pollFor(ctx context.Context, d time.Duration, check func(context.Context) (done bool, err error)) error {
	bounded, cancel := s.clock.WithTimeout(ctx, d)
	defer cancel()
	found := false
	var last error
	err := s.poll(bounded, func(ctx context.Context) (done bool, err error) {
		found, last = check(ctx)
		return found, last
	})
	if found || !errors.Is(err, ErrTimeout) && !errors.Is(err, ErrInterrupted) {
		return err
	}
	if ctx.Err() == nil {
		return last
	}
	final, cancelFinal := s.clock.WithTimeout(context.WithoutCancel(ctx), finalTimeout(ctx))
	defer cancelFinal()
	if found, last = check(final); found || last != nil {
		return last
	}
	return contextError(ctx)
}

// finalTimeout bounds a request after the operation has ended: after Ctrl-C the
// user does not wait.
func finalTimeout(ctx context.Context) time.Duration {
	if isInterrupted(ctx) {
		return 5 * time.Second
	}
	return settlingTime
}
