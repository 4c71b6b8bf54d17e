package deployment

import (
	"context"
	"errors"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Destroy ends a deployment and returns when its status is final or the API does
// not know it any more. A deployment that has ended is not destroyed again, except
// a failed one, which may hold its name and money. With an error it returns the
// last status, "" when none was read. name is that of the state.
func (s *Service) Destroy(ctx context.Context, id, name string) (last caas.Status, err error) {
	last, err = s.destroy(ctx, id)
	if err == nil {
		if last == caas.StatusCompleted {
			name = "" // nothing was destroyed
		}
		s.names.release(id, name)
		s.index.forget("")
	}
	return last, err
}

func (s *Service) destroy(ctx context.Context, id string) (last caas.Status, err error) {
	last, ended, err := s.readStatus(ctx, id)
	if err != nil || ended {
		return last, err
	}
	if last != caas.StatusTerminationRequested {
		if err := s.requestTermination(ctx, id); err != nil {
			return last, err
		}
	}
	accepted := s.clock.Now()
	err = s.poll(ctx, func(ctx context.Context) (bool, error) {
		status, ended, err := s.readStatus(ctx, id)
		var listed *StillListedError
		if errors.As(err, &listed) {
			last = listed.Status
			return false, nil // the list is late
		}
		if err != nil {
			return false, err
		}
		last = status
		// A failed deployment may keep its status although the API accepted the call.
		return ended || status == caas.StatusFailed && s.clock.Now().Sub(accepted) >= settlingTime, nil
	})
	return last, err
}

// readStatus returns the status, and whether there is nothing left to destroy.
func (s *Service) readStatus(ctx context.Context, id string) (status caas.Status, ended bool, err error) {
	details, err := s.client.Deployment(ctx, id)
	if caas.IsNotFound(err) {
		err = s.confirmNotFound(ctx, id, err)
		return "", errors.Is(err, ErrNotFound), ignore(err, ErrNotFound)
	}
	if err != nil {
		return "", false, err
	}
	return details.Status, details.Status == caas.StatusCompleted || details.Status == caas.StatusDestroyed, nil
}

// ignore returns err unless it wraps the ignored one.
func ignore(err, ignored error) error {
	if errors.Is(err, ignored) {
		return nil
	}
	return err
}

// requestTermination sends the DELETE, again while the API answers that the
// deployment is busy. An error of a deployment that ends all the same is none: the
// call may have gone through and its answer been lost.
func (s *Service) requestTermination(ctx context.Context, id string) error {
	var busy error
	err := s.poll(ctx, func(ctx context.Context) (bool, error) {
		busy = nil
		err := s.client.Destroy(ctx, id)
		if caas.IsBusy(err) {
			busy = err
		}
		if err != nil {
			status, ended, statusErr := s.readStatus(ctx, id)
			// A failed deployment that the API refuses to destroy has nothing left to end.
			rejected := busy == nil && caas.IsRejected(err) && !caas.IsTransient(err) && !caas.IsUnauthorized(err)
			if statusErr == nil && (ended || status == caas.StatusTerminationRequested || status == caas.StatusFailed && rejected) {
				return true, nil
			}
		}
		return busy == nil, orNil(busy == nil, err)
	})
	if err != nil && busy != nil {
		return errors.Join(err, busy)
	}
	return err
}
