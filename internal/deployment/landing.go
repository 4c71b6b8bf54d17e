package deployment

import (
	"context"
	"errors"
	"time"
)

const (
	// landingTime is how long an unsure purchase is looked for before it counts as
	// not made.
	landingTime = 30 * time.Second
	// landingTimeAccepted is that time where the API had said yes, and where looks
	// fail.
	landingTimeAccepted = 5 * time.Minute
)

// landing looks again and again whether an unsure purchase was made. That it was
// not is believed after patience; a look that fails tells nothing and is made
// again for longer, unless the API refuses it. When the operation ends meanwhile
// it looks once more, as the money may be spent. It returns why the last look
// told nothing.
func (s *Session) landing(ctx context.Context, patience time.Duration, look func(context.Context) (found bool, err error)) error {
	search, cancel := s.Clock.WithTimeout(ctx, max(patience, landingTimeAccepted))
	defer cancel()
	start := s.Clock.Now()
	for ctx.Err() == nil {
		found, err := look(search)
		waited := s.Clock.Now().Sub(start)
		if found || ctx.Err() == nil && !passing(err) && waited >= patience {
			return err
		}
		if s.Clock.Sleep(search, pollInterval(waited)) != nil && ctx.Err() == nil {
			return err
		}
	}
	last, cancelLast := s.Clock.WithTimeout(context.WithoutCancel(ctx), lastLook(ctx))
	defer cancelLast()
	_, err := look(last)
	return err
}

// lastLook is how long the look after an operation's end may take: who pressed
// Ctrl-C does not wait.
func lastLook(ctx context.Context) time.Duration {
	if errors.Is(endOf(ctx), errInterrupted) {
		return lastWord
	}
	return landingTime
}
