package deployment

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// runBudget limits what all purchases of one plan, and all purchases of one apply,
// cost together. It guards against count = 100. The zero value has no limit.
type runBudget struct {
	limit *float64 // USDC

	mu       sync.Mutex
	planned  []entry
	exceeded bool // the plan has reported it
	reserved []entry
}

// entry is one purchase and its price.
type entry struct {
	key  string // the deployment that is extended or replaced, "" for a new one
	text string
	cost float64 // USDC
}

// CheckCost returns a *BudgetError when the purchase costs more than its budget.
func (p Purchase) CheckCost(cost float64) *BudgetError {
	if p.MaxCost == nil || cost <= *p.MaxCost {
		return nil
	}
	return &BudgetError{Purchase: p, Cost: cost}
}

// IsLimited reports whether a budget applies to the purchase.
func (s *Service) IsLimited(p Purchase) bool { return p.MaxCost != nil || s.budget.limit != nil }

// PlanPurchase adds a purchase to those of the plan. It returns a *RunBudgetError
// when they cost more together than the budget of the run, once for each plan. A
// replacement is planned twice and counts once.
func (s *Service) PlanPurchase(p Purchase, cost float64) *RunBudgetError {
	b := &s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	e := entry{p.key(), fmt.Sprintf("%s: %.2f USDC", p, cost), cost}
	if i := slices.IndexFunc(b.planned, func(had entry) bool { return e.key != "" && had.key == e.key }); i >= 0 {
		b.planned[i] = e
	} else {
		b.planned = append(b.planned, e)
	}
	if over := b.check(b.planned); over != nil && !b.exceeded {
		b.exceeded = true
		return over
	}
	return nil
}

// reserve checks the budgets right before money is spent, and counts the purchase
// until release is called, when the API has certainly rejected it. The price is
// read again, because it may have risen since the plan.
func (s *Service) reserve(ctx context.Context, p Purchase) (release func(), err error) {
	if !s.IsLimited(p) {
		return func() {}, nil
	}
	cost, err := s.readPrice(ctx, p)
	if err != nil {
		return nil, &BudgetError{Purchase: p, Err: err}
	}
	if over := p.CheckCost(cost); over != nil {
		return nil, over
	}
	b := &s.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	e := entry{text: fmt.Sprintf("%s: %.2f USDC", p, cost), cost: cost}
	if over := b.check(append(slices.Clip(b.reserved), e)); over != nil {
		over.Purchases[len(over.Purchases)-1] += ", not bought"
		return nil, over
	}
	b.reserved = append(b.reserved, e)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if i := slices.Index(b.reserved, e); i >= 0 {
			b.reserved = slices.Delete(b.reserved, i, i+1)
		}
	}, nil
}

// check compares the sum of purchases with the limit. Sums of prices are compared
// to the millionth, the API's own unit, because floats do not add up exactly.
func (b *runBudget) check(entries []entry) *RunBudgetError {
	if b.limit == nil {
		return nil
	}
	over := &RunBudgetError{Limit: *b.limit}
	for _, e := range entries {
		over.Total += e.cost
		over.Purchases = append(over.Purchases, e.text)
	}
	if over.Total <= *b.limit+1e-6 {
		return nil
	}
	return over
}
