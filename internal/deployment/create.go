package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	// clockSkew is how far the API's clock may be behind ours.
	clockSkew = 10 * time.Minute
	// acceptedTime is how long the list may take to show a deployment that the API
	// has certainly accepted.
	acceptedTime = 5 * time.Minute
)

// Create buys a deployment, at most one, and returns its ID. It waits for the
// name to become available and checks the budgets before.
//
// The error is a *NameTakenError, *BudgetError or *RunBudgetError, wraps
// ErrNoCredits or ErrNotCreated, or is the API's rejection: then nothing was
// bought. After an *UnconfirmedError the deployment may exist.
func (s *Service) Create(ctx context.Context, spec Spec) (id string, err error) {
	if err := s.waitForName(ctx, spec.Name); err != nil {
		return "", err
	}
	release, err := s.reserve(ctx, spec.Purchase())
	if err != nil {
		return "", err
	}
	defer s.index.forget("") // the list changes
	sent := s.clock.Now()
	id, err = s.client.Deploy(ctx, spec.deployRequest())
	if err != nil && !caas.IsRejected(err) {
		id, err = s.confirmCreate(ctx, spec.Name, sent, err)
	}
	if err != nil && !errors.As(err, new(*UnconfirmedError)) {
		release()
		if ctx.Err() != nil {
			err = errors.Join(contextError(ctx), err)
		}
	}
	return id, err
}

// confirmCreate looks for a deployment after a deploy call whose answer does not
// name it. The name was available just before, so a deployment that has it now is
// ours.
func (s *Service) confirmCreate(ctx context.Context, name string, sent time.Time, cause error) (string, error) {
	accepted := caas.IsAccepted(cause)
	if !accepted {
		id, err := s.findCreated(ctx, name, sent, settlingTime)
		if id != "" {
			return id, nil
		}
		if err == nil {
			accepted, err = s.isNameHeld(ctx, name)
		}
		switch {
		case err != nil:
			return "", &UnconfirmedError{cause, fmt.Errorf("failed to look for the deployment by its name: %w", err)}
		case !accepted:
			return "", fmt.Errorf("%w: %w", ErrNotCreated, cause)
		}
	}
	id, err := s.findCreated(ctx, name, sent, acceptedTime)
	switch {
	case id != "":
		return id, nil
	case err != nil:
		return "", &UnconfirmedError{cause, fmt.Errorf("failed to look for the deployment by its name: %w", err)}
	default:
		return "", &UnconfirmedError{cause, errors.New("the API seems to have created the deployment, but its list does not show the deployment yet")}
	}
}

// isNameHeld reports whether the name is not available any more, which shows that
// the deployment was created although the list is late. Where the API can't check
// names (the call is not in the reference) the list alone counts.
func (s *Service) isNameHeld(ctx context.Context, name string) (bool, error) {
	if ctx.Err() != nil {
		return false, contextError(ctx)
	}
	available, err := s.client.IsNameAvailable(ctx, name)
	if isUnknownCall(err) {
		return false, nil
	}
	return err == nil && !available, err
}

// findCreated looks for the deployment for at most patience; longer while the list
// can't be read. It returns "" when a list of that age does not show it.
func (s *Service) findCreated(ctx context.Context, name string, sent time.Time, patience time.Duration) (id string, err error) {
	start := s.clock.Now()
	settled := false
	err = s.pollFor(ctx, patience+acceptedTime, func(ctx context.Context) (bool, error) {
		age := s.clock.Now().Sub(start) // of the list, which is no younger
		items, err := s.readIndex(ctx)
		if err != nil {
			return false, err
		}
		for _, item := range items.named(name) {
			if s.isCreated(ctx, item, sent, age) {
				id = item.ID
				return true, nil
			}
		}
		settled = age >= patience
		return settled, nil
	})
	if err == nil && id == "" && !settled {
		err = errors.New("reading the list took too long")
	}
	return id, err
}

// isCreated reports whether a deployment of our name is the one just bought. One
// whose termination was requested is not, nor one that this process destroyed: the
// list may be late. One that has ended, or that only the list shows, may be when it is
// new enough; an ended one when the list has had the time to show a live one.
func (s *Service) isCreated(ctx context.Context, item caas.DeploymentItem, sent time.Time, age time.Duration) bool {
	if s.names.wasDestroyed(item.ID) {
		return false
	}
	details, err := s.client.Deployment(ctx, item.ID)
	if err == nil {
		item.Status, item.CreatedAt = details.Status, details.CreatedAt
	}
	isNew := item.CreatedAt.After(sent.Add(-clockSkew))
	switch item.Status {
	case caas.StatusTerminationRequested, caas.StatusDestroyed:
		return false
	case caas.StatusCompleted, caas.StatusFailed:
		return age >= settlingTime && isNew
	default:
		return err == nil || isNew
	}
}
