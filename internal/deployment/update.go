package deployment

import (
	"context"
	"errors"
	"fmt"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Applied says which steps of an update went through, also before an error.
type Applied struct {
	Renamed, Patched bool
	// PaidHours is the total of prepaid hours after an extension; 0 without one.
	PaidHours int64
}

// Update changes a deployment in place: its name, its container definition, its
// duration, each by its own call and only where it changes. Money is spent last,
// when the API has made the other changes.
//
// It returns what was read of the deployment afterwards, nil when nothing was.
// With an error, Applied are the steps that went through before it. The error
// wraps ErrChanged when the API accepted a change whose result is not as it
// should be; a *NotAppliedError within names the attributes. Those of an
// extension are as for [Service.Extend].
func (s *Service) Update(ctx context.Context, id string, want Spec, change Change, before Before, running bool) (*Deployment, Applied, error) {
	var applied Applied
	d, err := s.update(ctx, id, want, change, before, running, &applied)
	if err != nil && d == nil {
		d = s.readAfterError(ctx, id)
	}
	return d, applied, err
}

func (s *Service) update(
	ctx context.Context, id string, want Spec, change Change, before Before, running bool, applied *Applied,
) (d *Deployment, err error) {
	if change.Rename {
		if err := s.rename(ctx, id, want.Name, applied); err != nil {
			return nil, err
		}
	}
	if change.Patches() {
		if d, err = s.patch(ctx, id, want, change, before, running, applied); err != nil {
			return d, err
		}
	}
	if change.Extend || change.Renew {
		total, err := s.extendTo(ctx, id, want, change.Renew, before.PaidHours)
		if err != nil {
			return d, err
		}
		applied.PaidHours = total
		if d, err = s.wait(ctx, id, waitOptions{}); err != nil {
			return d, fmt.Errorf("%w after %w", err, ErrChanged)
		}
	}
	return d, nil
}

// rename changes the name and waits until the list, which alone knows names, shows
// it. A deployment that the list does not show is taken on the API's word.
func (s *Service) rename(ctx context.Context, id, name string, applied *Applied) error {
	err := s.client.Rename(ctx, id, name)
	s.index.forget("") // the list changes
	if caas.IsRejected(err) {
		return err
	}
	if err != nil { // its answer may be lost, and a repetition rejected
		if now, nameErr := s.nameOf(ctx, id); nameErr != nil || now != name {
			return err
		}
	}
	applied.Renamed = true
	start := s.clock.Now()
	err = s.poll(ctx, func(ctx context.Context) (bool, error) {
		items, err := s.readIndex(ctx)
		if err != nil {
			return false, err
		}
		for _, item := range items {
			if item.ID == id && item.Name != name {
				late := s.clock.Now().Sub(start) >= settlingTime
				return late, orNil(late, &NotAppliedError{[]string{"resource_private_name"}})
			}
		}
		return true, nil
	})
	if err != nil {
		applied.Renamed = !errors.As(err, new(*NotAppliedError))
		return fmt.Errorf("%w after %w", err, ErrChanged)
	}
	return nil
}

// patch changes the container definition, which costs nothing (reference), and
// waits until the API shows the change and, with running, until the restarted
// containers run.
func (s *Service) patch(
	ctx context.Context, id string, want Spec, change Change, before Before, running bool, applied *Applied,
) (*Deployment, error) {
	if err := s.client.Update(ctx, id, change.Patch); err != nil {
		return nil, err
	}
	applied.Patched = true
	d, err := s.wait(ctx, id, waitOptions{
		running: running, before: &before,
		unapplied: func(api *caas.Deployment) []string { return change.unapplied(want, api.ContainerConfig) },
	})
	if err != nil {
		applied.Patched = !errors.As(err, new(*NotAppliedError))
		return d, fmt.Errorf("%w after %w", err, ErrChanged)
	}
	return d, nil
}

// readAfterError reads the details once more, so that an error says what state the
// deployment is in; nil when they can't be read.
func (s *Service) readAfterError(ctx context.Context, id string) *Deployment {
	ctx, cancel := s.clock.WithTimeout(context.WithoutCancel(ctx), finalTimeout(ctx))
	defer cancel()
	details, err := s.client.Deployment(ctx, id)
	if err != nil {
		return nil
	}
	return s.describe(details)
}
