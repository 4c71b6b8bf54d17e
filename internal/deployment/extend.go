package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

var (
	// errNotExtended is within the error of an extension that surely did not land.
	errNotExtended = errors.New("the hours were not bought")
	// errHoursUnclear is within the error of an extension before which it can't be
	// told what is paid for: whether the API counts hours, or those of each GPU, is
	// not documented, and shows only when a deployment has run for some time.
	errHoursUnclear = errors.New("the API tells as many hours for each GPU as the state has in all: " +
		"either it counts every GPU, or the difference was bought elsewhere; after the deployment has run for an hour that can be told")
	// errHoursUntold is within the error of an extension whose landing can't be seen.
	errHoursUntold = errors.New("the API does not tell the hours paid for")
)

// extension buys hours more for a deployment, at most once.
type extension struct {
	*Session
	id string
	// known are the hours that are surely paid for. Time is never taken back from
	// a running deployment, so where the API tells less, this holds.
	known int64
}

// paid are the hours paid for. errHoursUntold is no reason to stop a purchase.
func (e extension) paid(ctx context.Context) (int64, *caas.Deployment, error) {
	d, err := e.Client.Deployment(ctx, e.id)
	if err != nil {
		return 0, nil, err
	}
	told := live{Deployment: d}.paidHours()
	if e.known > 0 && d.TotalGPUs > 1 && told == e.known*int64(d.TotalGPUs) {
		return told, d, errHoursUnclear
	}
	return max(told, e.known), d, orNil(told == 0, errHoursUntold)
}

// buy buys the hours for a deployment for which before hours are paid. The call
// is not idempotent, so it is made once: after an unsure answer the total tells
// whether it landed. errNotExtended is within the error of one that did not,
// errUnsure of one that may have.
func (e extension) buy(ctx context.Context, before, hours int64) error {
	err := e.Client.Extend(ctx, e.id, hours)
	if err == nil || caas.IsRefused(err) || errors.Is(err, caas.ErrPaymentRequired) {
		return err
	}
	seen, lookErr := e.grown(ctx, before, landingTime)
	if lookErr == nil && ctx.Err() != nil {
		lookErr = endOf(ctx) // one look is too few
	}
	switch {
	case seen != nil:
		return nil
	case lookErr != nil:
		return fmt.Errorf("%w: %w; reading the paid time afterwards failed too: %w", errUnsure, err, lookErr)
	default:
		return fmt.Errorf("%w: %w", errNotExtended, err)
	}
}

// grown looks until more than before hours are paid for, and returns what it
// saw; nil when it did not see that, with why the last look told nothing.
func (e extension) grown(ctx context.Context, before int64, patience time.Duration) (seen *caas.Deployment, err error) {
	err = e.landing(ctx, patience, func(ctx context.Context) (bool, error) {
		now, d, err := e.paid(ctx)
		if err == nil && now > before {
			seen = d
		}
		return seen != nil, err
	})
	return seen, err
}
