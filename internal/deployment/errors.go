package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

var (
	// ErrNotFound is wrapped by the error of a deployment that does not exist: the
	// API does not know its ID, and its list does not show it as live.
	ErrNotFound = errors.New("the API does not know the deployment")
	// ErrNoCredits is wrapped by the error of a purchase that the account cannot
	// pay. Nothing was bought.
	ErrNoCredits = caas.ErrPaymentRequired
	// ErrInterrupted is wrapped by the error of an operation that the user ended.
	ErrInterrupted = errors.New("the operation was interrupted")
	// ErrTimeout is wrapped by the error of an operation whose timeout expired.
	ErrTimeout = errors.New("the operation timed out")
	// ErrFailed is wrapped by the error of a wait for a deployment that the API
	// reports as failed.
	ErrFailed = errors.New("the deployment failed")
	// ErrEnded is wrapped by the error of a deployment that has ended, or whose
	// termination was requested, so that it can be neither changed nor extended.
	ErrEnded = errors.New("the deployment has ended or is being terminated")
	// ErrNotCreated is wrapped by the error of a create that certainly bought
	// nothing although the API did not say so.
	ErrNotCreated = errors.New("no deployment was created")
	// ErrChanged is wrapped by the error of an update that the API accepted, and
	// whose result is not what it should be.
	ErrChanged = errors.New("the API accepted the change")
)

// UnconfirmedError is a purchase that may have been made: its answer was lost,
// and looking for its result did not settle it.
type UnconfirmedError struct {
	Cause  error // what became of the request
	Lookup error // why the lookup did not settle it
}

// Error implements error.
func (e *UnconfirmedError) Error() string { return fmt.Sprintf("%s; %s", e.Cause, e.Lookup) }

// Unwrap implements errors.Unwrap.
func (e *UnconfirmedError) Unwrap() error { return e.Cause }

// NameTakenError is a name that another deployment holds.
type NameTakenError struct {
	Name string
	// Holder is the deployment that holds the name, nil when the list does not
	// show it.
	Holder *caas.DeploymentItem
}

// Error implements error.
func (e *NameTakenError) Error() string {
	if e.Holder == nil {
		return fmt.Sprintf("the name %q is not available", e.Name)
	}
	return fmt.Sprintf("the name %q is held by the deployment %s, whose status is %q", e.Name, e.Holder.ID, e.Holder.Status)
}

// NameClaimedError is a name that two resources of the configuration claim.
type NameClaimedError struct {
	Name string
	// New: one of the two is planned without a state, so it would be created.
	New bool
	// ID is the existing deployment of one of the two, "" when both are new.
	ID string
}

// Error implements error.
func (e *NameClaimedError) Error() string {
	return fmt.Sprintf("two resources claim the name %q", e.Name)
}

// BudgetError is a purchase that a budget does not allow. Nothing was bought.
type BudgetError struct {
	Purchase Purchase
	Cost     float64 // USDC
	// Err is why the price could not be read; then Cost is 0.
	Err error
}

// Error implements error.
func (e *BudgetError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the price of %s could not be read: %s", e.Purchase, e.Err)
	}
	return fmt.Sprintf("%s costs %.2f USDC, more than the budget", e.Purchase, e.Cost)
}

// Unwrap implements errors.Unwrap.
func (e *BudgetError) Unwrap() error { return e.Err }

// RunBudgetError is a purchase with which all purchases of a plan, or of an apply,
// cost more than their budget. It was not made.
type RunBudgetError struct {
	Purchases []string // those known so far, the last one included, with their prices
	Total     float64  // USDC
	Limit     float64  // USDC
}

// Error implements error.
func (e *RunBudgetError) Error() string {
	return fmt.Sprintf("all purchases together cost %.2f USDC, more than the budget of %.2f", e.Total, e.Limit)
}

// NotAppliedError is a change that the API accepted and did not make.
type NotAppliedError struct {
	// Attributes are the names of the attributes that kept their old value, such as
	// "traffic_port".
	Attributes []string
}

// Error implements error.
func (e *NotAppliedError) Error() string {
	return "the API accepted the change, but does not return the change of " + strings.Join(e.Attributes, ", ")
}

// StillListedError is a deployment that is not found by its ID and that the list
// shows as live.
type StillListedError struct {
	Status   caas.Status // in the list
	NotFound error
}

// Error implements error.
func (e *StillListedError) Error() string {
	return fmt.Sprintf("the API's list shows the deployment as %q, but the API does not find it by its ID: %s", e.Status, e.NotFound)
}

// contextError says why ctx ended: ErrTimeout or ErrInterrupted.
func contextError(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ErrInterrupted
}

// isInterrupted reports whether the user ended the operation.
func isInterrupted(ctx context.Context) bool {
	return ctx.Err() != nil && errors.Is(contextError(ctx), ErrInterrupted)
}

// isPermanent reports whether an error stays at the next attempt: the API
// rejected the request. That the list and the details contradict each other passes.
func isPermanent(err error) bool {
	return err != nil && !caas.IsTransient(err) && !errors.As(err, new(*StillListedError))
}
