package deployment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// clockSkew is how far the API's clock may be behind ours.
const clockSkew = 10 * time.Minute

// errUnsure is within the error of a purchase that may or may not have landed.
var errUnsure = errors.New("it is not known whether the purchase was made")

// errAbsent is within the error of a purchase that did not land.
var errAbsent = errors.New("no deployment was made")

// unsureError is a deployment of which it is not known whether it was made.
type unsureError struct {
	first error // why the purchase was unsure
	why   error // why looking for it did not tell
}

func (e *unsureError) Error() string { return fmt.Sprintf("%s: %s; %s", errUnsure, e.first, e.why) }

// Is makes it an errUnsure.
func (e *unsureError) Is(target error) bool { return target == errUnsure }

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
	accepted := errors.Is(err, caas.ErrNoID) || caas.IsSuccess(err)
	if !accepted {
		id, lookErr := s.find(ctx, d.name, sent, landingTime)
		if id != "" {
			return id, nil
		}
		if lookErr == nil {
			accepted, lookErr = s.landed(ctx, d.name)
		}
		switch {
		case lookErr != nil:
			return "", &unsureError{err, fmt.Errorf("looking for it by its name failed too: %w", lookErr)}
		case !accepted:
			return "", fmt.Errorf("%w: %w", errAbsent, err)
		}
	}
	id, lookErr := s.find(ctx, d.name, sent, landingTimeAccepted)
	switch {
	case id != "":
		return id, nil
	case lookErr != nil:
		return "", &unsureError{err, fmt.Errorf("looking for it by its name failed too: %w", lookErr)}
	default:
		return "", &unsureError{err, errNotListed}
	}
}

// errNotListed is why a deployment that was surely bought has no id.
var errNotListed = errors.New("the API took the purchase, and its list does not show it yet")

// landed tells whether a purchase that the list does not show was made after
// all: the list may be slow, and a name that was free just before is not taken by
// itself. Where the API can't check names (seen), the list alone must do.
func (s *Session) landed(ctx context.Context, name string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, endOf(ctx)
	}
	free, err := s.Client.NameAvailable(ctx, name)
	switch {
	case err == nil:
		return !free, nil
	case caas.IsRefused(err) && !caas.IsUnauthorized(err):
		return false, nil
	default:
		return false, err
	}
}

// find looks for a deployment by its name; "" when it is absent.
func (s *Session) find(ctx context.Context, name string, since time.Time, patience time.Duration) (id string, err error) {
	replaced, _ := s.claims.lastDestroyed(name) // may have been created moments ago
	err = s.landing(ctx, patience, func(ctx context.Context) (bool, error) {
		item, err := s.byName(ctx, name, since.Add(-clockSkew), replaced.id)
		if item != nil {
			id = string(item.ID)
		}
		return item != nil, err
	})
	return id, err
}

// byName is the deployment of that name, the live one if there is one, else the
// newest of those made after since; nil when there is none. It is none of the ids
// in not, and with a since none that is destroyed: nobody destroys so fast.
func (s *Session) byName(ctx context.Context, name string, since time.Time, not ...string) (*caas.DeploymentItem, error) {
	var best *caas.DeploymentItem
	for item, err := range s.Client.Deployments(ctx, "") {
		if err != nil {
			return nil, err
		}
		if string(item.Name) != name || slices.Contains(not, string(item.ID)) {
			continue
		}
		if !item.Status.Ended() {
			return &item, nil
		}
		if !since.IsZero() && item.Status == caas.StatusDestroyed {
			continue
		}
		if item.CreatedAt.After(since) && (best == nil || item.CreatedAt.After(best.CreatedAt.Time)) {
			best = &item
		}
	}
	return best, nil
}
