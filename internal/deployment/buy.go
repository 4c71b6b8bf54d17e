package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	// landingTime is how long an unsure purchase is looked for in the list before
	// it counts as not made; landingTimeAccepted where the API had said yes.
	landingTime         = 30 * time.Second
	landingTimeAccepted = 5 * time.Minute
	// clockSkew is how far the API's clock may be behind ours.
	clockSkew = 10 * time.Minute
)

// errUnsure is within the error of a purchase that may or may not have landed.
var errUnsure = errors.New("it is not known whether the deployment was made")

// errAbsent is within the error of a purchase that did not land.
var errAbsent = errors.New("no deployment was made")

// buy makes the deployment, at most one, and returns its id. After an answer that
// leaves it open whether the deployment exists it is looked for by its name,
// which was free just before: what is found is ours.
func (s *Session) buy(ctx context.Context, d definition) (string, error) {
	sent := s.Clock.Now()
	id, err := s.Client.Deploy(ctx, d.deployRequest())
	if err == nil {
		return id, nil
	}
	if caas.IsRefused(err) || errors.Is(err, caas.ErrPaymentRequired) {
		return "", err
	}
	patience := landingTime
	if errors.Is(err, caas.ErrNoID) || caas.IsSuccess(err) {
		patience = landingTimeAccepted
	}
	id, lookErr := s.find(ctx, d.name, sent, patience)
	switch {
	case id != "":
		return id, nil
	case lookErr != nil:
		return "", fmt.Errorf("%w; looking for it by its name failed too: %w; the first answer was: %w", errUnsure, lookErr, err)
	default:
		return "", fmt.Errorf("%w: %w", errAbsent, err)
	}
}

// find looks for a deployment by its name until patience is over; "" when it is
// absent. It goes on when ctx ends, as the money may be spent, but then looks
// once only.
func (s *Session) find(ctx context.Context, name string, since time.Time, patience time.Duration) (string, error) {
	search, cancel := s.Clock.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	start := s.Clock.Now()
	for {
		item, err := s.byName(search, name, since.Add(-clockSkew))
		if item != nil {
			return string(item.ID), nil
		}
		pause := pollInterval(s.Clock.Now().Sub(start))
		if ctx.Err() != nil || s.Clock.Sleep(search, pause) != nil {
			return "", err
		}
	}
}

// byName is the deployment of that name, the live one if there is one, else the
// newest of those made after since; nil when there is none.
func (s *Session) byName(ctx context.Context, name string, since time.Time) (*caas.DeploymentItem, error) {
	var best *caas.DeploymentItem
	for item, err := range s.Client.Deployments(ctx, "") {
		if err != nil {
			return nil, err
		}
		if string(item.Name) != name {
			continue
		}
		if !item.Status.Ended() {
			return &item, nil
		}
		if item.CreatedAt.After(since) && (best == nil || item.CreatedAt.After(best.CreatedAt.Time)) {
			best = &item
		}
	}
	return best, nil
}
