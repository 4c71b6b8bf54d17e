package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// extendTime is how long after a lost answer an extension is looked for.
const extendTime = 2 * time.Minute

// extendTo buys the hours that are missing to the total of the spec and, with
// renew, those of a renewal that is due. It returns the total afterwards. The hours
// paid for are read just before: a repeated or half-failed apply, or hours bought
// elsewhere, are never paid twice. known are those that the state knows of: the API
// may show an extension late.
func (s *Service) extendTo(ctx context.Context, id string, want Spec, renew bool, known int64) (total int64, err error) {
	details, err := s.client.Deployment(ctx, id)
	if err != nil {
		return 0, err
	}
	if !Live(details.Status) {
		return 0, fmt.Errorf("%w: its status is %q", ErrEnded, details.Status)
	}
	paid := max(known, paidHours(details))
	left := time.Duration(0)
	if details.ComputeMinutesRemaining != nil {
		left = remaining(details) + notShown(paid, paidHours(details))
	}
	total = want.TotalHours(paid, left, renew && details.ComputeMinutesRemaining != nil)
	if total == paid {
		return paid, nil
	}
	return s.Extend(ctx, want.Extension(id, total-paid), paid)
}

// Extend buys hours for a deployment, at most once, and returns the total of
// prepaid hours afterwards. paid is the total before, 0 when it is not known. A 2xx
// answer is final, even when the API shows the hours later.
//
// The error is a *BudgetError or *RunBudgetError, wraps ErrNoCredits, or is the
// API's rejection: then nothing was bought. After an *UnconfirmedError the hours may
// have been bought.
func (s *Service) Extend(ctx context.Context, p Purchase, paid int64) (total int64, err error) {
	release, err := s.reserve(ctx, p)
	if err != nil {
		return 0, err
	}
	total = paid + p.Hours
	err = s.client.Extend(ctx, p.DeploymentID, p.Hours)
	switch {
	case err == nil || caas.IsAccepted(err):
		return total, nil
	case caas.IsRejected(err):
		release()
		return 0, err
	}
	if paid == 0 {
		return total, &UnconfirmedError{err, errors.New("the API did not return the prepaid hours before the purchase, so they can't be compared")}
	}
	return total, s.confirmExtend(ctx, p.DeploymentID, total, err)
}

// confirmExtend looks for the new total after an extension whose answer was lost.
func (s *Service) confirmExtend(ctx context.Context, id string, total int64, cause error) error {
	seen, found := int64(0), false
	err := s.pollFor(ctx, extendTime, func(ctx context.Context) (bool, error) {
		details, err := s.client.Deployment(ctx, id)
		if err != nil {
			return false, err
		}
		seen = paidHours(details)
		found = seen >= total
		return found, nil
	})
	switch {
	case found:
		return nil
	case err != nil:
		return &UnconfirmedError{cause, fmt.Errorf("failed to read the prepaid hours afterwards: %w", err)}
	default:
		return &UnconfirmedError{cause, fmt.Errorf("2 minutes later the API returns %s in total, not %d", Plural(seen, "prepaid hour"), total)}
	}
}
