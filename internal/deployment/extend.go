package deployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

var (
	// errNotExtended is within the error of an extension whose reply was lost, and
	// whose hours the API did not show within extensionTime.
	errNotExtended = errors.New("the extension could not be confirmed")
	// errHoursMissing is within the error of an extension that cannot be confirmed.
	errHoursMissing = errors.New("the API does not return the hours paid for")
)

// extensionTime is how long an extension whose reply was lost is looked for. The
// API may show the new total late, and hours that are bought again are not refunded.
const extensionTime = 2 * time.Minute

// extension buys more hours for a deployment, at most once.
type extension struct {
	*Session
	id string
	// known are the hours that are certainly paid for. They never decrease, so they
	// count when the API returns fewer.
	known int64
}

// paid returns the total of the hours paid for. errHoursMissing is no reason not
// to buy.
func (e extension) paid(ctx context.Context) (int64, *caas.Deployment, error) {
	d, err := e.Client.Deployment(ctx, e.id)
	if err != nil {
		return 0, nil, err
	}
	total := live{Deployment: d}.paidHours()
	return max(total, e.known), d, orNil(total == 0, errHoursMissing)
}

// buy buys hours for a deployment for which before hours are paid. The call is not
// idempotent, so it is made once: after a lost reply the total shows whether it
// had an effect. errNotExtended is within the error when it seems to have had
// none, errUnsure when that is not known.
func (e extension) buy(ctx context.Context, before, hours int64) error {
	err := e.Client.Extend(ctx, e.id, hours)
	if err == nil || caas.IsRefused(err) || errors.Is(err, caas.ErrPaymentRequired) {
		return err
	}
	seen, lookErr := e.grown(ctx, before, extensionTime)
	if lookErr == nil && ctx.Err() != nil {
		lookErr = endOf(ctx) // one look is too few
	}
	switch {
	case seen != nil:
		return nil
	case lookErr != nil:
		return fmt.Errorf("%w: %w; reading the hours paid for afterwards failed too: %w", errUnsure, err, lookErr)
	default:
		return fmt.Errorf("%w: %w", errNotExtended, err)
	}
}

// grown polls until more than before hours are paid for, and returns the
// deployment with them. It returns nil when it does not see that within patience,
// and the error of the last read.
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
